#!/usr/bin/perl
# How often Stripe is told of a team's new accounts: a few times at once, then at a pace that is
# slower the more was written in the hour that runs, over all tiers. Who cannot wait is pending.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new answer_created);
use Test::More;
use Time::HiRes qw(time);

# The first step of rule/billing_pace.c.
my $FREE    = 22;
my $PAUSE_S = 4;

my $lab  = Headwater::Lab->new;
my $team = $lab->team;
my @row  = ($team->{id}, 'starter');

# A create; returns the stream and how many seconds it took.
sub create ($status, $what, $body, @headers) {
    my $start  = time;
    my $stream = answer_created($what, $lab->client($team)->post_stream($body, @headers), $status);
    return ($stream, time - $start);
}

# The body for one new account.
sub account_new ($tier) { return { pairs => [pair_new(accountTier => $tier)] } }

sub row () {
    return $lab->dbh->selectrow_hashref(q{SELECT pace_attempts, attempt_key, lease_owner,
        TIMESTAMPDIFF(MICROSECOND, pace_started_at, last_attempt_at) AS window_us
        FROM billing WHERE team_id = ? AND tier = ?}, undef, @row);
}

# The hour as it would be, had so many attempts been made in it.
sub hour_set ($attempts, $age_s) {
    return $lab->dbh->do(q{UPDATE billing SET pace_attempts = ?,
        pace_started_at = UTC_TIMESTAMP(6) - INTERVAL ? SECOND,
        last_attempt_at = UTC_TIMESTAMP(6) WHERE team_id = ? AND tier = ?},
        undef, $attempts, $age_s, @row);
}

subtest 'a few at once' => sub {
    my $start = time;
    create(201, "number $_", account_new('starter')) for 1 .. $FREE;
    cmp_ok time - $start, '<', $FREE * $PAUSE_S / 2, 'without a pause';
    is row()->{pace_attempts}, $FREE, 'each is counted';
};

subtest 'then with a pause' => sub {
    my (undef, $first) = create(201, 'a first one of another tier', account_new('growth'));
    cmp_ok $first, '<', $PAUSE_S, 'is that tier\'s first';
    my (undef, $second) = create(201, 'its second', account_new('growth'));
    cmp_ok $second, '>', $PAUSE_S / 2, 'waits: the whole team is counted';
};

subtest 'an hour later' => sub {
    hour_set($FREE, 3601);
    my (undef, $seconds) = create(201, 'the next', account_new('starter'));
    cmp_ok $seconds, '<', $PAUSE_S, 'does not wait';
    is row()->{pace_attempts}, 1, 'is the first of a new hour';
    is row()->{window_us}, 0, 'which begins with it';
};

subtest 'a turn that is far off' => sub {
    hour_set(100, 1800);
    my @request = (account_new('starter'), 'Idempotency-Key' => 'far');
    my ($stream, $seconds) = create(202, 'is not waited for', @request);
    cmp_ok $seconds, '<', $PAUSE_S, 'at all';
    is $stream->{accounts}[0]{billingDelta}, 'stripe_quantity_pending', 'the account is pending';
    is_deeply [@{ row() }{qw(attempt_key lease_owner)}], [undef, undef], 'nothing is held';
    hour_set(0, 0);
    create(201, 'another account', account_new('starter'));
    my $writes = $lab->seat_changes($team);
    create(201, 'the same request', @request);
    is scalar($lab->seat_changes($team)), $writes, 'has been paid for with it';
};

$lab->stop;
done_testing;
