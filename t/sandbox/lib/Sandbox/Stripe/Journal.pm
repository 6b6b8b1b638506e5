package Sandbox::Stripe::Journal;

# Every executed write of a quantity, oldest first. "effective" is false for one that set the
# quantity it found. A created item comes "from" null.

use strict;
use warnings;
use feature 'signatures';

use Mojo::JSON qw(true false);

sub new ($class, $clock) { return bless { clock => $clock, list => [], n => 0 }, $class }

# $call: the request that writes, with its key and request_id.
sub add ($self, $call, $item, $from, $to) {
    my $effective = !defined $from || $from != $to;
    push @{ $self->{list} }, {
        n               => ++$self->{n},
        time            => $self->{clock}->real,
        subscription    => $item->{subscription},
        item            => $item->{id},
        from            => $from,
        to              => $to,
        effective       => $effective ? true : false,
        idempotency_key => $call->{key},
        request_id      => $call->{request_id},
    };
    return;
}

sub show ($self)  { return $self->{list} }
sub clear ($self) { $self->{list} = []; return }

1;
