package Sandbox::Requests;

# What the double has received: one record a request, oldest first, the last 20,000 kept.

use strict;
use warnings;
use feature 'signatures';

my $KEPT           = 20_000;
my $BODY_MAX_BYTES = 65_536;

sub new ($class, $clock) {
    my $self = bless { clock => $clock, in_flight => 0 }, $class;
    $self->clear;
    return $self;
}

# Lists the request, and counts it as in flight until its connection or its reply has ended.
sub add ($self, $exchange) {
    my $in_flight = ++$self->{in_flight};
    $self->{max_in_flight} = $in_flight if $in_flight > $self->{max_in_flight};
    $exchange->on_finish(sub { $self->{in_flight}-- });
    my $record = {
        n         => ++$self->{total},
        time      => $self->{clock}->real,
        method    => $exchange->method,
        path      => $exchange->path,
        query     => query_mask({ %{ $exchange->query } }),
        headers   => headers_mask($exchange->headers),
        in_flight => $in_flight,
    };
    $record->{body} = substr $exchange->body, 0, $BODY_MAX_BYTES if $exchange->method ne 'GET';
    push @{ $self->{list} }, $exchange->record($record);
    shift @{ $self->{list} } if @{ $self->{list} } > $KEPT;
    return;
}

sub show ($self) {
    return {
        total         => $self->{total},
        in_flight     => $self->{in_flight},
        max_in_flight => $self->{max_in_flight},
        requests      => $self->{list},
    };
}

sub clear ($self) {
    $self->{list}          = [];
    $self->{total}         = 0;
    $self->{max_in_flight} = $self->{in_flight};
    return;
}

# Keys are shown by their last four characters only. Header names are listed in lower case.
sub headers_mask ($headers) {
    my %shown = map { lc $_ => $headers->{$_} } keys %$headers;
    $shown{'x-api-key'} = secret_mask($shown{'x-api-key'}) if defined $shown{'x-api-key'};
    if (defined(my $value = $shown{authorization})) {
        my ($scheme, $secret) = $value =~ /\A(\S+)\s+(.*)\z/s;
        $shown{authorization} = defined $scheme ? "$scheme " . secret_mask($secret) : '...';
    }
    return \%shown;
}

sub query_mask ($query) {
    $query->{api_key} = secret_mask("$query->{api_key}") if exists $query->{api_key};
    return $query;
}

sub secret_mask ($secret) { return length $secret > 8 ? '...' . substr($secret, -4) : '...' }

1;
