#!/usr/bin/perl
# No team's streams wait for another's trouble, or for the audit: the reconciler goes past a stream
# that cannot be finished, past a team with very many that wait, and audits beside its work.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Process;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab = Headwater::Lab->new(config => { 'server.deadline_ms' => 2500,
    'stripe.timeout_ms' => 900, 'scrapebadger.deadline_ms' => 1000 });
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;

sub reconcile () { return $lab->operator->try(qw(reconcile --no-audit --older-than 0)) }

sub status_of ($id) {
    return $dbh->selectrow_array('SELECT status FROM stream WHERE id = ?', undef, $id);
}

# A stream that Stripe left without an answer; the team's item still drops calls.
sub pending_new ($team) {
    answer_created('Stripe answers', $lab->client($lab->team)->post_stream(body_new()));
    $stripe->fault(times => undef, match => $team->{items}{starter}, kind => 'drop');
    return answer_created('a stream waits', $lab->client($team)->post_stream(body_new()), 202)
        ->{id};
}

subtest 'a stream that the database refuses to finish' => sub {
    my ($bad, $good) = map { pending_new($lab->team) } 1 .. 2;
    $stripe->faults_clear;
    $dbh->do("CREATE TRIGGER refusal BEFORE UPDATE ON stream FOR EACH ROW BEGIN
        IF NEW.id = $bad THEN SIGNAL SQLSTATE '45000'; END IF; END");
    my ($status) = reconcile();
    is $status, 1, 'is reported';
    is status_of($good), 'active', 'and does not stop the next';
    $dbh->do('DROP TRIGGER refusal');
    reconcile();
    is status_of($bad), 'active', 'it is finished when it can be';
};

subtest 'a team with more waiting streams than a pass takes on' => sub {
    my ($crowd, $other) = map { $lab->team } 1 .. 2;
    my $first = pending_new($crowd);
    $dbh->do(qq{INSERT INTO stream (team_id, segment_id, run_id, name, status, billing_version,
            segment_created, pair_count, timezone, auto_enrich_linkedin, auto_enrich_email,
            email_mode, delivery_destination, created_at)
        SELECT team_id, segment_id, UNHEX(MD5(seq)), name, status, billing_version,
            0, pair_count, timezone, 0, 0, email_mode, delivery_destination, created_at
          FROM stream JOIN seq_1_to_1100 WHERE id = $first});
    my $id = pending_new($other);
    $stripe->faults_clear;
    $stripe->fault(times => undef, match => $crowd->{items}{starter}, kind => 'drop');
    reconcile();
    is status_of($id), 'active', 'does not stand before the others';
    $stripe->faults_clear;
    $dbh->do("DELETE FROM stream WHERE team_id = $crowd->{id} AND id <> $first");
    reconcile();
    is status_of($first), 'active', 'in the end it has its turn';
};

# Quantities that are due to be compared.
sub items_make_due ($count) {
    answer_created('a paid account', $lab->client($lab->team)->post_stream(body_new()))
        for 1 .. $count;
    $dbh->do('UPDATE billing SET last_attempt_at = last_attempt_at - INTERVAL 2 HOUR,
        audited_at = audited_at - INTERVAL 2 HOUR');
    return;
}

subtest 'an operator audits all quantities' => sub {
    items_make_due(4);
    my $id = pending_new($lab->team);
    $stripe->faults_clear;
    $stripe->requests_clear;
    $stripe->fault(times => undef, method => 'GET', reply_delay_ms => 700);
    my $audit = Headwater::Process->start(name => 'audit', log => $lab->dir . '/audit.log',
        command => [$lab->operator->command(qw(reconcile --older-than 600))]);
    wait_for('the audit', 5, sub { $stripe->requests->{in_flight} });
    reconcile();
    is status_of($id), 'active', 'streams are finished all the while';
    $stripe->faults_clear;
    $audit->stop;
};

subtest 'Stripe is slow to say what it has' => sub {
    items_make_due(20);
    my $slow = sub { $stripe->fault(times => undef, method => 'GET', reply_delay_ms => 800) };
    $slow->();
    my $run = Headwater::Process->start(name => 'reconciler', log => $lab->dir . '/run.log',
        command => [$lab->operator->command(qw(reconcile --every 1 --older-than 0))]);
    wait_for('the audit', 5, sub { $stripe->requests->{in_flight} });
    my $id = pending_new($lab->team);
    $stripe->faults_clear;
    $slow->();
    # All of them would take 20 seconds.
    wait_for('the next pass', 10, sub { status_of($id) eq 'active' });
    pass 'streams have their turn after a few';
    is_deeply [$run->stop], [], 'the reconciler leaves';
};

$lab->stop;
done_testing;
