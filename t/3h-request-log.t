#!/usr/bin/perl
# One line for each request in our log and in nginx's, with one id, and where the time went; no
# secret, no body, and never two lines, whatever the client sends. Server-Timing for who asks.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Wait qw(wait_for);
use Mojo::JSON qw(decode_json);
use Test::More;

my $lab    = Headwater::Lab->new;
my $team   = $lab->team;
my $client = $lab->client($team);
my $secret = 'do not write this down';

# The lines of a log that carry the request's id.
sub lines_with ($file, $id) {
    return map { decode_json($_) } grep {/"requestId":"\Q$id\E"/} split /\n/, file_read($file);
}

sub logged ($response) {
    my $id = $response->headers->header('X-Request-Id');
    my ($ours, $nginx) = ($lab->dir . '/headwaterd.log', $lab->nginx->{dir} . '/access.log');
    wait_for('both lines', 10, sub { lines_with($ours, $id) && lines_with($nginx, $id) });
    return ([lines_with($ours, $id)], [lines_with($nginx, $id)]);
}

# The same of a request that nginx refuses: it never comes to us.
sub logged_by_nginx ($response) {
    my $id    = $response->headers->header('X-Request-Id');
    my $nginx = $lab->nginx->{dir} . '/access.log';
    wait_for('the line', 10, sub { lines_with($nginx, $id) });
    return ([lines_with($lab->dir . '/headwaterd.log', $id)], [lines_with($nginx, $id)]);
}

sub create (%headers) {
    state $number = 0;
    my $pair = { accountHandle => 'log_' . ++$number, segment => { description => $secret } };
    return $client->post_stream({ name => $secret, pairs => [$pair] }, %headers);
}

subtest 'a create' => sub {
    $lab->scrapebadger->fault(delay_ms => 500);
    $lab->stripe->fault(delay_ms => 500);
    my ($ours, $nginx) = logged(create('Idempotency-Key' => 'log-1'));
    is(@$ours,  1, 'one line of ours');
    is(@$nginx, 1, 'one of nginx');
    my $line = $ours->[0];
    is($line->{status}, 201, 'how it ended');
    is($line->{team}, $team->{id}, 'whose it is');
    is($line->{key}, $team->{key_id}, 'the public id of the key');
    my $sum = 0;
    for my $phase (qw(authenticate read claim check look_up reserve bill finish answer)) {
        cmp_ok($line->{"${phase}_us"} // -1, '>=', 0, "the time of phase $phase");
        $sum += $line->{"${phase}_us"};
    }
    cmp_ok($sum, '<=', $line->{us}, 'together no more than the whole');
    cmp_ok($line->{"${_}_us"}, '>=', 500_000, "$_ has the time of the call") for qw(look_up bill);
    cmp_ok($sum, '>=', $line->{us} / 2, 'nothing of weight is missing');
    ok(!exists $line->{run_us}, 'nothing of other endpoints');
};

subtest 'a read and a refusal' => sub {
    my ($ours) = logged($client->get('/v1/streams/1'));
    ok(exists $ours->[0]{run_us}, 'a read has one phase');
    ($ours) = logged($client->post_stream('{'));
    is($ours->[0]{code}, 'invalid_json', 'the code');
    ok(!exists $ours->[0]{claim_us}, 'no phase that it did not reach');
};

subtest 'hostile strings' => sub {
    my $evil = qq(x","level":"error"\\\x{e2}\x{80}\x{ae}%0a{"forged":1});
    for my $case (
        ['the path', sub { $client->get('/v1/streams/%0a%0d%22%7d{"a":1}') }],
        ['the query', sub { $client->get("/v1/streams/1?$evil" =~ s/[^!-~]/_/gr) }],
        ['a header', sub { $client->get('/v1/streams/1', 'User-Agent' => $evil) }],
        ['the key of a request', sub { create('Idempotency-Key' => 'a"},{"b' . 'c' x 200) }],
        ['a key in the query', sub {
            $client->request(POST => "/v1/streams?$team->{key}", '{}') }],
    ) {
        my ($what, $send) = @$case;
        my ($ours, $nginx) = logged($send->());
        is(@$ours,  1, "$what: one line of ours");
        is(@$nginx, 1, "$what: one of nginx");
    }
    my ($ours, $nginx) = logged_by_nginx($client->request('BR{"}EW', '/v1/streams'));
    is(@$ours,  0, 'the method: none of ours, for nginx refuses it');
    is(@$nginx, 1, 'the method: one of nginx');
    for my $file ($lab->dir . '/headwaterd.log', $lab->nginx->{dir} . '/access.log') {
        my @lines = split /\n/, file_read($file);
        is((scalar grep { !eval { decode_json($_); 1 } } @lines), 0, "each line is JSON: $file");
        is((scalar grep { exists decode_json($_)->{forged} } @lines), 0, 'none is forged');
        is((scalar grep {/\Q$secret\E/} @lines), 0, 'no body');
        is((scalar grep {/\Q$team->{key}\E/} @lines), 0, 'no key');
    }
};

subtest 'Server-Timing' => sub {
    ok(!create()->headers->header('Server-Timing'), 'not unasked');
    my $headers = create(Prefer => 'respond-async, Server-Timing; x=1')->headers;
    is($headers->header('Preference-Applied'), 'server-timing', 'asked for');
    my @items = split /, /, $headers->header('Server-Timing');
    is_deeply([map {s/;.*//r} @items],
        [qw(authenticate read claim check look_up reserve bill finish total)], 'the phases');
    is((scalar grep { !/\A[a-z_]+;dur=\d+\.\d{3}\z/ } @items), 0, 'each in milliseconds');
    ok($client->get('/v1/streams/1', Prefer => 'server-timing')->headers->header('Server-Timing'),
        'of a read too');
    ok($client->post_stream('{', Prefer => 'server-timing')->headers->header('Server-Timing'),
        'of a refusal too');
    my $unknown = $lab->client('hw_live_' . 'a' x 50);
    my $refused = $unknown->get('/v1/streams/1', Prefer => 'server-timing');
    is($refused->code, 401, 'a key that nobody has');
    is($refused->headers->header($_), undef, "gets no $_") for qw(Server-Timing Preference-Applied);
    ok(!$client->get('/v1/streams/1', Prefer => 'server-timings')->headers->header('Server-Timing'),
        'not for another word');
};

$lab->stop;
done_testing;
