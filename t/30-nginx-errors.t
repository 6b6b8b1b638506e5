#!/usr/bin/perl
# Whatever nginx refuses by itself is JSON in the API's envelope, with a request id; the
# application's own answers pass untouched.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Edge;
use Headwater::Wait qw(wait_for);
use Test::More;

my $READ_TIMEOUT_S = 1;
my $IN_FLIGHT      = 128;
my $BODY_BYTES     = 65536;

my $edge   = Headwater::Edge->new(read_timeout_s => $READ_TIMEOUT_S);
my $client = $edge->client;
my $nobody = $edge->client(undef);
my $auth   = 'Authorization: Bearer ' . Headwater::Edge::key();

# One envelope, everywhere the same. Returns the response for further looks.
sub refused ($what, $response, $status, $code) {
    subtest $what => sub {
        my $headers = $response->headers;
        is $response->code, $status, 'status';
        is $headers->content_type,  'application/json', 'Content-Type';
        is $headers->cache_control, 'no-store',         'Cache-Control';
        like $headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, 'X-Request-Id';
        my $error = eval { $response->json->{error} } // {};
        is $error->{code}, $code, 'code';
        ok length $error->{message}, 'message';
        is $error->{requestId}, $headers->header('X-Request-Id'), 'requestId';
        is_deeply $error->{details}, [], 'details';
    };
    return $response;
}

# What raw bytes are answered with.
sub raw ($bytes) {
    my $response = Mojo::Message::Response->new;
    $response->parse($edge->raw($bytes));
    return $response;
}

subtest 'requests that are not HTTP' => sub {
    refused 'a bad request line', raw("nonsense\r\n\r\n"),                     400, 'bad_request';
    refused 'no Host',            raw("GET /v1/streams HTTP/1.1\r\n\r\n"),     400, 'bad_request';
    refused 'NUL in the path',    raw("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"), 400, 'bad_request';
    refused 'two lengths',
        raw("POST /v1/streams HTTP/1.1\r\nHost: a\r\n$auth\r\nContent-Length: 1\r\n"
            . "Content-Length: 2\r\n\r\nab"), 400, 'bad_request';
    refused 'a bad chunk',
        raw("POST /v1/streams HTTP/1.1\r\nHost: a\r\n$auth\r\nConnection: close\r\n"
            . "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400, 'bad_request';
    refused 'an unknown transfer coding',
        raw("POST /v1/streams HTTP/1.1\r\nHost: a\r\n$auth\r\nTransfer-Encoding: gzip\r\n\r\n"),
        400, 'bad_request';
};

subtest 'plain HTTP on the TLS port' => sub {
    my $url = $edge->nginx->base_url =~ s/https/http/r;
    refused 'GET', $client->ua->get("$url/v1/streams")->res, 400, 'bad_request';
};

subtest 'too large' => sub {
    my $long = 'x' x 9000;
    refused 'header', $client->get('/v1/streams', 'X-Long' => $long), 431, 'bad_request';
    refused 'URI',    $client->get("/v1/streams?$long"),              414, 'bad_request';
    my $body = 'x' x $BODY_BYTES;
    is $client->post_stream($body)->json->{body_length}, $BODY_BYTES, 'a body of 64 KiB is fine';
    refused 'one byte more', $client->post_stream("${body}x"), 413, 'body_too_large';
    refused 'one byte more, chunked',
        raw("POST /v1/streams HTTP/1.1\r\nHost: a\r\n$auth\r\nConnection: close\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n10001\r\n${body}x\r\n0\r\n\r\n"),
        413, 'body_too_large';
    refused 'far more', $client->post_stream('x' x 3_000_000), 413, 'body_too_large';
    refused '401 comes first', $nobody->post_stream("${body}x"), 401, 'unauthorized';
};

subtest 'no such path, no such method' => sub {
    refused $_, $client->get($_), 404, 'not_found' for '/', '/v1', '/v2/x', '/headwater-error';
    refused 'any method', $client->request(DELETE => '/x'), 404, 'not_found';
    my $head = $client->request(HEAD => '/nothing');
    is $head->code, 404, 'HEAD';
    like $head->headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, 'its X-Request-Id';
    my %allow = ('/v1/streams' => 'POST', '/v1/streams/42' => 'GET, HEAD');
    for my $path (sort keys %allow) {
        my $response = refused "TRACE $path", $client->request(TRACE => $path), 405,
            'method_not_allowed';
        is $response->headers->header('Allow'), $allow{$path}, 'Allow';
    }
};

subtest 'the application went away' => sub {
    for my $query (qw(die garbage sleep=3)) {
        my $post = $client->request(POST => "/v1/streams?$query", '{}');
        refused "POST, $query", $post, 503, 'outcome_unknown';
        is $post->headers->header('Retry-After'), 1, 'Retry-After';
        refused "GET, $query", $client->get("/v1/streams/1?$query"), 503, 'overloaded';
    }
};

subtest 'the application answers with an error' => sub {
    for my $status (400, 401, 404, 405, 413, 415, 429, 500, 502, 503) {
        my $response = $client->get("/v1/streams?status=$status");
        is $response->code, $status, "status $status passes";
        is $response->json->{error}{code}, 'from_the_application', 'and so does its body';
        is $response->headers->every_header('X-Request-Id')->@*, 1, 'one X-Request-Id';
        unlike $response->headers->header('X-Request-Id'), qr/forged/, 'ours';
    }
};

subtest 'a body that does not come' => sub {
    my $answer = $edge->raw("POST /v1/streams HTTP/1.1\r\nHost: a\r\n$auth\r\n"
        . "Content-Length: 10\r\n\r\nab");
    is $answer, '', 'the connection is closed, as nginx does';
    wait_for('the log line', 5, sub { $edge->nginx->access_log =~ /"status":408/ });
    pass 'and 408 is logged';
};

subtest 'too many requests in flight' => sub {
    my $start = "POST /v1/streams HTTP/1.1\r\nHost: a\r\n$auth\r\nContent-Length: 2\r\n\r\n{";
    my @held  = map { $edge->connection } 1 .. $IN_FLIGHT;
    print {$_} $start for @held;
    my $response;
    wait_for('the limit', 4, sub { ($response = $client->post_stream({}))->code != 200 });
    refused 'one more', $response, 503, 'overloaded';
    is $response->headers->header('Retry-After'), 1, 'Retry-After';
    is $client->get('/v1/streams/1')->code, 200, 'creates in flight leave room for others';
    my $fine = grep {
        print {$_} '}';
        sysread $_, my $text, 4096;
        $text =~ m{\AHTTP/1.1 200};
    } @held;
    is $fine, $IN_FLIGHT, 'those in flight are served';
};

subtest 'the application is down' => sub {
    is_deeply [$edge->app->stop], [], 'it ends';
    my $response = refused 'POST', $client->post_stream({}), 503, 'overloaded';
    is $response->headers->header('Retry-After'), 1, 'Retry-After: it was surely not done';
    refused 'GET', $client->get('/v1/streams/1'), 503, 'overloaded';
};

$edge->stop;
done_testing;
