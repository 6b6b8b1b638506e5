package Sandbox::ScrapeBadger::Refusal;

# The error replies of ScrapeBadger, as documented, and the fault kinds named after them.

use strict;
use warnings;
use feature 'signatures';


my %TEXT = (
    400 => 'Bad request',
    401 => 'Invalid or missing API key',
    402 => 'Insufficient credits',
    404 => 'User not found',
    500 => 'Internal server error',
    502 => 'Bad gateway',
    503 => 'Service temporarily unavailable',
    504 => 'Gateway timeout',
);

# Fields of a fault (status, body, headers) that give the refusal.
sub fields_build ($name, $options, $clock) {
    my $key = $options->get('error_key');
    return { status => 401, body => { $key => $TEXT{401} } } if $name eq 'unauthorized';
    return { status => 402, body => no_credits_body($key) } if $name eq 'no_credits';
    return limited_fields($key, $options, $clock) if $name eq 'limited';
    return unavailable_fields($name) if $name =~ /\Aunavailable/;
    return validation_fields() if $name eq 'invalid';
    return { status => 403, body => scope_body($name) };
}

sub kind_names () {
    return qw(unauthorized no_credits limited unavailable unavailable_date invalid
        restricted insufficient_scope ip_not_allowed);
}

sub status_body ($status) { return { detail => $TEXT{$status} // "Error $status" } }

sub no_credits_body ($key) {
    return { error => $TEXT{402} } if $key eq 'error';
    return { detail => $TEXT{402}, credits_balance => 0 };
}

sub scope_body ($name) {
    return { detail => 'This API key is restricted', reason => 'key_disabled' }
        if $name eq 'restricted';
    return { detail => 'IP address not allowed', error => $name, client_ip => '203.0.113.9' }
        if $name eq 'ip_not_allowed';
    return {
        detail         => 'This API key may not use this product',
        error          => $name,
        required_scope => 'twitter',
        allowed_scopes => ['google'],
    };
}

sub validation_fields ($where = ['path', 'username'], $message = 'Invalid value') {
    return {
        status => 422,
        body   => { detail => [ { loc => $where, msg => $message, type => 'value_error' } ] },
    };
}

sub unavailable_fields ($name) {
    my $when = $name eq 'unavailable' ? 2 : date_http(time + 2);
    return { status => 503, body => status_body(503), headers => { 'Retry-After' => $when } };
}

sub limited_fields ($key, $options, $clock) {
    my $limit = $options->get('rate_limit_per_minute');
    my $reset = $clock->now + ($options->get('limited_reset_in_s') // 0);
    my $body  = {
        detail    => 'Rate limit exceeded',
        limit     => $limit + 0,
        remaining => 0,
        reset_at  => $reset,
        tier      => 'basic',
    };
    $body = { error => 'Rate limit exceeded. Please retry after a short delay.' }
        if $key eq 'error';
    my $wait    = $options->get('limited_retry_after_s');
    my $headers = { 'X-RateLimit-Remaining' => 0, 'X-RateLimit-Reset' => $reset };
    $headers->{'Retry-After'} = $wait if defined $wait;
    return { status => 429, body => $body, headers => $headers };
}

# An HTTP date; not strftime, which follows the locale.
sub date_http ($s) {
    my ($weekday, $month, $day, $time, $year) = split ' ', scalar gmtime $s;
    return sprintf '%s, %02d %s %d %s GMT', $weekday, $day, $month, $year, $time;
}

1;
