#!/usr/bin/perl
# While ScrapeBadger is known to be silent, a create that needs a look-up is refused at once and
# nothing is asked. One probe goes out in each pause; the first answer ends it, for all workers.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::FastCGI;
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_created answer_refused answers_count
    leaves_nothing);
use Headwater::Wait qw(wait_for);
use IO::Select;
use List::Util qw(min uniq);
use Test::More;
use Time::HiRes qw(time);

# As many creates as open the breaker (base/breaker.h).
my $FAILURES = 5;
my $PAUSE_S  = 1.5;
my $AT_ONCE  = 8;

my %config = ('scrapebadger.deadline_ms' => 800, 'server.breaker_pause_ms' => 1000 * $PAUSE_S);
my $lab    = Headwater::Lab->new(workers => $AT_ONCE + 2, config => \%config);
my $client = $lab->client($lab->team);
my $badger = $lab->scrapebadger;
my $known  = handle_new('known');

sub fifty () { return { pairs => [map { pair_new() } 1 .. 50] } }

# The handles that the double was asked for since its list was cleared.
sub asked () { return uniq map { $_->{path} } $badger->requests->{requests}->@* }

sub logged ($lab, $pattern) {
    return scalar grep { $_ =~ $pattern } split /\n/, $lab->daemon->process->log_text;
}

sub fail_times ($count) {
    for my $time (1 .. $count) {
        answer_refused("unanswered, $time", $client->post_stream(body_new()), 503,
            'handle_lookup_failed');
    }
    return;
}

answer_created('an account', $client->post_stream(body_new(
    pairs => [pair_new(accountHandle => $known)])));

subtest 'a failure among answers is none in a row' => sub {
    for (1 .. 2 * $FAILURES) {
        my @pairs = (pair_new(), map { pair_new(accountHandle => "broken_$_") } 1 .. 9);
        answer_refused('some look-ups fail', $client->post_stream({ pairs => \@pairs }), 503,
            'handle_lookup_failed');
    }
    for my $handle (map { ("limited_$_", "missing_$_") } 1 .. $FAILURES) {
        $client->post_stream(body_new(pairs => [pair_new(accountHandle => $handle)]));
    }
    $badger->fault(drop => 'before', times => undef);
    answer_refused('fifty silent handles', $client->post_stream(fifty()), 503,
        'handle_lookup_failed');
    fail_times($FAILURES - 2);
    $badger->faults_clear;
    answer_created('an answer', $client->post_stream(body_new()));
    is logged($lab, qr/breaker opened/), 0, 'it was never open';
};

subtest 'five in a row' => sub {
    $badger->fault(drop => 'before', times => undef);
    $badger->requests_clear;
    fail_times($FAILURES);
    is scalar(asked()), $FAILURES, 'each was asked for';
    is logged($lab, qr/"breaker opened: [^"]*","service":"ScrapeBadger"/), 1, 'it is logged';
};

subtest 'then nothing is asked' => sub {
    my ($seconds, $refused) = ('inf');
    $badger->requests_clear;
    for (1 .. 3) {
        my $start = time;
        $refused = $client->post_stream({ pairs => [pair_new(), pair_new(accountHandle => $known),
            pair_new()] });
        $seconds = min($seconds, time - $start);
    }
    answer_refused('a create', $refused, 503, 'handle_lookup_failed',
        '/pairs/0/accountHandle lookup_failed', '/pairs/2/accountHandle lookup_failed');
    like $refused->headers->header('Retry-After'), qr/\A[12]\z/, 'Retry-After: the next probe';
    cmp_ok $seconds, '<', 0.1, 'at once';
    leaves_nothing($lab, 'it', sub { $client->post_stream(body_new()) });
    answer_created('a known handle', $client->post_stream(body_new(
        pairs => [pair_new(accountHandle => $known)])));
    is scalar(asked()), 0, 'nobody was asked';
};

subtest 'one probe in a pause' => sub {
    my $all = {};
    for my $probe (1, 2) {
        $badger->requests_clear;
        wait_for('the end of the pause', 3 * $PAUSE_S, sub {
            my @answers = $client->post_streams_at_once([map { body_new() } 1 .. $AT_ONCE]);
            $all = answers_count(@answers);
            asked();
        });
        is scalar(asked()), 1, "probe $probe";
        is_deeply $all, { '503 handle_lookup_failed' => $AT_ONCE }, 'all were refused';
    }
    is logged($lab, qr/breaker opened/), 1, 'which is no news';
};

subtest 'an answer ends it' => sub {
    $badger->faults_clear;
    answer_refused('not by itself', $client->post_stream(body_new()), 503, 'handle_lookup_failed');
    wait_for('the end of the pause', 3 * $PAUSE_S,
        sub { $client->post_stream(body_new())->code == 201 });
    my @answers = $client->post_streams_at_once([map { body_new() } 1 .. $AT_ONCE]);
    is_deeply answers_count(@answers), { 201 => $AT_ONCE }, 'all workers ask again';
    is logged($lab, qr/"breaker closed: [^"]*","service":"ScrapeBadger"/), 1, 'it is logged';
};

$lab->stop;

subtest 'a probe that dies' => sub {
    my $lab = Headwater::Lab->new(parts => [qw(database doubles daemon)], workers => 1,
        config => { %config, 'scrapebadger.deadline_ms' => 5000 });
    my $team = $lab->team;
    my $post = sub () {
        my $body = Mojo::JSON::encode_json(body_new());
        my $peer = Headwater::FastCGI->connect($lab->daemon->socket);
        $peer->send_request({ REQUEST_METHOD => 'POST', DOCUMENT_URI => '/v1/streams',
            CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body,
            API_KEY => $team->{key} }, $body);
        return $peer;
    };
    my $status = sub () { return ($post->()->read_answer // { status => 0 })->{status} };

    $lab->scrapebadger->fault(drop => 'before', times => undef);
    is $status->(), 503, 'unanswered' for 1 .. $FAILURES;
    is logged($lab, qr/breaker opened/), 1, 'it is open';

    $lab->scrapebadger->faults_clear;
    $lab->scrapebadger->fault(delay_ms => 60_000, times => undef);
    $lab->scrapebadger->requests_clear;
    my $peer;
    wait_for('the probe', 3 * $PAUSE_S, sub {
        $peer = $post->();
        IO::Select->new($peer->socket)->can_read(0.2) ? 0 : $lab->scrapebadger->requests->{total};
    });
    kill 'KILL', $lab->daemon->workers;
    ok !$peer->read_answer, 'its worker is killed';
    $lab->scrapebadger->faults_clear;
    is $status->(), 503, 'it is still open';
    ok wait_for('another probe', 3 * $PAUSE_S, sub { $status->() == 201 }), 'another one is sent';
    $lab->stop;
};

done_testing;
