#!/usr/bin/perl
# Recovery beside a run that lives: the first answer and the kept one are the same bytes, a claim
# stays with its run, and an answer never speaks of what another run has just undone.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab = Headwater::Lab->new(faults => 1, config => { 'server.deadline_ms' => 6000,
    'stripe.timeout_ms' => 1500, 'scrapebadger.deadline_ms' => 2000 });
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;
my $faults = $lab->faults;

sub reconcile () {
    return $lab->operator->run(qw(reconcile --no-audit --older-than 0))->{reconciled};
}

# Waits while the clients of this process go on.
sub wait_busy ($what, $is_so) {
    return wait_for($what, 9, sub { Mojo::Promise->timer(0.02)->wait; $is_so->() }, 0);
}

# A create whose worker stops at a point; the run is { answer, pid, ... }.
sub run_stopped ($point, $client, @request) {
    my $rule = $faults->arm($point, 'stop');
    my %run;
    $run{ua} = $client->ua->start_p($client->transaction(POST => '/v1/streams', @request))
        ->then(sub ($tx) { $run{answer} = $tx->res });
    wait_busy('the worker to stop', sub { $faults->fired($rule) });
    $run{pid} = $faults->fired_pid($rule);
    return \%run;
}

# It goes on; the answer.
sub run_continue ($run) {
    kill 'CONT', $run->{pid};
    wait_busy('the answer', sub { $run->{answer} });
    return $run->{answer};
}

# As if the worker had been stopped for longer than its lease.
sub leases_end () {
    $dbh->do('UPDATE billing SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND
        WHERE lease_until IS NOT NULL');
    return;
}

subtest 'another run takes the stream out' => sub {
    my $team    = $lab->team;
    my $client  = $lab->client($team);
    my @request = (body_new(), 'Idempotency-Key' => 'out');
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    my $run = run_stopped('http:POST:subscription_items:after', $client, @request);
    leases_end();
    is reconcile()->{streamsRefused}, 1, 'while the first is stopped';
    my $first = run_continue($run);
    my $again = $client->post_stream(@request);
    is $first->code, 402, 'the first is refused';
    is $again->headers->header('Idempotent-Replayed'), 'true', 'the kept answer';
    is $again->body, $first->body, 'is that answer';
};

subtest 'another run takes the stream out of a key that is being taken over' => sub {
    my $team    = $lab->team;
    my $client  = $lab->client($team);
    my @request = (body_new(), 'Idempotency-Key' => 'over');
    $stripe->fault(times => undef, match => $team->{items}{starter}, kind => 'drop');
    answer_created('a stream waits', $client->post_stream(@request), 202);
    $stripe->faults_clear;
    my $run = run_stopped('sql:idempotency_key_claim:after', $client, @request);
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    is reconcile()->{streamsRefused}, 1, 'between the claim and the next look';
    is run_continue($run)->code, 402, 'the answer is the kept one';
};

subtest 'a key that was taken over is not swept' => sub {
    my $client  = $lab->client($lab->team);
    my @request = (body_new(), 'Idempotency-Key' => 'sweep');
    my $rule    = $faults->arm('sql:idempotency_key_claim:after', 'kill');
    $client->post_stream(@request);
    is $faults->fired($rule), 1, 'a run died long ago';
    $dbh->do(q{UPDATE idempotency_key SET created_at = created_at - INTERVAL 2 HOUR,
        locked_until = locked_until - INTERVAL 2 HOUR WHERE state = 'started'});
    my $run = run_stopped('sql:idempotency_key_claim:after', $client, @request);
    is reconcile()->{keysRemoved}, 0, 'and another has taken over';
    is run_continue($run)->code, 201, 'which is not disturbed';
};

subtest 'a claim stays with the run that lives' => sub {
    my $client  = $lab->client($lab->team);
    my @request = (body_new(), 'Idempotency-Key' => 'live');
    my $run     = run_stopped('http:POST:subscription_items:before', $client, @request);
    is reconcile()->{streamsWaiting}, 1, 'recovery leaves the lease alone';
    is $client->post_stream(@request)->code, 409, 'the key is still in use';
    is run_continue($run)->code, 201, 'the run ends as it would have';
};

subtest 'a refusal that has been overtaken' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    my $late = run_stopped('http:POST:subscription_items:after', $client, body_new());
    leases_end();
    # It hears the refusal once more, drops that attempt, and makes one for both.
    my $next = run_stopped('commit:billing_add_attempt:after', $client, body_new());
    is run_continue($late)->code, 202, 'the later attempt decides';
    is run_continue($next)->code, 201, 'which is not refused';
    reconcile();
    is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 2]],
        'both are paid for';
    is_deeply $dbh->selectcol_arrayref('SELECT DISTINCT status FROM stream WHERE team_id = ?',
        undef, $team->{id}), ['active'], 'and active';
};

$lab->stop;
done_testing;
