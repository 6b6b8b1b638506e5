#!/usr/bin/perl
# Orders 1 to 5 of the contract: who asks, what is asked, and in which form; each before the next.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $team   = $lab->team;
my $client = $lab->client($team);
my $key    = $team->{key};
my $stream = answer_created('a first stream', $client->post_stream(body_new()));
my $path   = "/v1/streams/$stream->{id}";

sub refused_everywhere ($what, $headers, $status, $code) {
    for my $request (['POST', '/v1/streams'], ['GET', $path], ['DELETE', $path],
        ['GET', '/v1/nothing']) {
        my $response = leaves_nothing($lab, $what,
            sub { $client->request(@$request, $request->[0] eq 'POST' ? body_new() : undef,
                %$headers) });
        answer_refused("$what: @$request", $response, $status, $code);
        is $response->headers->header('WWW-Authenticate'), 'Bearer', 'WWW-Authenticate';
    }
    return;
}

subtest 'status 401' => sub {
    my ($id, $secret) = (substr($key, 0, 16), substr $key, 16);
    my %bad = (
        'none'              => undef,
        'empty'             => '',
        'no key'            => 'Bearer',
        'no key but spaces' => 'Bearer   ',
        'another scheme'    => "Basic $key",
        'no scheme'         => $key,
        'too short'         => 'Bearer ' . substr($key, 0, -1),
        'too long'          => "Bearer ${key}x",
        'another prefix'    => 'Bearer ' . $key =~ s/live/test/r,
        'another secret'    => "Bearer $id" . reverse($secret),
        'another id'        => 'Bearer hw_live_' . reverse(substr $key, 8, 8) . substr($key, 16),
        'two keys'          => "Bearer $key $key",
        'a comma'           => "Bearer $key,",
        'quoted'            => qq(Bearer "$key"),
        'unknown'           => 'Bearer hw_live_' . 'a' x 50,
        'SQL'               => q(Bearer ' OR 1=1 --),
        'capitals'          => 'Bearer ' . uc $key,
    );
    refused_everywhere($_, { Authorization => $bad{$_} }, 401, 'unauthorized') for sort keys %bad;
    is $client->get($path, Authorization => "$_ $key")->code, 200, "the scheme may be $_"
        for qw(bearer BEARER Bearer);
};

subtest 'a revoked key' => sub {
    my $run  = sub { $lab->operator->run(@_) };
    my $made = $run->('key', 'create', '--user', $team->{user})->{key};
    my $old  = $lab->client($made->{secret});
    is $old->get($path)->code, 200, 'works';
    $run->('key', 'revoke', $made->{publicId});
    answer_refused('no more', $old->get($path), 401, 'unauthorized');
    answer_refused('nor for a POST', $old->post_stream(body_new()), 401, 'unauthorized');
    is $client->get($path)->code, 200, 'others are not touched';
};

subtest 'status 404' => sub {
    for my $other ('/v1/streams/', '/v1/streams/0', '/v1/streams/-1', "${path}0", "$path/",
        "$path/x", "${path}x", "/v1/streams/0$stream->{id}", "/v1/streams/+$stream->{id}",
        "/v1/streams/$stream->{id}.0", "/v1/streams/$stream->{id}%20", '/v1/streams/%00',
        '/v1/streams/9223372036854775807', '/v1/streams/9223372036854775808',
        '/v1/streams/18446744073709551617', '/v1/streams/1e0', '/v1/streams/abc', '/v1/stream',
        '/v1/Streams', '/v1/accounts', '/v1/streamsx', '/v2/streams', '/streams', '/') {
        my $response = $client->get($other);
        next if $response->code == 400 && $other =~ /%00/;
        answer_refused("GET $other", $response, 404, 'not_found');
    }
    answer_refused('POST elsewhere', $client->request(POST => '/v1/stream', body_new()), 404,
        'not_found');
    is $client->get("$path?x=1")->code, 200, 'a query changes nothing';
};

subtest 'status 405' => sub {
    for my $method (qw(GET HEAD PUT PATCH DELETE OPTIONS)) {
        my $response = $client->request($method => '/v1/streams');
        is $response->headers->header('Allow'), 'POST', "$method /v1/streams: Allow";
        is $response->code, 405, 'status' if $method eq 'HEAD';
        answer_refused("$method /v1/streams", $response, 405, 'method_not_allowed')
            if $method ne 'HEAD';
    }
    for my $method (qw(POST PUT PATCH DELETE OPTIONS)) {
        my $response = $client->request($method => $path, {});
        answer_refused("$method $path", $response, 405, 'method_not_allowed');
        is $response->headers->header('Allow'), 'GET, HEAD', 'Allow';
    }
};

subtest 'status 415' => sub {
    for my $type (undef, '', 'text/plain', 'application/jsonx', 'application/json-patch+json',
        'application/vnd.api+json', 'application', 'json', 'application/x-www-form-urlencoded',
        'application/json; charset=utf-16', 'application/json; charset=iso-8859-1',
        'application/json, application/json', 'application/json; charset=utf-8; x=y',
        'multipart/form-data') {
        my $response = leaves_nothing($lab, 'a type',
            sub { $client->post_stream(body_new(), 'Content-Type' => $type) });
        answer_refused($type // 'none', $response, 415, 'unsupported_media_type');
    }
    for my $type ('application/json', 'Application/JSON', 'application/json; charset=utf-8',
        'application/json;charset=UTF-8', 'application/json; charset="utf-8"',
        'application/json ;') {
        answer_created($type, $client->post_stream(body_new(), 'Content-Type' => $type));
    }
    answer_refused('a coding', $client->post_stream(body_new(), 'Content-Encoding' => 'gzip'),
        415, 'unsupported_media_type');
    answer_created('no coding', $client->post_stream(body_new(), 'Content-Encoding' => 'identity'));
};

subtest 'status 413' => sub {
    my $text = sub ($size) {
        my $json = Mojo::JSON::encode_json(body_new());
        return $json . ' ' x ($size - length $json);
    };
    answer_created('64 KiB are fine', $client->post_stream($text->(65536)));
    for my $size (65537, 100_000, 1_000_000) {
        my $response = leaves_nothing($lab, $size, sub { $client->post_stream($text->($size)) });
        answer_refused("$size bytes", $response, 413, 'body_too_large');
    }
};

subtest 'Idempotency-Key' => sub {
    my %bad = (
        'empty'            => '',
        'empty and quoted' => '""',
        '256 characters'   => 'x' x 256,
        '256, quoted'      => '"' . 'x' x 256 . '"',
        'a space in it'    => 'a b',
        'a space, quoted'  => '"a b"',
        'a tab'            => "a\tb",
        'no ASCII'         => "\xc3\xa4",
        'DEL'              => "a\x7f",
        'an open quote'    => '"abc',
        'behind a quote'   => '"abc"d',
        'parameters'       => '"abc";a=1',
        'a bad escape'     => '"a\\bc"',
        'a list'           => '"a", "b"',
        'two headers'      => ['one', 'two'],
        'one header twice' => ['one', 'one'],
        'an empty second'  => ['one', ''],
    );
    for my $what (sort keys %bad) {
        my $response = leaves_nothing($lab, $what,
            sub { $client->post_stream(body_new(), 'Idempotency-Key' => $bad{$what}) });
        answer_refused($what, $response, 400, 'invalid_idempotency_key');
    }
    my $kept = $lab->dbh->selectrow_array('SELECT COUNT(*) FROM idempotency_key');
    is $kept, 0, 'none was kept';
};

subtest 'invalid JSON' => sub {
    my $good = Mojo::JSON::encode_json({ pairs => [pair_new()] });
    my %bad  = (
        'empty' => '', 'blank' => ' ', 'no JSON' => 'pairs=1', 'cut' => substr($good, 0, -1),
        'a comma at the end' => $good =~ s/\}\z/,}/r, 'something behind' => "$good x",
        'twice' => "$good$good", 'single quotes' => $good =~ tr/"/'/r, 'a comment' => "/* */$good",
        'a mark' => "\xef\xbb\xbf$good", 'UTF-16' => join('', map { "$_\0" } split //, $good),
        'no UTF-8'    => '{"name":"' . "\xff" . '"}', 'overlong' => '{"name":"' . "\xc0\xaf" . '"}',
        'a surrogate' => '{"name":"' . "\xed\xa0\x80" . '"}', 'half a pair' => '{"name":"\ud800"}',
        'NUL' => '{"name":"a\u0000b"}', 'a raw NUL' => qq({"name":"a\0b"}),
        'a raw line end' => qq({"name":"a\nb"}), 'NaN' => '{"name":NaN}',
        'Infinity' => '{"x":-Infinity}', 'beyond a double' => '{"x":1e400}', '01' => '{"x":01}',
        '+1' => '{"x":+1}', '.5' => '{"x":.5}', '5.' => '{"x":5.}', '0x1' => '{"x":0x1}',
        'a capital word' => '{"x":True}', 'deep' => '{"x":' . '[' x 5000 . ']' x 5000 . '}',
        'many' => '{"x":[' . join(',', ('0') x 20_000) . ']}',
    );
    for my $what (sort keys %bad) {
        my $response = leaves_nothing($lab, $what, sub { $client->post_stream($bad{$what}) });
        answer_refused("'$what'", $response, 400, 'invalid_json');
    }
    like $client->post_stream('{"pairs":[}')->json->{error}{message}, qr/at byte 10\b/,
        'the message says where';
};

# Each request has all faults from its own on; the first one decides.
subtest 'the order' => sub {
    my $bad_key = { 'Idempotency-Key' => 'a b' };
    my %type    = ('Content-Type' => 'text/plain');
    my $expect  = sub ($what, $response, $status, $code) {
        answer_refused($what, $response, $status, $code);
    };
    $expect->('401 before 404', $client->get('/v1/nothing', Authorization => 'x'), 401,
        'unauthorized');
    $expect->('401 before 413', $client->post_stream('x' x 70_000, Authorization => undef), 401,
        'unauthorized');
    $expect->('401 before 415', $client->post_stream('{', %type, Authorization => undef), 401,
        'unauthorized');
    $expect->('405 before 415', $client->request(PUT => '/v1/streams', '{', %type), 405,
        'method_not_allowed');
    $expect->('415 before the key', $client->post_stream('{', %type, %$bad_key), 415,
        'unsupported_media_type');
    $expect->('413 before the key', $client->post_stream('x' x 70_000, %$bad_key), 413,
        'body_too_large');
    $expect->('the key before JSON', $client->post_stream('{', %$bad_key), 400,
        'invalid_idempotency_key');
    $expect->('the key before fields', $client->post_stream({}, %$bad_key), 400,
        'invalid_idempotency_key');
    $expect->('JSON before fields', $client->post_stream('{"foo":1,}'), 400, 'invalid_json');
};

$lab->stop;
done_testing;
