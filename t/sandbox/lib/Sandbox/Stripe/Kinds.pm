package Sandbox::Stripe::Kinds;

# The named faults of the Stripe double: each name stands for fields of a fault.
#
#   gate   answered before the idempotency layer: nothing is executed or saved, replays are hit too
#   apply  the write takes effect although the answer is the fault's
#   save   the answer is kept under the idempotency key

use strict;
use warnings;
use feature 'signatures';

use Mojo::JSON qw(true false);
use Sandbox::Stripe::Error;

my $ERROR = 'Sandbox::Stripe::Error';
my $HTML = '<!DOCTYPE html><html><body><h1>It works!</h1></body></html>';

my %KIND = (
    rate_limit => sub ($fault) {
        gate($ERROR->rate_limited($fault->{reason} // 'endpoint-rate'));
    },
    in_flight    => sub ($) { gate($ERROR->in_flight('sandbox')) },
    forbidden    => sub ($) { gate($ERROR->plain(403, 'The provided key lacks the permission.')) },
    unauthorized => sub ($) { gate($ERROR->plain(401, 'Invalid API Key provided.')) },
    unavailable  => sub ($) { gate($ERROR->plain(503)) },
    lock_timeout => sub ($) { inside($ERROR->lock_timeout) },

    error_saved            => sub ($) { server_error(save => true, apply => false) },
    error_saved_applied    => sub ($) { server_error(save => true, apply => true) },
    error_unsaved          => sub ($) { server_error(save => false, apply => false) },
    error_unsaved_applied  => sub ($) { server_error(save => false, apply => true) },

    card_declined      => sub ($) { inside($ERROR->card_declined) },
    card_declined_lost => sub ($) { (inside($ERROR->card_declined), drop => 'before') },
    not_found => sub ($) { inside($ERROR->missing('subscription_item', 'si_sandbox')) },
    canceled  => sub ($) { inside($ERROR->canceled) },

    apply_then_drop => sub ($) { (drop => 'before') },
    drop            => sub ($) { (gate => true, drop => 'before') },
    html            => sub ($) { (status => 200, raw => $HTML, save => false) },
);

# name => sub ($fault) returning a hash of fields, for Sandbox::Faults.
sub table () {
    my %table;
    for my $name (keys %KIND) {
        my $fields = $KIND{$name};
        $table{$name} = sub ($fault) { return { $fields->($fault) } };
    }
    return \%table;
}

sub gate ($error) { return (inside($error), gate => true) }

sub inside ($error) {
    return (
        status  => $error->{status},
        body    => $error->body,
        headers => $error->{headers} // {},
        save    => $error->{save} ? true : false,
    );
}

sub server_error (%fields) {
    return (inside($ERROR->plain(500, 'An unknown error occurred')), %fields);
}

1;
