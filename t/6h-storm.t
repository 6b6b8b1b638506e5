#!/usr/bin/perl
# Sixteen clients at work while workers and the reconciler are killed and stopped, MariaDB is
# killed, and Stripe is silent, late or contradicts itself: when it is over everything comes to its
# end by itself, and the books balance. The seed is printed; HW_SEED and HW_SECONDS set another
# storm.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Storm;
use Test::More;

my $SEED    = $ENV{HW_SEED}    // 20_261_123;
my $SECONDS = $ENV{HW_SECONDS} // 30;
my $TEAMS   = 8;

note "HW_SEED=$SEED";
my $lab   = Headwater::Lab->new(workers => 16, rate => 60_000, config => {
    'reconcile.every_s' => 2, 'server.deadline_ms' => 6000, 'stripe.timeout_ms' => 1000,
    'scrapebadger.deadline_ms' => 2000 });
my @teams = map { { $lab->team->%*, refuses => $_ % 4 == 0 } } 1 .. $TEAMS;
my $storm = Headwater::Storm->new(lab => $lab, teams => \@teams, seed => $SEED, every => {
    child_kill => 0.5, child_stop => 8, database_kill => 10, stripe_trouble => 0.4 });

$storm->run($SECONDS);
my @violations = $storm->violations;
is_deeply \@violations, [], 'no violation' or diag join "\n", @violations;
note explain $storm->report;
$lab->stop;
done_testing;
