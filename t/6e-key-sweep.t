#!/usr/bin/perl
# Old idempotency keys are removed by the reconciler: finished ones after 72 hours, those whose run
# died before anything was stored after one; never one that stands for a stream that waits.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created);
use Test::More;

my $lab  = Headwater::Lab->new;
my $dbh  = $lab->dbh;
my $team = $lab->team;
my $body = body_new();

my $stream = answer_created('a stream', $lab->client($team)->post_stream($body));

my $add = $dbh->prepare(q{INSERT INTO idempotency_key (team_id, idempotency_key, request_hash,
    owner, locked_until, state, stream_id, status, body, created_at)
    VALUES (?, ?, REPEAT('h', 32), REPEAT('o', 16), UTC_TIMESTAMP(6) - INTERVAL ? MINUTE, ?,
        ?, ?, ?, UTC_TIMESTAMP(6) - INTERVAL ? MINUTE)});
sub key_add ($name, $state, $hours) {
    my @answer = $state eq 'finished' ? (402, '{}') : (undef, undef);
    my $id     = $state eq 'reserved' ? $stream->{id} : undef;
    return $add->execute($team->{id}, $name, $hours * 60, $state, $id, @answer, $hours * 60);
}

sub keys_left () {
    return $dbh->selectcol_arrayref('SELECT idempotency_key FROM idempotency_key ORDER BY 1');
}

sub removed () { return $lab->operator->run('reconcile')->{reconciled}{keysRemoved} }

key_add('started-young',  'started',  0.9);
key_add('started-old',    'started',  1.1);
key_add('finished-young', 'finished', 71);
key_add('finished-old',   'finished', 73);
key_add('reserved-old',   'reserved', 1000);
is removed(), 2, 'two are old';
is_deeply keys_left(), [qw(finished-young reserved-old started-young)], 'the others stay';

$dbh->begin_work;
key_add("many-$_", 'finished', 80) for 1 .. 1234;
$dbh->commit;
is removed(), 1234, 'many go in batches';
is removed(), 0, 'and then none';

$dbh->do('DELETE FROM idempotency_key');
$lab->stop;
done_testing;
