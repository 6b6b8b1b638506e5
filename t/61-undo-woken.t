#!/usr/bin/perl
# A create that wakes a sleeping account is refused by Stripe: the account sleeps again and is not
# billed, whatever streams it had; unless another create that still waits for Stripe needs it.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_created answer_refused leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new(config => {
    'server.deadline_ms' => 3000, 'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 2000 });
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;

# A team whose one account fell asleep under an active stream; nothing is billed any more.
sub sleeper_new () {
    my $team   = $lab->team;
    my $stream = answer_created('a stream', $lab->client($team)->post_stream(body_new()));
    my $id     = 0 + $stream->{accounts}[0]{accountId};
    $dbh->do(q{UPDATE tracked_account SET state = 'sleeping' WHERE id = ?}, undef, $id);
    $dbh->do(q{UPDATE billing SET applied_quantity = 0 WHERE team_id = ?}, undef, $team->{id});
    $stripe->control(POST => "subscriptions/$team->{subscription}",
        { items => [{ id => $team->{items}{starter}, quantity => 0 }] });
    return ($team, 0 + $id);
}

sub row_of ($id) {
    return [$dbh->selectrow_array(
        'SELECT state, automated_streams FROM tracked_account WHERE id = ?', undef, $id)];
}

# The changes at Stripe since the account slept; the first one paid for it when it was new.
sub changes ($team) {
    my (undef, @later) = map { [@{$_}{qw(from to)}] } $lab->seat_changes($team);
    return \@later;
}

sub broken_rows () {
    return [$lab->database->invariants_check("$FindBin::RealBin/../sql/invariants.sql")];
}

my %refusals = (
    card_declined => [402, 'payment_failed'],
    canceled      => [403, 'subscription_required'],
);

for my $kind (sort keys %refusals) {
    my ($status, $code) = $refusals{$kind}->@*;
    subtest "waking is refused: $kind" => sub {
        my ($team, $id) = sleeper_new();
        my $client = $lab->client($team);
        my $wake   = { pairs => [pair_new(accountId => $id)] };
        $stripe->fault(times => 1, match => $team->{items}{starter}, kind => $kind);
        my $answer = leaves_nothing($lab, 'the refusal', sub { $client->post_stream($wake) });
        answer_refused('it', $answer, $status, $code);
        is_deeply row_of($id), ['sleeping', 1], 'the account sleeps again, its stream stays';
        is_deeply broken_rows(), [], 'the rows agree';
        answer_created('a new account', $client->post_stream(body_new()));
        is_deeply changes($team), [[0, 1]], 'only that is paid for';
        is_deeply row_of($id), ['sleeping', 1], 'the account sleeps on';
        answer_created('waking it', $client->post_stream($wake));
        is_deeply changes($team), [[0, 1], [1, 2]], 'is paid for too';
        is_deeply row_of($id), ['active', 2], 'and the account is awake';
    };
}

subtest 'another create needs it' => sub {
    my ($team, $id) = sleeper_new();
    my $client = $lab->client($team);
    my $wake   = { pairs => [pair_new(accountId => $id)] };
    my $both   = { pairs => [pair_new(accountId => $id), pair_new()] };
    my $item   = $team->{items}{starter};
    my @key    = ('Idempotency-Key' => 'waits');
    $stripe->fault(times => undef, match => $item, kind => 'drop');
    my $pending = answer_created('one waits', $client->post_stream($wake, @key), 202);
    is_deeply row_of($id), ['pending', 2], 'for the account';
    $stripe->faults_clear;
    $stripe->fault(times => undef, match => $item, kind => 'card_declined');
    answer_refused('the other', $client->post_stream($both), 402, 'payment_failed');
    $stripe->faults_clear;
    is_deeply row_of($id), ['pending', 2], 'the account is still needed';
    is_deeply broken_rows(), [], 'the rows agree';
    my $active = answer_created('the first', $client->post_stream($wake, @key));
    is $active->{id}, $pending->{id}, 'gets its stream';
    is_deeply row_of($id),   ['active', 2], 'and its account';
    is_deeply changes($team), [[0, 1]], 'for the price of one';
};

$lab->stop;
done_testing;
