#!/usr/bin/perl
# A create is killed between any two of its effects, while Stripe does anything it may do, and the
# client does anything it may do: once all has come to rest there is one whole stream for each key,
# or none, paid for exactly once. The points are those that an undisturbed create passes, so none
# can be forgotten.
#
# HW_MATRIX=all takes every cell; otherwise every point with the troubles that matter most, and some
# points with the others.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Ledger;
use Headwater::Streams qw(handle_new pair_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;

my $ALL     = ($ENV{HW_MATRIX} // '') eq 'all';
my $STRIDE  = 7;      # of the points, where not all are taken
my $LAPSE_S = 61;     # after it no claim and no lease holds any more

# What Stripe does to the first call for the second of two tiers.
my %TROUBLE = (
    'ok'                      => undef,
    'lost'                    => { kind => 'drop' },
    'applied, reply lost'     => { kind => 'apply_then_drop' },
    'applied late'            => { network_delay_ms => 700 },
    '5xx, applied'            => { kind => 'error_saved_applied' },
    '5xx, applied, not kept'  => { kind => 'error_unsaved_applied' },
    '5xx, not applied'        => { kind => 'error_saved' },
    '402'                     => { kind => 'card_declined' },
    '402, reply lost'         => { kind => 'card_declined_lost' },
    '409'                     => { kind => 'in_flight' },
    '429'                     => { kind => 'rate_limit' },
);
my %WHOLE = map { $_ => 1 } 'ok', 'applied, reply lost', '402';

# What the client does when it gets no final answer.
my @CLIENTS = ('same key', 'no retry', 'no key', 'two at once');

# Many workers, because one that was killed is missing for a while.
my $lab = Headwater::Lab->new(faults => 1, workers => 48, rate => 60_000, config => {
    'server.deadline_ms' => 2500, 'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 1000 });
my $faults = $lab->faults;
my $ledger = Headwater::Ledger->new(lab => $lab);
my %count;
my $number = 0;    # of the trouble; shifts which points and clients are taken

sub body_new () {
    return { pairs => [pair_new(accountHandle => handle_new('cell')),
        pair_new(accountHandle => handle_new('cell'), accountTier => 'growth')] };
}

sub team_new ($trouble) {
    my $team = $lab->team;
    return { %$team, client => $lab->client($team), refuses => scalar $trouble =~ /402/ };
}

sub trouble_order ($team, $trouble) {
    my $fault = $TROUBLE{$trouble} // return;
    return $lab->stripe->fault(%$fault, times => 1, match => "$team->{items}{growth}\$");
}

# The points of an undisturbed run, each with how often it was passed before: [name, nth].
sub points_trace ($team, $trouble) {
    trouble_order($team, $trouble);
    $faults->trace;
    $ledger->note($team, 'trace', $team->{client}->post_stream(body_new(),
        'Idempotency-Key' => 'trace'));
    wait_for('the answer', 5, sub { grep { $_ eq 'answer:after' } $faults->points });
    $faults->disarm;
    my %passed;
    return map { [$_, ++$passed{$_}] } $faults->points;
}

sub post ($team, $body, $key) {
    my $response = $team->{client}->post_stream($body, 'Idempotency-Key' => $key);
    $ledger->note($team, $key, $response);
    return $response->code;
}

sub cell_run ($team, $trouble, $point, $client) {
    my $key  = $client eq 'no key' ? undef : 'cell-' . ++$count{cells};
    my $body = body_new();
    $lab->billing_rest;
    trouble_order($team, $trouble);
    my $rule = $faults->arm($point->[0], 'kill', nth => $point->[1]);
    if ($client eq 'two at once') {
        $ledger->note($team, $key, $_)
            for $team->{client}->post_streams_at_once([$body, $body], 'Idempotency-Key' => $key);
    } else {
        post($team, $body, $key);
    }
    $count{fired} += $faults->fired($rule);
    $count{all}++;
    $faults->disarm($rule);
    $lab->stripe->faults_clear;
    $faults->clock_advance($LAPSE_S);
    return if $client eq 'no key' || $client eq 'no retry';
    my $status = post($team, $body, $key);
    $count{"repeated: $status"}++;
    return;
}

sub rest () {
    $faults->clock_advance($LAPSE_S);
    my $report;
    for (1 .. 5) {
        $report = $lab->operator->run(qw(reconcile --no-audit --older-than 0))->{reconciled};
        last if !grep { $report->{$_} } qw(streamsWaiting streamsFailed tiersWaiting);
        $faults->clock_advance($LAPSE_S);
    }
    return $report;
}

for my $trouble (sort keys %TROUBLE) {
    subtest "Stripe: $trouble" => sub {
        my $team    = team_new($trouble);
        my @points  = points_trace($team, $trouble);
        my $stride  = $ALL || $WHOLE{$trouble} ? 1 : $STRIDE;
        for my $i (grep { $_ % $stride == $number % $stride } 0 .. $#points) {
            cell_run($team, $trouble, $points[$i], $_)
                for $ALL ? @CLIENTS : $CLIENTS[($i / $stride + $number) % @CLIENTS];
        }
        $number++;
        rest();
        my @violations = $ledger->violations;
        is_deeply \@violations, [], 'the books balance' or diag join "\n", @violations;
        cmp_ok scalar(@points), '>', 60, 'the create passed many points';
    };
}

note explain \%count;
note explain $ledger->counts;
cmp_ok $count{fired}, '>', 0.9 * $count{all}, "$count{fired} of $count{all} cells met their point";
$lab->stop;
done_testing;
