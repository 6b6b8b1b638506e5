#!/usr/bin/perl
# Sixty-four clients want the places of one account while workers are killed: exactly as many
# streams as the cap allows, whoever dies, and the counter says so.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new answer_created answers_count);
use Test::More;

my $CLIENTS = 64;
my $CAP     = 25;
my $KILLS   = 8;
my $ROUNDS  = 4;

my $lab    = Headwater::Lab->new(faults => 1, workers => 32, rate => 60_000);
my $faults = $lab->faults;
my $team   = $lab->team;
my $client = $lab->client($team);
my $first  = answer_created('the account', $client->post_stream(
    { pairs => [pair_new(accountHandle => 'sought', accountTier => 'pro')] }));
my $id     = $first->{accounts}[0]{accountId};
my $body   = { pairs => [pair_new(accountId => 0 + $id)] };

sub used () {
    return $lab->dbh->selectrow_array(
        'SELECT automated_streams FROM tracked_account WHERE id = ?', undef, $id);
}

# One round of all clients, each under a key of its own; workers die on both sides of the COMMIT.
sub round_run ($round) {
    my @points = map { ("commit:idempotency_key_set_finished:$_", "sql:account_take_stream:$_") }
        qw(before after);
    $faults->arm($points[$_ % @points], 'kill', nth => 1 + $_ + $round % 2) for 0 .. 7;
    my @promises = map {
        $client->ua->start_p($client->transaction(POST => '/v1/streams', $body,
            'Idempotency-Key' => "client-$_"))->then(sub ($tx) { $tx->res }, sub ($) { undef })
    } 1 .. $CLIENTS;
    my @answers;
    Mojo::Promise->all(@promises)->then(sub (@all) { @answers = map { $_->[0] } @all })->wait;
    $faults->disarm;
    $faults->clock_advance(61);
    cmp_ok used(), '<=', $CAP, "round $round: within the cap";
    return answers_count(@answers);
}

my $last;
$last = round_run($_) for 1 .. $ROUNDS;
my $died = () = $lab->daemon->process->log_text =~ /"worker died"/g;
cmp_ok $died, '>=', $KILLS, "$died workers died";
is used(), $CAP, 'all places are taken';
is $last->{201}, $CAP - 1, 'by as many clients, beside the first stream';
is $last->{'400 stream_cap_exceeded'}, $CLIENTS - $CAP + 1, 'the others are refused';
is $lab->dbh->selectrow_array('SELECT COUNT(*) FROM pair WHERE account_id = ?', undef, $id), $CAP,
    'there are no more streams than that';

$lab->stop;
done_testing;
