#!/usr/bin/perl
# Each API key may make 60 requests a minute, all of them at once if it likes. This test runs the
# rate as shipped; the others run a higher one.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Edge;
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(time);

my $RATE         = 60;
my $EVENTS_RATE  = 100;    # a second
my $EVENTS_BURST = 201;

my $edge   = Headwater::Edge->new(rate => $RATE);
my $client = $edge->client;

subtest 'a burst' => sub {
    my $start = time;
    my @codes = map { $_->code } $client->post_streams_at_once([({}) x (2 * $RATE)]);
    my $refilled = 1 + int(time - $start);
    my $served   = grep { $_ == 200 } @codes;
    is_deeply [grep { $_ != 200 && $_ != 429 } @codes], [], 'served or refused, nothing else';
    cmp_ok $served, '>=', $RATE, 'the whole minute is served at once';
    cmp_ok $served, '<=', $RATE + $refilled, 'and no more';
};

subtest 'a refusal' => sub {
    my $response;
    wait_for('a refusal', 10, sub { ($response = $client->get('/v1/streams/1'))->code == 429 });
    is $response->headers->header('Retry-After'), 1, 'Retry-After';
    is $response->headers->content_type, 'application/json', 'Content-Type';
    is $response->json->{error}{code}, 'rate_limited', 'code';
    is $response->json->{error}{requestId}, $response->headers->header('X-Request-Id'), 'requestId';
    my $start = time;
    ok wait_for('the next', 5, sub { $client->get('/v1/streams/1')->code == 200 }), 'served again';
    cmp_ok time - $start, '<', 2, 'after a second';
};

subtest 'others are not affected' => sub {
    is $edge->client(Headwater::Edge::key('b'))->post_stream({})->code, 200, 'another key';
    my $codes = sub ($key) {
        my %seen;
        $seen{ $_->code }++ for $edge->client($key)->post_streams_at_once([({}) x (2 * $RATE)]);
        return \%seen;
    };
    is_deeply $codes->(undef), { 401 => 2 * $RATE }, 'no key: 401, however often';
    is_deeply $codes->('x'),   { 401 => 2 * $RATE }, 'a malformed key: 401, however often';
};

# With nobody behind nginx each request that is let in fails at once, and none is slow.
subtest 'events of Stripe' => sub {
    my $count = 2 * $EVENTS_BURST;
    is_deeply [$edge->app->stop], [], 'nobody is behind nginx';
    my $start  = time;
    my $answer = $edge->raw(join '', map {
        "POST /v1/stripe/events HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
            . ($_ == $count ? "Connection: close\r\n" : '') . "\r\n" } 1 .. $count);
    my $refilled = 1 + int $EVENTS_RATE * (time - $start);
    my %seen;
    $seen{$_}++ for $answer =~ m{^HTTP/1\.1 (\d+)}mg;
    is $seen{503} + ($seen{429} // 0), $count, 'all are answered';
    cmp_ok $seen{503}, '>=', $EVENTS_BURST, 'a burst is let in';
    cmp_ok $seen{503}, '<=', $EVENTS_BURST + $refilled, 'and no more';
    is $edge->client(Headwater::Edge::key('c'))->post_stream({})->code, 503,
        'who has a key is not affected';
};

$edge->stop;

subtest 'the raised rate' => sub {
    my $raised = Headwater::Edge->new(rate => 6000);
    my @codes;
    for (1 .. 2) { # fewer at once than nginx lets in
        my @answers = $raised->client->post_streams_at_once([({}) x (2 * $RATE)]);
        push @codes, map { $_->code } @answers;
    }
    is_deeply [grep { $_ != 200 } @codes], [], 'a load runs';
    $raised->stop;
};

done_testing;
