package Sandbox::Stripe::Quota;

# Stripe's limit on quantity updates: so many an hour for one subscription.

use strict;
use warnings;
use feature 'signatures';

use Sandbox::Stripe::Error;

my $ERROR = 'Sandbox::Stripe::Error';
my $WINDOW_S = 60 * 60;

sub new ($class, $clock, $options) {
    return bless { clock => $clock, options => $options, used => {} }, $class;
}

# Counts an update of the subscription; dies with a 429 Error if the hour is used up.
sub spend ($self, $subscription_id) {
    return if !$self->{options}->get('limit_quantity_updates');
    my $now  = $self->{clock}->now;
    my $used = $self->{used}{$subscription_id} //= [];
    shift @$used while @$used && $used->[0] <= $now - $WINDOW_S;
    die $ERROR->rate_limited('resource-specific')
        if @$used >= $self->{options}->get('quantity_updates_per_hour');
    push @$used, $now;
    return;
}

sub clear ($self) { $self->{used} = {}; return }

1;
