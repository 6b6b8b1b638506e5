package Headwater::Wait;

# Waiting for a condition, never for a time: a bounded poll.

use v5.36;
use Carp qw(croak);
use Exporter qw(import);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(wait_for);

# Polls until $condition->() is true and returns what it gave; dies after $seconds with $what.
sub wait_for ($what, $seconds, $condition, $interval_s = 0.01) {
    my $end = time + $seconds;
    while (1) {
        my $result = $condition->();
        return $result if $result;
        croak "waited $seconds s for $what" if time > $end;
        sleep $interval_s;
    }
}

1;
