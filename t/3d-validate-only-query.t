#!/usr/bin/perl
# The query of POST /v1/streams: only validateOnly, once, true or false. Whatever else it is,
# nothing is created: a misspelt dry run must not be billed. Other requests ignore their query.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::DryRun qw(rows_digest);
use Headwater::FastCGI;
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $client = $lab->client($lab->team);

sub post ($query, $body = body_new(), %headers) {
    return $client->request(POST => "/v1/streams$query", $body, %headers);
}

# Refused for just these offenders, and nothing is left or asked.
sub refused ($query, @offenders) {
    my $lookups  = $lab->scrapebadger->requests->{total};
    my $response = leaves_nothing($lab, $query, sub { post($query) });
    is $lab->scrapebadger->requests->{total}, $lookups, "$query: nobody was looked up";
    return answer_refused($query, $response, 400, 'validation_failed', @offenders);
}

subtest 'a create' => sub {
    answer_created($_, post($_)) for '', '?', '?validateOnly=false', '?&validateOnly=false&';
};

subtest 'a dry run' => sub {
    is post($_)->code, 200, $_ for '?validateOnly=true', '?&validateOnly=true',
        '?validate%4Fnly=%74rue';
};

subtest 'anything else' => sub {
    refused('?validateonly=true',  '?validateonly unknown');
    refused('?validate_only=true', '?validate_only unknown');
    refused('?dryRun=true',        '?dryRun unknown');
    refused('?validateOnly=yes',   '?validateOnly boolean');
    refused('?validateOnly=TRUE',  '?validateOnly boolean');
    refused('?validateOnly=',      '?validateOnly boolean');
    refused('?validateOnly',       '?validateOnly boolean');
    refused('?validateOnly=tr%zze', '?validateOnly boolean');
    refused('?validateOnly=true%00', '?validateOnly boolean');
    refused('?validateOnly=true&validateOnly=true', '?validateOnly duplicate');
    refused('?validateOnly=false&validateOnly=true', '?validateOnly duplicate');
    refused('?validateOnly=true&page=2&x', '?page unknown', '?x unknown');
    refused('?' . 'n' x 200 . '=1', '?' . 'n' x 64 . '... unknown');
    refused('?' . '%C3%A4' x 200, '?' . substr('%C3%A4' x 200, 0, 64) . '... unknown');
};

subtest 'the envelope' => sub {
    my $one = refused('?page=2', '?page unknown');
    is_deeply $one->{details}, [{ parameter => 'page', code => 'unknown',
        message => 'is not a parameter; there is only validateOnly' }], 'one detail';
    is $one->{message}, '1 query parameter is invalid.', 'counted';
    is refused('?page=2&x=1', '?page unknown', '?x unknown')->{message},
        '2 query parameters are invalid.', 'two of them';
};

subtest 'with other faults' => sub {
    my $both = answer_refused('query and body at once', post('?page=2', body_new(foo => 1)), 400,
        'validation_failed', '?page unknown', '/foo unknown_field');
    is $both->{message}, '2 places are invalid.', 'counted together';
    my $type = answer_refused('not JSON by type', post('?page=2', '{}',
        'Content-Type' => 'text/plain'), 415, 'unsupported_media_type');
    is_deeply $type->{details}, [], 'without details';
    my $json = answer_refused('not JSON', post('?page=2', '{'), 400, 'invalid_json');
    is_deeply $json->{details}, [], 'without details';
    answer_refused('a bad key', post('?page=2', body_new(), 'Idempotency-Key' => ''), 400,
        'invalid_idempotency_key');
    answer_refused('before a used key', post('?page=2', body_new(), 'Idempotency-Key' => 'x'), 400,
        'validation_failed', '?page unknown');
    answer_refused('before segments', post('?page=2', { pairs => [map {
        +{ accountHandle => 'a', segmentId => $_ } } 1, 2] }), 400, 'validation_failed',
        '?page unknown');
    answer_created('the key is free still', post('', body_new(), 'Idempotency-Key' => 'x'));
};

# As nginx does not let it through, but another server might.
subtest 'bytes that no URI holds' => sub {
    my $body = Mojo::JSON::encode_json(body_new());
    my $peer = Headwater::FastCGI->connect($lab->daemon->socket);
    $peer->send_request({ REQUEST_METHOD => 'POST', DOCUMENT_URI => '/v1/streams',
        CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body,
        QUERY_STRING => qq(\xff"<\n>=1), API_KEY => $client->{key} }, $body);
    my $answer = $peer->read_answer;
    is $answer->{status}, 400, 'refused';
    is_deeply [map { $_->{parameter} }
        Mojo::JSON::decode_json($answer->{body})->{error}{details}->@*],
        ['%FF%22%3C%0A%3E'], 'and told in plain ASCII';
};

subtest 'other requests' => sub {
    my $stream = answer_created('a stream', $client->post_stream(body_new()));
    my $path   = "/v1/streams/$stream->{id}";
    for my $query ('?validateOnly=true', '?validateOnly=maybe', '?x=%zz') {
        is $client->get("$path$query")->body, $client->get($path)->body, "GET $query";
        is $client->request(HEAD => "$path$query")->code, 200, "HEAD $query";
    }
    is $client->get('/v1/streams?validateOnly=true')->code, 405, 'the method comes first';
    my $before = rows_digest($lab);
    is $lab->client->validate_stream(body_new())->code, 401, 'and the key before all';
    is_deeply rows_digest($lab), $before, 'nothing is left';
};

$lab->stop;
done_testing;
