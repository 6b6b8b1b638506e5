# sql/invariants.sql is quiet on sound rows, and each of its queries finds what it is there to find.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Test::More;

my $file = "$FindBin::Bin/../sql/invariants.sql";
my $lab  = Headwater::Lab->new(parts => ['database']);
my $dbh  = $lab->dbh;
$dbh->do(q{SET time_zone = '+00:00'});

# Two teams: a paid one with a stream on an account of its own, and one that waits for Stripe; and a
# free one with a stream on the only account that is awake.
my @SOUND = split /;\n/, <<'SQL';
SET @now = UTC_TIMESTAMP(6), @run = REPEAT('r', 15);
INSERT INTO team
  (id, name, plan, subscription_status, stripe_subscription_id, created_at) VALUES
  (1, 'P', 'paid', 'active', 'sub_1', @now), (2, 'F', 'free', NULL, NULL, @now);
INSERT INTO billing (team_id, tier, stripe_item_id, desired_version, applied_version,
  applied_quantity) VALUES (1, 'growth', 'si_1', 1, 1, 1), (1, 'pro', 'si_2', 2, 0, 0);
INSERT INTO segment VALUES
  (1, 1, NULL, 'D', '', '', NULL, @now), (2, 2, NULL, 'D', '', '', NULL, @now);
INSERT INTO tracked_account VALUES
  (1, 1, 11, 'a', 'growth', 'active',   1, @now, @now),
  (2, 1, 12, 'b', 'pro',    'pending',  1, NULL, @now),
  (3, 2, 11, 'a', 'free',   'active',   1, @now, @now),
  (4, 2, 12, 'b', 'free',   'sleeping', 0, @now, @now);
INSERT INTO stream (id, team_id, segment_id, run_id, name, status, billing_version,
  segment_created, pair_count, timezone, auto_enrich_linkedin, auto_enrich_email, email_mode,
  delivery_destination, created_at) VALUES
  (1, 1, 1, CONCAT(@run, 'a'), 'S', 'active',  1, 1, 1, 'UTC', 0, 0, 'any', 'leads_only', @now),
  (2, 1, 1, CONCAT(@run, 'b'), 'S', 'pending', 2, 0, 1, 'UTC', 0, 0, 'any', 'leads_only', @now),
  (3, 2, 2, CONCAT(@run, 'c'), 'S', 'active',  0, 1, 1, 'UTC', 0, 0, 'any', 'leads_only', @now);
INSERT INTO pair VALUES (1, 1, 1, 1, 'new'), (2, 1, 2, 2, 'new'), (3, 2, 3, 3, 'new');
INSERT INTO stream_slot VALUES (1, 0), (2, 1), (3, 2);
INSERT INTO idempotency_key VALUES
  (1, 'k', REPEAT('h', 32), CONCAT(@run, 'o'), @now, 'finished', 1, 201, '{}', @now),
  (1, 'l', REPEAT('h', 32), CONCAT(@run, 'o'), @now, 'reserved', 2, NULL, NULL, @now);
SQL

# What each query is there to find: statements that bring it about.
my %BROKEN = (
    half_stream         => ['DELETE FROM pair WHERE id = 1'],
    stream_without_slot => ['DELETE FROM stream_slot WHERE stream_id = 1'],
    cap_exceeded        => [q{UPDATE tier SET stream_cap = 1 WHERE tier = 'growth'},
        'UPDATE tracked_account SET automated_streams = 2 WHERE id = 1'],
    counter_differs => ['UPDATE tracked_account SET automated_streams = 0 WHERE id = 1'],
    active_stream_pending_account => [q{UPDATE stream SET status = 'active' WHERE id = 2}],
    active_stream_unapplied       =>
        [q{UPDATE billing SET applied_version = 0 WHERE tier = 'growth'}],
    pending_too_long =>
        ['UPDATE stream SET created_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND WHERE id = 2'],
    pending_stream_unbilled         => ['UPDATE stream SET billing_version = 3 WHERE id = 2'],
    pending_stream_sleeping_account =>
        [q{UPDATE tracked_account SET state = 'sleeping', activated_at = created_at WHERE id = 2}],
    pending_account_without_stream => ['DELETE FROM stream WHERE id = 2'],
    attempt_too_old => [q{UPDATE billing SET attempt_key = 'k', attempt_version = 2,
        attempt_quantity = 1, attempt_at = UTC_TIMESTAMP(6) - INTERVAL 21 HOUR
        WHERE tier = 'pro'}],
    attempt_out_of_range => [q{UPDATE billing SET attempt_key = 'k', attempt_version = 3,
        attempt_quantity = 1, attempt_at = UTC_TIMESTAMP(6) WHERE tier = 'pro'}],
    lease_without_end    => [q{UPDATE billing SET lease_owner = REPEAT('o', 16)}],
    quantity_differs     => [q{UPDATE billing SET applied_quantity = 2 WHERE tier = 'growth'}],
    account_never_billed => [q{DELETE FROM billing WHERE tier = 'pro'}],
    free_team_with_accounts =>
        [q{UPDATE tracked_account SET state = 'active' WHERE id = 4}],
    two_keys_one_stream => [q{UPDATE idempotency_key SET stream_id = 1}],
    key_without_stream  => [q{UPDATE idempotency_key SET stream_id = 3}],
    created_answer_pending_stream =>
        [q{UPDATE idempotency_key SET stream_id = 2 WHERE state = 'finished'}],
    refused_key_with_stream =>
        [q{UPDATE idempotency_key SET status = 402 WHERE state = 'finished'}],
    key_without_team       => ['UPDATE idempotency_key SET team_id = 9'],
    label_without_own_name => ['DELETE a FROM label_alias a JOIN label l ON l.id = a.label_id
        WHERE a.alias = l.name AND l.id = 1'],
    alias_in_other_category => [q{UPDATE label_alias SET category = 'skill'
        WHERE label_id = 1 LIMIT 1}],
);

# Names of the invariants that are broken now.
sub broken () { return map {/^invariant (\w+)/} $lab->database->invariants_check($file) }

$dbh->do($_) for @SOUND;
is_deeply [broken()], [], 'sound rows are sound';

my @names = file_read($file) =~ /^-- name: (\w+)$/mg;
is_deeply [sort keys %BROKEN], [sort @names], 'every invariant is tried';

for my $name (@names) {
    $dbh->begin_work;
    $dbh->do($_) for $BROKEN{$name}->@*;
    my @found = broken();
    ok scalar(grep { $_ eq $name } @found), "$name is found" or diag "found: @found";
    $dbh->rollback;
}

# An account that was awake before and waits with a new stream does not accuse the older one.
$dbh->begin_work;
$dbh->do('UPDATE tracked_account SET activated_at = created_at, automated_streams = 2
    WHERE id = 2');
$dbh->do(q{INSERT INTO pair VALUES (4, 1, 1, 2, 'known')});
$dbh->do('UPDATE stream SET pair_count = 2 WHERE id = 1');
is_deeply [broken()], [], 'an account that is woken is no fault of its older stream';
$dbh->rollback;

SKIP: {
    skip 'mariadb is missing, it comes with mariadb-client-core', 1
        if !grep { -x "$_/mariadb" } split /:/, $ENV{PATH};
    my $client = 'mariadb --no-defaults --user=root --socket=' . $lab->database->socket;
    is `$client headwater <'$file' 2>&1`, '', 'a plain client runs the file and is told nothing';
}

$lab->stop;
done_testing;
