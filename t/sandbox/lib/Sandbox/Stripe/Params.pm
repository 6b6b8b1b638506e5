package Sandbox::Stripe::Params;

# Form parameters with bracketed names, and the checks Stripe makes before it executes anything.

use strict;
use warnings;
use feature 'signatures';

use Exporter qw(import);
use Mojo::Parameters;
use Sandbox::Stripe::Error;

my $ERROR = 'Sandbox::Stripe::Error';
our @EXPORT_OK =
    qw(canonical check_names read_form read_items read_quantity require_text);

my $QUANTITY_MAX = 1_000_000_000;

my %WORDS = (
    proration_behavior => [qw(create_prorations none always_invoice)],
    payment_behavior =>
        [qw(allow_incomplete default_incomplete error_if_incomplete pending_if_incomplete)],
);

# items[0][id]=si_1&expand[]=x as {items => {0 => {id => 'si_1'}}, expand => {'' => 'x'}}. Dies with
# an Error if a name is used both as a value and as a group.
sub read_form ($body) {
    my %tree;
    my @pairs = @{ Mojo::Parameters->new($body)->pairs };
    while (my ($name, $value) = splice @pairs, 0, 2) {
        my ($first, $rest) = $name =~ /\A([^\[\]]+)((?:\[[^\[\]]*\])*)\z/ or invalid_throw($name);
        my @path = ($first, $rest =~ /\[([^\[\]]*)\]/g);
        my $last = pop @path;
        my $node = \%tree;
        for my $step (@path) {
            $node = $node->{$step} //= {};
            invalid_throw($name) if !ref $node;
        }
        invalid_throw($name) if ref $node->{$last};
        $node->{$last} = $value;
    }
    return \%tree;
}

# The same for the same parameters in any order: what an idempotency key is compared by.
sub canonical ($body) {
    my @pairs = @{ Mojo::Parameters->new($body)->pairs };
    my @parts;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        push @parts, join '', map { length($_) . ":$_" } $name, $value;
    }
    return join '&', sort @parts;
}

# Refuses names outside @known, and words outside their lists.
sub check_names ($params, @known) {
    my %known = map { $_ => 1 } @known, qw(expand metadata proration_behavior payment_behavior
        proration_date off_session);
    for my $name (sort keys %$params) {
        die $ERROR->invalid($name, "Received unknown parameter: $name", 'parameter_unknown')
            if !$known{$name};
        my $words = $WORDS{$name} or next;
        die $ERROR->invalid($name, "Invalid $name: must be one of " . join(', ', @$words))
            if !grep { $_ eq $params->{$name} } @$words;
    }
    my $metadata = $params->{metadata} // '';
    die $ERROR->invalid('metadata', 'Invalid object') if !ref $metadata && length $metadata;
    return;
}

# The quantity as a number, or undef if the parameter is absent.
sub read_quantity ($params, $param = 'quantity') {
    my $value = $params->{quantity};
    return if !defined $value;
    die $ERROR->invalid($param, "Invalid integer: $value", 'parameter_invalid_integer')
        if ref $value || $value !~ /\A-?\d{1,18}\z/;
    die $ERROR->invalid($param, 'This value must be greater than or equal to 0.',
        'parameter_invalid_integer')
        if $value < 0;
    die $ERROR->invalid($param, "This value must be at most $QUANTITY_MAX.",
        'parameter_invalid_integer')
        if $value > $QUANTITY_MAX;
    return $value + 0;
}

sub require_text ($params, $name, $pattern, $label = $name) {
    my $value = $params->{$name};
    die $ERROR->invalid($label, "Missing required param: $label.", 'parameter_missing')
        if ref $value || !length($value // '');
    die $ERROR->missing($name, $value, $label, 400) if $value !~ $pattern;
    return $value;
}

# items[n] in order of n, as [n, params] pairs.
sub read_items ($params) {
    my $items = $params->{items} // {};
    die $ERROR->invalid('items', 'Invalid array') if ref $items ne 'HASH';
    my @rows;
    for my $n (sort { ($a || 0) <=> ($b || 0) } grep { /\A\d{1,4}\z/ } keys %$items) {
        die $ERROR->invalid("items[$n]", 'Invalid object') if ref $items->{$n} ne 'HASH';
        push @rows, [ $n, $items->{$n} ];
    }
    die $ERROR->invalid('items', 'Invalid array') if @rows != keys %$items;
    return @rows;
}

sub invalid_throw ($name) {
    die $ERROR->invalid($name, "Invalid parameter name: $name", 'parameter_unknown');
}

1;
