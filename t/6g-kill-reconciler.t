#!/usr/bin/perl
# The reconciler is killed between any two of its effects, and the next one brings everything to an
# end: streams that Stripe grants, streams that it refuses, quantities without a stream.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Ledger;
use Headwater::Streams qw(handle_new pair_new);
use Test::More;

my $LAPSE_S = 61;    # after it no claim and no lease holds any more

# Many workers, because one that was killed is missing for a while.
my $lab = Headwater::Lab->new(faults => 1, workers => 32, rate => 60_000, config => {
    'server.deadline_ms' => 1500, 'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 1000 });
my $faults = $lab->faults;
my $ledger = Headwater::Ledger->new(lab => $lab);
my $cells  = 0;

sub body_new () {
    return { pairs => [pair_new(accountHandle => handle_new('left')),
        pair_new(accountHandle => handle_new('left'), accountTier => 'growth')] };
}

# A stream under a key and one without are left pending, by workers that die behind the COMMIT.
sub leave_behind ($team) {
    for my $key ('left-' . ++$cells, undef) {
        my $last = defined $key ? 'idempotency_key_set_reserved' : 'stream_add_slot';
        $faults->arm("commit:$last:after", 'kill');
        $ledger->note($team, $key,
            $team->{client}->post_stream(body_new(), 'Idempotency-Key' => $key));
        $faults->disarm;
    }
    $faults->clock_advance($LAPSE_S);
    return;
}

sub reconcile () { return ($lab->operator->try('reconcile', '--older-than', 0))[0] }

sub refuse ($team) {
    return if !$team->{refuses};
    return $lab->stripe->fault(kind => 'card_declined', times => 2,
        match => "$team->{items}{growth}\$");
}

for my $refuses (0, 1) {
    subtest $refuses ? 'Stripe refuses' : 'Stripe grants' => sub {
        my $team = { $lab->team->%*, refuses => $refuses };
        $team->{client} = $lab->client($team);
        leave_behind($team);
        refuse($team);
        $faults->trace;
        is reconcile(), 0, 'a pass';
        $faults->disarm;
        my %passed;
        my @points = map { [$_, ++$passed{$_}] } $faults->points;
        cmp_ok scalar(@points), '>', 60, 'passes many points';
        is $lab->dbh->selectrow_array(q{SELECT COUNT(*) FROM stream WHERE status = 'pending'}), 0,
            'and leaves nothing pending';

        my $killed = 0;
        for my $i (grep { $ENV{HW_MATRIX} || $_ % 3 == $refuses } 0 .. $#points) {
            leave_behind($team);
            refuse($team);
            $faults->arm($points[$i][0], 'kill', nth => $points[$i][1]);
            $killed += reconcile() == 128 + 9;
            $faults->disarm;
            $lab->stripe->faults_clear if $i % 2;
            $faults->clock_advance($LAPSE_S);
            is reconcile(), 0, "killed at $points[$i]->@*, the next one ends it";
            $lab->stripe->faults_clear;
        }
        cmp_ok $killed, '>', 20, "killed $killed times";
        $faults->clock_advance($LAPSE_S);
        is reconcile(), 0, 'the last pass';
        my @violations = $ledger->violations;
        is_deeply \@violations, [], 'the books balance' or diag join "\n", @violations;
    };
}

$lab->stop;
done_testing;
