#!/usr/bin/perl
# What was left pending is brought to an end by `headwater reconcile`: streams, with or without a
# key, are finished and paid for once, or taken out again when Stripe refuses; the kept answer is
# the one that the same key then gets.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_created);
use Test::More;

my $lab = Headwater::Lab->new(config => { 'server.deadline_ms' => 2500,
    'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 1000 });
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;

sub reconcile (@options) {
    my @words  = (qw(reconcile --no-audit --older-than 0), @options);
    my $report = $lab->operator->run(@words)->{reconciled};
    return { map { $_ => $report->{$_} } grep { $report->{$_} && !/Audited/ } keys %$report };
}

sub status_of ($id) {
    return $dbh->selectrow_array('SELECT status FROM stream WHERE id = ?', undef, $id);
}

# A stream whose create Stripe left without an answer; KIND says whether it was applied. Another
# team's create comes first, so that Stripe is not taken to be down.
sub pending_new ($team, $kind, @headers) {
    my $body = body_new();
    answer_created('Stripe answers', $lab->client($lab->team)->post_stream(body_new()));
    $stripe->fault(times => undef, match => $team->{items}{starter}, kind => $kind);
    my $stream = answer_created("$kind: the stream waits",
        $lab->client($team)->post_stream($body, @headers), 202);
    $stripe->faults_clear;
    return ($stream, $body);
}

for my $kind (qw(drop apply_then_drop error_unsaved in_flight rate_limit)) {
    subtest "Stripe was silent: $kind" => sub {
        my $team = $lab->team;
        my @key  = ('Idempotency-Key' => $kind);
        my ($stream, $body) = pending_new($team, $kind, @key);
        is_deeply reconcile(), { streamsFinished => 1 }, 'the reconciler finishes it';
        is status_of($stream->{id}), 'active', 'it is active';
        my $answer = $lab->client($team)->post_stream($body, @key);
        my $again  = answer_created('the same key', $answer, 201);
        is $again->{id}, $stream->{id}, 'has that stream';
        is $again->{accounts}[0]{billingDelta}, 'stripe_quantity_incremented', 'which is paid for';
        is $answer->headers->header('Idempotent-Replayed'), 'true', 'by the kept answer';
        is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1]], 'once';
        is_deeply reconcile(), {}, 'then nothing is left to do';
    };
}

subtest 'several streams of one team, without keys' => sub {
    my $team = $lab->team;
    my @ids  = map { (pending_new($team, 'drop'))[0]{id} } 1 .. 2;
    is_deeply reconcile(), { streamsFinished => 2 }, 'are finished';
    is_deeply [map { status_of($_) } @ids], ['active', 'active'], 'and active';
    my ($last) = reverse $lab->seat_changes($team);
    is $last->{to}, 2, 'both are paid for';
};

subtest 'Stripe refuses in the end' => sub {
    my $team = $lab->team;
    my @key  = ('Idempotency-Key' => 'refused');
    answer_created('a stream before', $lab->client($team)->post_stream(body_new()));
    my ($stream, $body) = pending_new($team, 'drop', @key);
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    is_deeply reconcile(), { streamsRefused => 1 }, 'the stream is taken out again';
    is status_of($stream->{id}), undef, 'it is gone';
    is_deeply reconcile(), {}, 'and nothing is left to do, since nothing has changed at Stripe';
    my $answer = $lab->client($team)->post_stream($body, @key);
    is $answer->code, 402, 'the same key is refused';
    is $answer->json->{error}{code}, 'payment_failed', 'for that reason';
    is $answer->headers->header('Idempotent-Replayed'), 'true', 'by the kept answer';
    like $answer->json->{error}{requestId}, qr/^[0-9a-f]{32}\z/, 'which names the recovery';
    is scalar($lab->seat_changes($team)), 1, 'only the stream before was paid for';
};

subtest 'Stripe is still silent' => sub {
    my $team = $lab->team;
    my ($stream) = pending_new($team, 'drop');
    $stripe->fault(times => undef, match => $team->{items}{starter}, kind => 'drop');
    is_deeply reconcile(), { streamsWaiting => 1 }, 'the stream waits on';
    $stripe->faults_clear;
    is_deeply reconcile(), { streamsFinished => 1 }, 'until Stripe answers';
};

subtest 'a young stream' => sub {
    my $team = $lab->team;
    my ($stream) = pending_new($team, 'drop');
    my $report = $lab->operator->run('reconcile')->{reconciled};
    is $report->{streamsFinished}, 0, 'is left to its own run';
    $dbh->do('UPDATE stream SET created_at = created_at - INTERVAL 16 SECOND WHERE id = ?', undef,
        $stream->{id});
    $report = $lab->operator->run('reconcile', '--once')->{reconciled};
    is $report->{streamsFinished}, 1, 'for fifteen seconds';
};

subtest 'a quantity without a stream' => sub {
    my $team = $lab->team;
    answer_created('a stream', $lab->client($team)->post_stream(body_new()));
    # As a run leaves it that died between taking its stream out and lowering another tier.
    $dbh->do(q{UPDATE billing SET desired_version = desired_version + 1,
        last_attempt_at = last_attempt_at - INTERVAL 21 SECOND
        WHERE team_id = ? AND tier = 'starter'}, undef, $team->{id});
    is_deeply reconcile(), { tiersSettled => 1 }, 'is settled';
    is_deeply reconcile(), {}, 'once';
};

subtest 'a subscription that has ended' => sub {
    my $team = $lab->team;
    $stripe->fault(times => undef, match => $team->{items}{starter}, kind => 'canceled');
    is $lab->client($team)->post_stream(body_new())->code, 403, 'refuses the first create';
    $dbh->do('UPDATE billing SET last_attempt_at = last_attempt_at - INTERVAL 21 SECOND
        WHERE team_id = ?', undef, $team->{id});
    my $before = $stripe->requests->{total};
    is_deeply reconcile(), { tiersSettled => 1 }, 'there is nothing to be billed';
    is_deeply reconcile(), {}, 'so that is the end of it';
    is $stripe->requests->{total}, $before, 'without asking Stripe again';
    $stripe->faults_clear;
};

subtest 'two at once' => sub {
    my ($taken) = $dbh->selectrow_array(
        q{SELECT GET_LOCK(SHA1(CONCAT('headwater reconcile', ' ', DATABASE())), 0)});
    ok $taken, 'one is at work';
    is_deeply reconcile(), { skipped => Mojo::JSON->true }, 'the other leaves it to that';
    $dbh->do(q{DO RELEASE_ALL_LOCKS()});
    is_deeply reconcile(), {}, 'until that one has ended';
};

subtest 'the command line' => sub {
    my @cases = (['--once', '--every', 5], ['--every', 0], ['--every', 'x'], ['--older-than', -1]);
    for my $case (@cases) {
        my ($status, $out, $err) = $lab->operator->try('reconcile', @$case);
        is $status, 2, "@$case cannot be used";
        like $err, qr/--(?:once|every|older-than)/, 'and it says why';
    }
    my ($status, $out) = $lab->operator->try('reconcile');
    is $status, 0, 'for people';
    like $out, qr/STREAMS FINISHED +0/, 'it is a list';
};

$lab->stop;
done_testing;
