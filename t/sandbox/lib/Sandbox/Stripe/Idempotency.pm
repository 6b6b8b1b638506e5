package Sandbox::Stripe::Idempotency;

# The idempotency layer of Stripe's API v1: the first answer under a key is repeated for a day.

use strict;
use warnings;
use feature 'signatures';

use Sandbox::Stripe::Error;

my $ERROR = 'Sandbox::Stripe::Error';
my $TTL_S = 24 * 60 * 60;

sub new ($class, $clock, $options) {
    return bless { clock => $clock, options => $options, entry => {} }, $class;
}

# Claims the key for a request, or returns the entry whose answer must be repeated. Dies with an
# Error on other parameters (400) and while the first request is still running (409).
sub claim ($self, $key, %request) {
    my $entry = $self->{entry}{$key};
    undef $entry if $entry && $self->expired($entry);
    if (!$entry) {
        $self->{entry}{$key} = { %request, in_flight => 1, created => $self->{clock}->now };
        return;
    }
    die $ERROR->mismatch($key)
        if grep { $entry->{$_} ne $request{$_} } qw(method path params);
    die $ERROR->in_flight($key, $self->{options}->get('in_flight_type')) if $entry->{in_flight};
    return $entry;
}

# The request is over: its answer is kept, or, without one, the key is free again.
sub finish ($self, $key, $answer) {
    return delete $self->{entry}{$key} if !$answer;
    my $entry = $self->{entry}{$key} or return;
    @$entry{qw(status body)} = @$answer{qw(status body)};
    $entry->{headers}   = { %{ $answer->{headers} } };
    $entry->{in_flight} = 0;
    return;
}

sub prune ($self) {
    my $entries = $self->{entry};
    delete $entries->{$_} for grep { $self->expired($entries->{$_}) } keys %$entries;
    return;
}

sub expired ($self, $entry) {
    return !$entry->{in_flight} && $entry->{created} + $TTL_S <= $self->{clock}->now;
}

sub show ($self) {
    return { map { $_ => { %{ $self->{entry}{$_} }, params => undef } } keys %{ $self->{entry} } };
}

sub clear ($self) { $self->{entry} = {}; return }

1;
