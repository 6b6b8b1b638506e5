#!/usr/bin/perl
# The API's description and its pages, as nginx serves them: to everybody, from files, and so that a
# browser lets nothing in from elsewhere.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Headwater::Edge;
use Headwater::Files qw(file_read file_write);
use Test::More;

# A site as the package without the console installs it.
my $site = tempdir('hw.XXXXXX', DIR => '/tmp', CLEANUP => 1);
my %FILE = (
    'docs.css'     => 'body { margin: 0 }',
    'errors.html'  => '<title>errors</title>',
    'openapi.json' => '{"openapi":"3.1.0"}',
    'openapi.yaml' => "openapi: 3.1.0\n",
);
file_write("$site/$_", $FILE{$_}) for keys %FILE;

my $edge   = Headwater::Edge->new(site => $site);
my $nobody = $edge->client(undef);

my $CSP = q{default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; }
    . q{connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'};

sub refused ($what, $response, $status, $code) {
    is $response->code, $status, "$what: status";
    is $response->headers->content_type, 'application/json', "$what: Content-Type";
    is $response->json->{error}{code}, $code, "$what: code";
    return $response;
}

# What every document has.
sub served ($path, $text, $type) {
    my $response = $nobody->get($path);
    my $headers  = $response->headers;
    is $response->code, 200, "$path: 200 without a key" or diag $response->body;
    is $response->body, $text, "$path: the file";
    is $headers->content_type,  $type,      "$path: Content-Type";
    is $headers->cache_control, 'no-cache', "$path: Cache-Control";
    is $headers->header('X-Content-Type-Options'), 'nosniff', "$path: X-Content-Type-Options";
    is $headers->strict_transport_security, 'max-age=63072000', "$path: HSTS";
    like $headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, "$path: X-Request-Id";
    is $nobody->request(HEAD => $path)->code, 200, "$path: HEAD";
    my $again = $nobody->get($path, 'If-None-Match' => $headers->etag);
    is $again->code, 304, "$path: 304 for its ETag";
    return $headers;
}

subtest 'the description' => sub {
    for my $kind (qw(json yaml)) {
        served("/v1/openapi.$kind", $FILE{"openapi.$kind"}, "application/$kind");
        for my $method (qw(POST PUT DELETE)) {
            my $response = refused("$method $kind",
                $nobody->request($method => "/v1/openapi.$kind"), 405, 'method_not_allowed');
            is $response->headers->header('Allow'), 'GET, HEAD', 'Allow';
        }
        is $nobody->get("/v1/openapi.$kind", Authorization => 'Bearer x')->code, 200,
            'a wrong key does not matter';
    }
    refused("'$_'", $nobody->get($_), 401, 'unauthorized')
        for '/v1/openapi', '/v1/openapi.json/', '/v1/openapi.txt', '/v1/openapiXjson',
        '/v1/openapi.json%0a', '/v1/x/openapi.json';
};

subtest 'the pages' => sub {
    my %type = ('docs.css' => 'text/css; charset=utf-8',
        'errors.html' => 'text/html; charset=utf-8');
    for my $name (sort keys %type) {
        my $headers = served("/docs/$name", $FILE{$name}, $type{$name});
        is $headers->header('Content-Security-Policy'), $CSP, 'Content-Security-Policy';
        is $headers->header('Referrer-Policy'), 'no-referrer', 'Referrer-Policy';
    }
    my $short = $nobody->get('/docs');
    is $short->code, 308, '/docs';
    is $short->headers->location, '/docs/', 'Location, whatever the host is called';
    my $post = refused('POST', $nobody->request(POST => '/docs/errors.html', 'x'), 405,
        'method_not_allowed');
    is $post->headers->header('Allow'), 'GET, HEAD', 'Allow';
};

subtest 'without the console' => sub {
    my $headers = served('/docs/', $FILE{'errors.html'}, 'text/html; charset=utf-8');
    is $headers->header('Content-Security-Policy'), $CSP, 'Content-Security-Policy';
};

subtest 'with the console' => sub {
    make_path("$site/console");
    file_write("$site/console/index.html", '<title>console</title>');
    file_write("$site/console/init.js", '0;');
    served('/docs/', '<title>console</title>', 'text/html; charset=utf-8');
    my $headers = served('/docs/console/init.js', '0;', 'application/javascript; charset=utf-8');
    is $headers->header('Content-Security-Policy'), $CSP, 'Content-Security-Policy';
};

subtest 'nothing else' => sub {
    refused("'$_'", $nobody->get($_), 404, 'not_found')
        for '/docs/nothing', '/docs/nothing.html', '/docs/openapi.json/x', '/docsx',
        '/docs//etc/passwd';
    refused('above', $nobody->get('/docs/..%2f..%2fetc/passwd'), 400, 'bad_request');
    unlike $nobody->get('/docs../openapi.json')->body, qr/3\.1\.0/, 'nothing beside the folder';
};

subtest 'large files travel compressed' => sub {
    file_write("$site/console/swagger-ui.css", 'a { color: red } ' x 1000);
    my $answer = $edge->raw("GET /docs/console/swagger-ui.css HTTP/1.1\r\nHost: a\r\n"
        . "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    like $answer, qr/^Content-Encoding: gzip\r$/m, 'Content-Encoding';
    like $answer, qr/^Vary: Accept-Encoding\r$/m,  'Vary';
    cmp_ok length $answer, '<', 2000, 'and small';
};

$edge->stop;
done_testing;
