#!/usr/bin/perl
# Old idempotency keys are removed by the reconciler: those whose run died before anything was
# stored after an hour, finished ones after 72; never one that stands for a stream that waits. The
# program's clock is moved.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created answer_refused);
use Test::More;

my $HOUR_S = 3600;

my $lab    = Headwater::Lab->new(faults => 1, workers => 8);
my $faults = $lab->faults;
my %body   = map { $_ => body_new() } qw(started finished reserved);
my %client = map { $_ => $lab->client($lab->team) } keys %body;

sub post ($key) { return $client{$key}->post_stream($body{$key}, 'Idempotency-Key' => $key) }

sub post_killed ($key, $point) {
    my $rule = $faults->arm($point, 'kill');
    answer_refused("$key: the worker dies", post($key), 503, 'outcome_unknown');
    is $faults->fired($rule), 1, 'there';
    return;
}

sub sweep () {
    return $lab->operator->run(qw(reconcile --no-audit))->{reconciled}{keysRemoved};
}

sub keys_left () {
    return $lab->dbh->selectcol_arrayref('SELECT idempotency_key FROM idempotency_key ORDER BY 1');
}

answer_created('finished', post('finished'));
post_killed('started',  'sql:idempotency_key_claim:after');
post_killed('reserved', 'commit:idempotency_key_set_reserved:after');
$lab->stripe->fault(kind => 'drop', times => undef);    # so that its stream waits on

$faults->clock_advance($HOUR_S - 60);
is sweep(), 0, 'within the hour all are kept';
$faults->clock_advance(120);
is sweep(), 1, 'then one goes';
is_deeply keys_left(), [qw(finished reserved)], 'that of the run which stored nothing';
$lab->stripe->faults_clear;
answer_created('it starts afresh', post('started'));
$lab->stripe->fault(kind => 'drop', times => undef);

$faults->clock_advance(71 * $HOUR_S - 360);
is sweep(), 0, 'within 72 hours the finished ones are kept';
is post('finished')->headers->header('Idempotent-Replayed'), 'true', 'and replayed';
$faults->clock_advance(360);
is sweep(), 1, 'then the oldest goes';
$faults->clock_advance(200 * $HOUR_S);
is sweep(), 1, 'and the next';
is_deeply keys_left(), ['reserved'], 'the one whose stream waits stays';
$lab->stripe->faults_clear;
is $lab->operator->run(qw(reconcile --no-audit))->{reconciled}{streamsFinished}, 1,
    'until the stream is finished';
is post('reserved')->headers->header('Idempotent-Replayed'), 'true', 'and answered';

subtest 'many' => sub {
    my $team = $lab->team;
    my $add  = $lab->dbh->prepare(q{INSERT INTO idempotency_key (team_id, idempotency_key,
        request_hash, owner, locked_until, state, status, body, created_at)
        VALUES (?, ?, REPEAT('h', 32), REPEAT('o', 16), '2020-01-01', 'finished', 402, '{}',
            '2020-01-01')});
    $lab->dbh->begin_work;
    $add->execute($team->{id}, "many-$_") for 1 .. 1234;
    $lab->dbh->commit;
    is sweep(), 1234, 'go in batches';
    is sweep(), 0, 'and then none';
};

$lab->stop;
done_testing;
