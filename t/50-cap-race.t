#!/usr/bin/perl
# 64 creates at once for one account: exactly as many streams as its tier allows, round after round,
# the others are refused, and nobody sees anything else.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new handle_new answer_created answers_count);
use Test::More;

my $CLIENTS = 64;
my $ROUNDS  = 3;

my $lab = Headwater::Lab->new(workers => 8);

sub deadlocks () {
    return $lab->dbh->selectrow_array(
        q{SELECT COUNT FROM information_schema.innodb_metrics WHERE NAME = 'lock_deadlocks'});
}

$lab->dbh->do(q{SET GLOBAL innodb_monitor_enable = 'lock_deadlocks'});
my $deadlocks = deadlocks();

# By id with a known segment, and by handle.
my %form = (
    'by id'     => sub ($account, $segment, $) { [{ accountId => $account,
        segmentId => $segment }] },
    'by handle' => sub ($account, $, $handle) { [pair_new(accountHandle => $handle)] },
);

for my $case ([free => 1], [starter => 3], [growth => 10], [pro => 25]) {
    my ($tier, $cap) = @$case;
    for my $form (sort keys %form) {
        subtest "$tier, $cap, $form" => sub {
            for my $round (1 .. $ROUNDS) {
                my $free   = $tier eq 'free';
                my $client = $lab->client($lab->team(plan => $free ? 'free' : 'paid'));
                my $handle = handle_new();
                my $first  = answer_created("round $round", $client->post_stream({ pairs =>
                    [pair_new(accountHandle => $handle, $free ? () : (accountTier => $tier))] }));
                my $id    = $first->{accounts}[0]{accountId};
                my $pairs = $form{$form}->($id, $first->{segments}[0]{segmentId}, $handle);
                my $count = answers_count(
                    $client->post_streams_at_once([({ pairs => $pairs }) x $CLIENTS]));
                my %right = ('201' => $cap - 1, '400 stream_cap_exceeded' => $CLIENTS - $cap + 1);
                is_deeply $count, { map { $_ => $right{$_} } grep { $right{$_} } keys %right },
                    "round $round: no more and no fewer";
                is_deeply $lab->dbh->selectrow_arrayref('SELECT automated_streams,
                    (SELECT COUNT(*) FROM pair WHERE account_id = tracked_account.id)
                    FROM tracked_account WHERE id = ?', undef, $id), [$cap, $cap],
                    "round $round: counted and stored";
            }
        };
    }
}

is deadlocks(), $deadlocks, 'and not one deadlock';

$lab->stop;
done_testing;
