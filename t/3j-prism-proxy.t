#!/usr/bin/perl
# What the service answers through Prism's validating proxy is what docs/openapi.yaml says, and
# Prism would notice if it were not. (All exchanges of the API's tests are judged by the same
# validators: make check-contract.)
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use Headwater::Prism;
use Headwater::Suites qw(npm_find);
use Mojo::JSON qw(decode_json encode_json);
use Test::More;

npm_find('@stoplight/prism-cli');
my $TOP = "$FindBin::RealBin/..";
my $doc = ($ENV{HW_BUILDDIR} // $TOP) . '/docs/site/openapi.json';

my $lab   = Headwater::Lab->new(rate => 600);
my $prism = Headwater::Prism->start(lab => $lab, document => $doc);
my %team  = (paid => $lab->team, free => $lab->team(plan => 'free'),
    lapsed => $lab->team(status => 'past_due'));
my %client = map { $_ => $prism->client($team{$_}) } keys %team;

sub body ($handle, %more) {
    return { pairs => [{ accountHandle => $handle, segment => { description => 'x', %more } }] };
}

# An exchange: its status, and whether Prism may find fault with the request.
sub fine ($what, $response, $status, %may) {
    is($response->code, $status, "$what: $status");
    my @found = $prism->violations($response);
    is_deeply([grep {/^response/} @found], [], "$what: the answer is as described");
    is_deeply([grep { !/^response/ } @found], [], "$what: so is the request") if !$may{bad_request};
    return $response;
}

my %key   = ('Idempotency-Key' => 'prism-1');
my $first = fine('a create', $client{paid}->post_stream(body('prism_a'), %key), 201);
my $place = $first->headers->location;
fine('its repetition',     $client{paid}->post_stream(body('prism_a'), %key), 201);
fine('the key, reused',    $client{paid}->post_stream(body('prism_b'), %key), 422);
fine('a read',             $client{paid}->get($place),                        200);
fine('a dry run',
    $client{paid}->request(POST => '/v1/streams?validateOnly=true', body('prism_c')), 200);
fine('everything given', $client{paid}->post_stream({
    %{ body('prism_d', name => 'n', genderValues => ['female'], followerCountTiers => ['over_1m'],
        appliedSearchFilters => { job_role => ['founder'] }) },
    name => 'All', syncTimes => ['09:15', '17:45'], timezone => 'Asia/Calcutta',
    autoEnrichLinkedin => \1, autoEnrichEmail => \0, emailMode => 'verified',
    emailDigestOverride => 'weekly', telegramOverride => \1,
    deliveryDestination => 'leads_plus_webhook', webhookUrl => 'https://hooks.example.com/x',
    csvEmailRecipients => { to => 'a@example.com', cc => ['b@example.com'], format => 'excel' },
}), 201);
fine('a free team',        $client{free}->post_stream(body('prism_e')),       201);
fine('its second account', $client{free}->post_stream(body('prism_f')),       403);
fine('a lapsed team',      $client{lapsed}->post_stream(body('prism_g')),     403);
fine('an unknown handle',  $client{paid}->post_stream(body('missing_ann')),   404);
fine('a private one',      $client{paid}->post_stream(body('protected_ann')), 422);
fine('an unknown label', $client{paid}->post_stream(
    body('prism_h', appliedSearchFilters => { job_role => ['Fuonder'] })), 400);
fine('no such stream', $client{paid}->get('/v1/streams/999999'), 404);
fine('a fault in the body', $client{paid}->post_stream({ pairs => [] }), 400, bad_request => 1);
fine('no key', $prism->client->get('/v1/streams/1'), 401, bad_request => 1);
fine('health',    $prism->client->get('/healthz'), 200);
fine('readiness', $prism->client->get('/readyz'),  200);

subtest 'a description that is wrong' => sub {
    my $wrong = $lab->dir . '/wrong.json';
    my $text  = decode_json(file_read($doc));
    $text->{components}{schemas}{Stream}{properties}{isActive}{type} = 'integer';
    file_write($wrong, encode_json($text));
    my $other    = Headwater::Prism->start(lab => $lab, document => $wrong);
    my $response = $other->client($team{paid})->get($place);
    ok((scalar grep {/^response body isActive/} $other->violations($response)),
        'and Prism notices') or diag $other->violations($response);
    $other->stop;
};

$prism->stop;
$lab->stop;
done_testing;
