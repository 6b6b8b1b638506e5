#!/usr/bin/perl
# What nginx hands to the application, what it tells the client, and what it writes down.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Edge;
use Headwater::Files qw(file_read file_write program_find);
use Headwater::Wait qw(wait_for);
use Test::More;

my $edge   = Headwater::Edge->new;
my $client = $edge->client;
my $nobody = $edge->client(undef);
my $key    = Headwater::Edge::key();
my $nginx  = $edge->nginx;

# The values of one parameter that the application got.
sub values_of ($response, $name) {
    return [map { $_->[1] } grep { $_->[0] eq $name } $response->json->{params}->@*];
}

subtest 'the application gets the key and no Authorization' => sub {
    my $response = $client->post_stream({ a => 1 });
    is_deeply values_of($response, 'API_KEY'),            [$key], 'API_KEY';
    is_deeply values_of($response, 'HTTP_AUTHORIZATION'), [],     'no HTTP_AUTHORIZATION';
};

subtest 'forms of the header' => sub {
    for my $fine ("Bearer $key", "bearer $key", "BEARER $key", "Bearer   $key") {
        is_deeply values_of($nobody->get('/v1/streams/1', Authorization => $fine), 'API_KEY'),
            [$key], $fine =~ s/hw_live_.*/.../r;
    }
    my %bad = (
        'no scheme'       => $key,
        'another scheme'  => "Basic $key",
        'no space'        => "Bearer$key",
        'a tab'           => "Bearer\t$key",
        'a sign'          => 'Bearer hw_live_' . 'a' x 49 . '-',
        'too short'       => 'Bearer hw_live_' . 'a' x 49,
        'too long'        => "Bearer ${key}a",
        'another prefix'  => 'Bearer hw_test_' . 'a' x 50,
        'prefix in capitals' => 'Bearer HW_LIVE_' . 'a' x 50,
        'two keys'        => "Bearer $key, Bearer $key",
        'something after' => "Bearer $key x",
        'empty'           => '',
    );
    for my $name (sort keys %bad) {
        my $response = $nobody->get('/v1/streams/1', Authorization => $bad{$name});
        is $response->code, 401, $name;
        is $response->headers->www_authenticate, 'Bearer', 'WWW-Authenticate';
    }
    my $twice = $nobody->get('/v1/streams/1', Authorization => ["Bearer $key", "Bearer $key"]);
    like $twice->code, qr/\A40[01]\z/, 'the header twice';
    is $nobody->get("/v1/streams/1?access_token=$key")->code, 401, 'the key in the query';
};

subtest 'parameters' => sub {
    my $response = $client->request(POST => '/v1//x/../streams?a=%20', 'abc',
        'Idempotency-Key' => ['one', 'two'], 'Under_Score' => 1, Proxy => 'x');
    my %want = (
        REQUEST_METHOD       => ['POST'],
        REQUEST_URI          => ['/v1//x/../streams?a=%20'],
        DOCUMENT_URI         => ['/v1/streams'],
        QUERY_STRING         => ['a=%20'],
        CONTENT_TYPE         => ['application/json'],
        CONTENT_LENGTH       => [3],
        HTTP_IDEMPOTENCY_KEY => ['one', 'two'],
        HTTP_UNDER_SCORE     => [],
        HTTP_PROXY           => [],
        REQUEST_ID           => [$response->headers->header('X-Request-Id')],
    );
    is_deeply values_of($response, $_), $want{$_}, $_ for sort keys %want;
    my @other = grep { !$want{$_} && !/\AHTTP_/ && !/\A(?:API_KEY|FCGI_ROLE)\z/ }
        map { $_->[0] } $response->json->{params}->@*;
    is_deeply \@other, [], 'nothing else but headers';
};

subtest 'an event of Stripe' => sub {
    my $path     = '/v1/stripe/events';
    my $response = $nobody->request(POST => $path, 'abc', 'Stripe-Signature' => 't=1,v1=a');
    is $response->code, 200, 'needs no key';
    my %want = (
        REQUEST_METHOD        => ['POST'],
        REQUEST_URI           => [$path],
        DOCUMENT_URI          => [$path],
        CONTENT_LENGTH        => [3],
        API_KEY               => [''],
        HTTP_STRIPE_SIGNATURE => ['t=1,v1=a'],
    );
    is_deeply values_of($response, $_), $want{$_}, $_ for sort keys %want;
    my $names = sub ($response) { [map { $_->[0] } $response->json->{params}->@*] };
    is_deeply [grep { !/\AHTTP_/ } $names->($response)->@*],
        [grep { !/\AHTTP_/ } $names->($client->post_stream('abc'))->@*],
        'the same parameters as for a stream';
    my $with_key = $client->request(POST => $path, 'abc');
    is_deeply values_of($with_key, 'HTTP_AUTHORIZATION'), [], 'no HTTP_AUTHORIZATION';
    is $nobody->request(POST => $path, 'x' x 1_048_576)->json->{body_length}, 1_048_576, '1 MiB';
    is $nobody->request(POST => $path, 'x' x 1_048_577)->code, 413, 'one byte more';
    is $nobody->request(POST => $_, 'x')->code, 401, "$_ needs one"
        for "$path/", "${path}x", '/v1/stripe/event', '/v1/Stripe/events', "$path%0a", '/v1/stripe';
};

subtest 'a chunked body comes with its length' => sub {
    my $answer = $edge->raw("POST /v1/streams HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        . "Authorization: Bearer $key\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    like $answer, qr/"CONTENT_LENGTH","3"/, 'CONTENT_LENGTH';
    like $answer, qr/"body_length":3\b/,    'body';
};

subtest 'every method reaches the application' => sub {
    for my $method (qw(GET HEAD POST PUT PATCH DELETE OPTIONS)) {
        is $client->request($method => '/v1/streams')->code, 200, $method;
    }
};

subtest 'creates have a socket of their own' => sub {
    my $socket = sub ($path) { return $client->request(POST => $path, '{}')->json->{socket} };
    is $socket->($_), 'app', $_ for qw(/v1/streams /v1/streams?a=1 /v1//streams /v1/%73treams
        /v1/x/../streams);
    is $socket->($_), 'quick', $_ for qw(/v1/streams/ /v1/streams/1 /v1/stream /v1/Streams
        /v1/nothing /v1/streams%3f);
    is $client->get('/v1/streams/1')->json->{socket}, 'quick', 'reading';
};

subtest 'headers of every answer' => sub {
    for my $path ('/v1/streams/1', '/nothing', '/v1/streams?die') {
        my $headers = $client->get($path)->headers;
        is $headers->strict_transport_security, 'max-age=63072000', "$path: HSTS";
        like $headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, 'X-Request-Id';
        is $headers->server, 'nginx', 'no version';
    }
    my %seen;
    $seen{ $client->get('/v1/streams/1')->headers->header('X-Request-Id') }++ for 1 .. 5;
    is keys %seen, 5, 'a new id for each request';
    my $forged = $client->get('/v1/streams/1', 'X-Request-Id' => 'forged');
    unlike $forged->headers->header('X-Request-Id'), qr/forged/, 'never the one that was sent';
};

subtest 'TLS' => sub {
    my $port = $nginx->{port};
    my %version = (TLSv1 => 0, TLSv1_1 => 0, TLSv1_2 => 1, TLSv1_3 => 1);
    for my $name (sort keys %version) {
        my $connection = IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => $port,
            SSL_ca_file => $nginx->ca_file, SSL_version => $name,
            SSL_cipher_list => 'ALL:@SECLEVEL=0');
        is $connection ? 1 : 0, $version{$name}, $name;
    }
};

subtest 'the log' => sub {
    my $response = $client->post_stream({}, 'Idempotency-Key' => 'secret-1');
    $client->get('/nothing?password=secret-2');
    $edge->raw("no\x01nse\"nse\r\n\r\n");
    my $id    = $response->headers->header('X-Request-Id');
    my @lines = wait_for('the log', 5, sub { $nginx->access_log =~ /$id.*nothing.*\n.*\n/s })
        ? split /\n/, $nginx->access_log : ();
    my @parsed = map { eval { Mojo::JSON::decode_json($_) } } @lines;
    is @parsed, @lines, 'every line is JSON';
    my ($line) = grep { $_->{requestId} eq $id } @parsed;
    is $line->{method}, 'POST',        'method';
    is $line->{path},   '/v1/streams', 'path';
    is $line->{status}, 200,           'status';
    is $line->{key_id}, 'aaaaaaaa',    'the key, by its public part';
    my ($missed) = grep { $_->{path} eq '/nothing' && $_->{method} eq 'GET' } @parsed;
    is $missed->{status}, 404, 'a refusal is logged under the path that was asked for';
    unlike $nginx->access_log, qr/secret-|a{9}/, 'no secret';
};

subtest 'a name that is not ours' => sub {
    my $dir = $nginx->{dir};
    file_write("$dir/reject-unknown.conf",
        file_read("$FindBin::RealBin/../nginx/reject-unknown.conf")
            =~ s/^\s*listen \[::\].*\n//mgr =~ s/listen 80 .*;/listen unix:$dir\/plain.sock;/r
            =~ s/listen 443 /listen 127.0.0.1:$nginx->{port} /r);
    file_write("$dir/nginx.conf",
        $nginx->main_config =~ s{(include .*site\.conf;)}{$1 include $dir/reject-unknown.conf;}r);
    is system("@{[program_find('nginx')]} -t -q -e $dir/test.log -p $dir -c $dir/nginx.conf"), 0,
        'nginx accepts the file beside the site';
    $nginx->process->signal('HUP');
    my $connect = sub ($name) {
        return IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => $nginx->{port},
            SSL_ca_file => $nginx->ca_file, SSL_hostname => $name, SSL_verifycn_scheme => 'none');
    };
    ok wait_for('the reload', 10, sub { !$connect->('other.example') }), 'no handshake';
    my $ours = $connect->('localhost');
    ok $ours, 'ours is served';
    print {$ours} "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    like Headwater::Edge::rest_read($ours), qr{\AHTTP/1.1 200\b}, 'also to Prometheus';
};

$edge->stop;
done_testing;
