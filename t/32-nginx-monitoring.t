#!/usr/bin/perl
# The paths of the monitoring: who may ask gets the envelope whatever happens; to all others they
# look exactly like a path that is not there.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Edge;
use Test::More;

my @PATHS    = qw(/healthz /readyz /metrics);
my $TOO_LONG = 'x' x 65_537;

my $inside  = Headwater::Edge->new;
my $outside = Headwater::Edge->new(monitors => '127.0.0.9');

sub refused ($what, $response, $status, $code) {
    is $response->code, $status, "$what: $status";
    is $response->headers->content_type, 'application/json', "$what: Content-Type";
    is $response->json->{error}{code}, $code, "$what: $code";
    return;
}

# All that a client can see of an answer, but for what is new in each.
sub looks ($response) {
    my %headers = $response->headers->to_hash(1)->%*;
    my $id      = $response->headers->header('X-Request-Id');
    delete @headers{qw(X-Request-Id Date)};
    my $body = $response->body =~ s/\Q$id\E/ID/gr;
    return { code => $response->code, headers => \%headers, body => $body };
}

subtest 'from this host' => sub {
    my $nobody = $inside->client(undef);
    for my $path (@PATHS) {
        my $answer = $nobody->get("$path?a=1");
        is $answer->code, 200, "$path goes to the application";
        is $answer->json->{socket}, 'quick', 'over the quick socket';
        refused "POST $path", $nobody->request(POST => $path, $TOO_LONG), 413, 'body_too_large';
        refused "TRACE $path", $nobody->request(TRACE => $path), 405, 'method_not_allowed';
        refused "GET $path, no answer", $nobody->get("$path?die"), 503, 'overloaded';
        is $nobody->get("$path?status=403")->json->{error}{code}, 'from_the_application',
            'its own errors pass';
        is $nobody->get($_)->code, 404, "$_ is another path" for "${path}x", "$path/", "$path%0a";
    }
};

subtest 'from elsewhere' => sub {
    my %send = (
        (map { my $method = $_; $method => sub ($client, $path) {
            $client->request($method => $path) } } qw(GET HEAD PUT OPTIONS TRACE BREW)),
        'GET, with a query' => sub ($client, $path) { $client->get("$path?die") },
        'POST' => sub ($client, $path) { $client->request(POST => $path, '{}') },
        'POST, too much' => sub ($client, $path) { $client->request(POST => $path, $TOO_LONG) },
    );
    for my $key (undef, Headwater::Edge::key()) {
        my $client = $outside->client($key);
        for my $what (sort keys %send) {
            my $nothing = looks($send{$what}->($client, '/nothing'));
            is_deeply looks($send{$what}->($client, $_)), $nothing, "$what $_" for @PATHS;
        }
        refused $_, $client->get($_), 404, 'not_found' for @PATHS;
    }
};

subtest 'the rate limit tells nobody' => sub {
    my $limited = Headwater::Edge->new(monitors => '127.0.0.9', rate => 2);
    my $client  = $limited->client;
    is_deeply [map { $client->get('/metrics')->code } 1 .. 4], [(404) x 4], 'it is not reached';
    is_deeply [map { $client->get('/v1/streams/1')->code } 1 .. 3], [200, 200, 429], 'it works';
    $limited->stop;
};

subtest 'while the application is down' => sub {
    is_deeply [map { $_->app->stop } $inside, $outside], [], 'it ends';
    for my $path (@PATHS) {
        refused "GET $path", $inside->client(undef)->get($path), 503, 'overloaded';
        refused "POST $path", $inside->client(undef)->request(POST => $path), 503, 'overloaded';
        refused "GET $path from elsewhere", $outside->client(undef)->get($path), 404, 'not_found';
    }
};

$_->stop for $inside, $outside;
done_testing;
