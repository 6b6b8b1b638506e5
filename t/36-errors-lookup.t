#!/usr/bin/perl
# Orders 13 to 15: what X says of a handle, and everything a look-up service can do wrong. Whatever
# it is, nothing is created and nothing is paid.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams
    qw(body_new pair_new handle_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab = Headwater::Lab->new(config => { 'scrapebadger.deadline_ms' => 900 });
my $team   = $lab->team;
my $client = $lab->client($team);
my $badger = $lab->scrapebadger;

sub refused ($what, $handles, $status, $code, @offenders) {
    my $body     = { pairs => [map { pair_new(accountHandle => $_) } @$handles] };
    my $response = leaves_nothing($lab, $what, sub { $client->post_stream($body) });
    answer_refused($what, $response, $status, $code, @offenders);
    my $pause = $response->headers->header('Retry-After');
    $status == 503 ? like($pause, qr/\A[1-9]\d{0,2}\z/, "$what: Retry-After")
        : is($pause, undef, "$what: no Retry-After");
    return $response;
}

sub failed ($what, @handles) {
    return refused($what, \@handles, 503, 'handle_lookup_failed',
        map { "/pairs/$_/accountHandle lookup_failed" } 0 .. $#handles);
}

# So many failures in a row would open the breaker; an answer keeps it closed.
sub answers_again () { return answer_created('it answers again', $client->post_stream(body_new())) }

sub at ($code, @places) { return map { "/pairs/$_/accountHandle $code" } @places }

subtest 'by name' => sub {
    refused('missing',   ['missing_ann'],   404, 'handle_not_found', at(not_found => 0));
    refused('suspended', ['suspended_ann'], 404, 'handle_not_found', at(not_found => 0));
    refused('protected', ['protected_ann'], 422, 'handle_protected', at(protected => 0));
    refused('protected, from the cache', ['Protected_Ann'], 422, 'handle_protected',
        at(protected => 0));
    refused('every one', ['missing_a', handle_new(), 'suspended_b', 'missing_c'], 404,
        'handle_not_found', at(not_found => 0, 2, 3));
    refused('every private one', [handle_new(), 'protected_x', 'protected_y'], 422,
        'handle_protected', at(protected => 1, 2));
    refused('missing before protected', ['protected_ann', 'missing_ann'], 404, 'handle_not_found',
        at(not_found => 1));
    failed('broken', 'broken_ann');
    failed('slow',   'slow_ann');
    my $limited = failed('limited', 'limited_ann');
    is $limited->headers->header('Retry-After'), 2, 'Retry-After as the service said';
    refused('failed before missing', ['missing_a', 'broken_b', 'protected_c'], 503,
        'handle_lookup_failed', at(lookup_failed => 1));
};

subtest 'nonsense' => sub {
    for my $kind (qw(html cut empty blank error noid badid other list)) {
        failed($kind, "garbled_$kind");
        answers_again();
    }
};

subtest 'faults of the service' => sub {
    my @statuses = (400, 401, 402, 403, 405, 409, 418, 422, 429, 500, 501, 502, 503, 504);
    my %faults = (
        (map { ("status $_" => { status => $_ }) } @statuses),
        (map { ($_ => { kind => $_ }) } qw(unauthorized no_credits restricted insufficient_scope
            ip_not_allowed limited unavailable unavailable_date)),
        'dropped'         => { drop => 'before' },
        'reset'           => { drop => 'before', reset => Mojo::JSON::true() },
        'dropped in the headers' => { drop => 'headers' },
        'dropped in the body'    => { drop => 'body' },
        'late'            => { reply_delay_ms => 3000 },
        'a redirect'      => { status => 302, headers => { Location => 'http://127.0.0.1:9/' } },
        'a page for 404'  => { status => 404, raw => '<html>not found</html>' },
        'no content'      => { status => 204, raw => '' },
        'an array'        => { status => 200, body => [] },
        'null'            => { status => 200, raw => 'null' },
        'text'            => { status => 200, raw => '"ok"' },
        'no user name'    => { status => 200, body => { id => '12345' } },
        'an id of zero'   => { status => 200, body => { id => '0', username => 'x' } },
        'a negative id'   => { status => 200, body => { id => -5, username => 'x' } },
        'a broken id'     => { status => 200, body => { id => 1.5, username => 'x' } },
        'an id beyond 63 bits' => { status => 200, body => { id => '9223372036854775808',
            username => 'x' } },
        'an empty list of errors' => { status => 422, body => { detail => [] } },
    );
    for my $what (sort keys %faults) {
        $badger->fault(times => undef, $faults{$what}->%*);
        failed($what, handle_new());
        $badger->faults_clear;
        answers_again();
    }
    is failed('a 503 with a date', do { $badger->fault(kind => 'unavailable', times => undef,
        headers => { 'Retry-After' => 7 }); handle_new() })->headers->header('Retry-After'), 7,
        'Retry-After as asked';
    $badger->faults_clear;
};

subtest 'one more try' => sub {
    $badger->fault(status => 500, times => 1);
    answer_created('a fault that passes is not seen', $client->post_stream(body_new()));
    $badger->fault(status => 500, times => 1);
    answer_created('with several handles', $client->post_stream(
        { pairs => [map { pair_new() } 1 .. 5] }));
    $badger->faults_clear;
};

subtest 'shapes seen in the wild' => sub {
    for my $shape (qw(id_as_number counts_as_string protected_null protected_absent
        no_rate_headers)) {
        $badger->options($shape => Mojo::JSON::true());
        answer_created($shape, $client->post_stream(body_new()));
        refused("$shape, protected", ['protected_z' . substr $shape, 0, 1], 422,
            'handle_protected');
        $badger->options($shape => Mojo::JSON::false());
    }
    $badger->options(huge_body => Mojo::JSON::true());
    failed('a reply of more than 1 MiB', handle_new());
    $badger->options(huge_body => Mojo::JSON::false(), error_key => 'error', credits_balance => 0);
    failed('out of credits', handle_new());
    $badger->options(error_key => 'detail', credits_balance => 1_000_000);
    answer_created('and well again', $client->post_stream(body_new()));
};

subtest 'the service is down' => sub {
    my $known = handle_new();
    answer_created('while it was up', $client->post_stream(
        { pairs => [pair_new(accountHandle => $known)] }));
    $lab->scrapebadger->stop;
    failed('a new handle', handle_new());
    answer_created('known handles need no look-up', $client->post_stream(
        { pairs => [pair_new(accountHandle => "\@\U$known")] }));
};

$lab->stop;
done_testing;
