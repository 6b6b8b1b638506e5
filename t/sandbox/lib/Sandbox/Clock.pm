package Sandbox::Clock;

# The time of the double: the real one plus what a test has advanced it by.

use strict;
use warnings;
use feature 'signatures';

use Time::HiRes ();

sub new ($class) { return bless { advanced_s => 0 }, $class }

# Unix time in whole seconds, as the service would show it.
sub now ($self) { return int(Time::HiRes::time() + $self->{advanced_s}) }

# The real time with microseconds, for journals; never advanced.
sub real ($self) { return sprintf('%.6f', Time::HiRes::time()) + 0 }

sub advance ($self, $seconds) {
    die "advance_s must be a number\n" if ($seconds // '') !~ /\A-?\d+(?:\.\d+)?\z/;
    $self->{advanced_s} += $seconds;
    return;
}

sub show ($self)  { return { now => $self->now, advanced_s => $self->{advanced_s} + 0 } }
sub reset ($self) { $self->{advanced_s} = 0; return }

1;
