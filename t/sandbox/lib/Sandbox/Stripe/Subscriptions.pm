package Sandbox::Stripe::Subscriptions;

# Subscriptions and their items: the state, and what each API call does to it. Every call checks all
# it was given before it changes anything; refusals die with a Sandbox::Stripe::Error.

use strict;
use warnings;
use feature 'signatures';

use Mojo::JSON qw(true false);
use Sandbox::Stripe::Error;
use Sandbox::Stripe::Params qw(check_names read_items read_quantity require_text);

my $ERROR = 'Sandbox::Stripe::Error';
my $PERIOD_S = 30 * 24 * 60 * 60;
my @STATUSES = qw(incomplete incomplete_expired trialing active past_due canceled unpaid paused);
my @LETTERS  = ('0' .. '9', 'A' .. 'Z', 'a' .. 'z');

sub new ($class, %given) {
    my $self = bless { map { $_ => $given{$_} } qw(clock journal quota) }, $class;
    $self->clear;
    return $self;
}

sub clear ($self) {
    @$self{qw(subscription item)} = ({}, {});
    return;
}

sub id_new ($prefix) { return $prefix . '_' . join '', map { $LETTERS[ rand @LETTERS ] } 1 .. 14 }

sub get ($self, $id) {
    return $self->{subscription}{$id} // die $ERROR->missing('subscription', $id);
}

sub item_get ($self, $id) {
    return $self->{item}{$id} // die $ERROR->missing('subscription_item', $id);
}

# POST /v1/subscriptions
sub create ($self, $params, $call) {
    check_names($params, qw(customer items cancel_at_period_end collection_method
        trial_period_days days_until_due description currency default_payment_method));
    my $customer = require_text($params, 'customer', qr/\Acus_/);
    my @rows     = rows_read($params);
    die $ERROR->invalid('items', 'Missing required param: items.', 'parameter_missing') if !@rows;
    my @items = map { item_read($_->[1], "items[$_->[0]]") } @rows;
    my $subscription = $self->build(id_new('sub'), $customer, $call->{livemode});
    metadata_apply($subscription, $params);
    $self->item_add($subscription, $_, $call) for @items;
    return $subscription;
}

# POST /v1/subscriptions/{id}
sub update ($self, $id, $params, $call) {
    my $subscription = $self->get($id);
    check_names($params, qw(items cancel_at_period_end cancel_at
        cancellation_details description default_payment_method collection_method days_until_due));
    my @rows = rows_read($params);
    my @changes = map { $self->row_read($subscription, @$_) } @rows;
    editable_check($subscription, $params);
    $self->{quota}->spend($id) if grep { defined $_->{quantity} } @changes;
    for my $change (@changes) {
        $change->{item} ? $self->item_change($change->{item}, $change, $call)
                        : $self->item_add($subscription, $change, $call);
    }
    metadata_apply($subscription, $params);
    $subscription->{cancel_at_period_end} = $params->{cancel_at_period_end} eq 'true' ? true : false
        if defined $params->{cancel_at_period_end};
    return $subscription;
}

# DELETE /v1/subscriptions/{id}: an ended one is as good as unknown.
sub cancel ($self, $id) {
    my $subscription = $self->get($id);
    die $ERROR->missing('subscription', $id) if ended($subscription);
    @$subscription{qw(status canceled_at)} = ('canceled', $self->{clock}->now);
    return $subscription;
}

# POST /v1/subscription_items
sub item_create ($self, $params, $call) {
    check_names($params, qw(subscription price quantity tax_rates));
    my $id = require_text($params, 'subscription', qr/\A/);
    my $fields = item_read($params, '');
    my $subscription = $self->{subscription}{$id}
        // die $ERROR->missing('subscription', $id, 'subscription', 400);
    editable_check($subscription, $params);
    $self->{quota}->spend($id);
    return $self->item_add($subscription, $fields, $call);
}

# POST /v1/subscription_items/{id}
sub item_update ($self, $id, $params, $call) {
    my $item = $self->item_get($id);
    check_names($params, qw(quantity price tax_rates));
    my $change = change_read($item, $params, '');
    my $subscription = $self->{subscription}{ $item->{subscription} };
    editable_check($subscription, $params);
    $self->{quota}->spend($subscription->{id}) if defined $change->{quantity};
    $self->item_change($item, $change, $call);
    return $item;
}

# GET /v1/subscription_items?subscription=
sub item_list ($self, $query) {
    my $id = require_text($query, 'subscription', qr/\A/);
    my $limit = $query->{limit} // 10;
    die $ERROR->invalid('limit', "Invalid integer: $limit", 'parameter_invalid_integer')
        if $limit !~ /\A(?:[1-9]\d?|100)\z/;
    my @items = @{ $self->get($id)->{items}{data} };
    if (defined(my $after = $query->{starting_after})) {
        shift @items while @items && $items[0]{id} ne $after;
        shift @items;
    }
    my $more = @items > $limit;
    splice @items, $limit if $more;
    return {
        object   => 'list',
        url      => '/v1/subscription_items',
        has_more => $more ? true : false,
        data     => \@items,
    };
}

# The control call: makes the subscription if it is unknown, then sets what is given, unchecked by
# the rules above and not in the journal. items: [{id, price, quantity}].
sub force ($self, $id, $given) {
    my $status = $given->{status};
    die "status must be one of @STATUSES\n" if defined $status && !grep { $_ eq $status } @STATUSES;
    my $rows = $given->{items} // [];
    die "items must be an array of {id, price, quantity}\n"
        if ref $rows ne 'ARRAY' || grep { ref $_ ne 'HASH' } @$rows;
    my $customer     = $given->{customer} // 'cus_sandbox';
    my $subscription = $self->{subscription}{$id} // $self->build($id, $customer, 0);
    $subscription->{status} = $status if defined $status;
    $subscription->{canceled_at} = ended($subscription) ? $self->{clock}->now : undef;
    for my $row (@$rows) {
        my $item = defined $row->{id} ? $self->{item}{ $row->{id} } : undef;
        my $price = $row->{price} // 'price_sandbox';
        $item //= $self->item_add($subscription, { price => $price, id => $row->{id} });
        $item->{quantity} = $row->{quantity} + 0 if defined $row->{quantity};
    }
    return $subscription;
}

sub show ($self) {
    return [ map { $self->{subscription}{$_} } sort keys %{ $self->{subscription} } ];
}

sub build ($self, $id, $customer, $livemode) {
    my $now = $self->{clock}->now;
    return $self->{subscription}{$id} = {
        id                   => $id,
        object               => 'subscription',
        status               => 'active',
        customer             => $customer,
        created              => $now,
        start_date           => $now,
        currency             => 'usd',
        collection_method    => 'charge_automatically',
        cancel_at_period_end => false,
        canceled_at          => undef,
        latest_invoice       => undef,
        pending_update       => undef,
        livemode             => $livemode ? true : false,
        metadata             => {},
        items                => {
            object   => 'list',
            data     => [],
            has_more => false,
            url      => "/v1/subscription_items?subscription=$id",
        },
    };
}

# $call undef: not a client's write, so not in the journal.
sub item_add ($self, $subscription, $fields, $call = undef) {
    my $now  = $self->{clock}->now;
    my $item = {
        id                   => $fields->{id} // id_new('si'),
        object               => 'subscription_item',
        created              => $now,
        discounts            => [],
        metadata             => {},
        price                => price_build($fields->{price}),
        quantity             => $fields->{quantity} // 1,
        subscription         => $subscription->{id},
        tax_rates            => [],
        current_period_start => $now,
        current_period_end   => $now + $PERIOD_S,
    };
    metadata_apply($item, $fields);
    delete $item->{quantity} if $item->{price}{recurring}{usage_type} eq 'metered';
    $self->{item}{ $item->{id} } = $item;
    push @{ $subscription->{items}{data} }, $item;
    $self->{journal}->add($call, $item, undef, $item->{quantity})
        if $call && defined $item->{quantity};
    return $item;
}

# A changed price without a quantity puts the quantity back to 1.
sub item_change ($self, $item, $change, $call) {
    my $to = $change->{quantity};
    if (defined $change->{price} && $change->{price} ne $item->{price}{id}) {
        $item->{price} = price_build($change->{price});
        $to //= 1;
    }
    metadata_apply($item, $change);
    return if !defined $to;
    $self->{journal}->add($call, $item, $item->{quantity}, $to);
    $item->{quantity} = $to;
    return;
}

sub rows_read ($params) {
    my @rows = read_items($params);
    check_names($_->[1], qw(id price quantity tax_rates)) for @rows;
    return @rows;
}

# One row of items[n] of an update: with an id it changes that item, without it adds one.
sub row_read ($self, $subscription, $n, $row) {
    return item_read($row, "items[$n]") if !defined $row->{id};
    my $item = $self->{item}{ $row->{id} };
    die $ERROR->missing('subscription_item', $row->{id}, "items[$n][id]", 400)
        if !$item || $item->{subscription} ne $subscription->{id};
    return { %{ change_read($item, $row, "items[$n]") }, item => $item };
}

sub item_read ($row, $where) {
    my $label = length $where ? "${where}[price]" : 'price';
    my $price = require_text($row, 'price', qr/\Aprice_/, $label);
    return {
        price    => $price,
        quantity => read_quantity($row, length $where ? "${where}[quantity]" : 'quantity'),
        metadata => $row->{metadata},
    };
}

sub change_read ($item, $row, $where) {
    my $label    = length $where ? "${where}[quantity]" : 'quantity';
    my $quantity = read_quantity($row, $label);
    die $ERROR->invalid($label, 'Metered prices have no quantity.')
        if defined $quantity && !defined $item->{quantity};
    require_text($row, 'price', qr/\Aprice_/) if defined $row->{price};
    return { quantity => $quantity, price => $row->{price}, metadata => $row->{metadata} };
}

# An ended or incomplete subscription takes only parameters that change no money.
sub editable_check ($subscription, $params) {
    return if !grep { !/\A(?:metadata|cancellation_details|expand)\z/ } keys %$params;
    die $ERROR->canceled if ended($subscription);
    die $ERROR->new(
        status  => 400,
        save    => 1,
        message => 'A subscription with status incomplete can only update its metadata.',
    ) if $subscription->{status} eq 'incomplete';
    return;
}

sub ended ($subscription) {
    return scalar $subscription->{status} =~ /\A(?:canceled|incomplete_expired)\z/;
}

# An empty value deletes the key, an empty metadata all of them.
sub metadata_apply ($object, $params) {
    my $given = $params->{metadata};
    return if !defined $given;
    return $object->{metadata} = {} if !ref $given;
    for my $key (keys %$given) {
        if   (length $given->{$key}) { $object->{metadata}{$key} = $given->{$key} }
        else                         { delete $object->{metadata}{$key} }
    }
    return;
}

# Any price_ id is a price; one with "metered" in its name has no quantity.
sub price_build ($id) {
    return {
        id             => $id,
        object         => 'price',
        active         => true,
        billing_scheme => 'per_unit',
        currency       => 'usd',
        unit_amount    => 2000,
        type           => 'recurring',
        recurring      => {
            interval       => 'month',
            interval_count => 1,
            usage_type     => $id =~ /metered/ ? 'metered' : 'licensed',
        },
    };
}

1;
