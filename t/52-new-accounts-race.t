#!/usr/bin/perl
# 32 creates at once, without a key, for one handle that nobody tracks yet: one account, which is
# paid for once, and as many streams as its tier allows.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new handle_new answers_count);
use Test::More;

my $CLIENTS = 32;
my $CAP     = 25;

my $lab = Headwater::Lab->new(workers => 8);

sub quantity ($team, $tier) {
    my ($last) = reverse grep { $_->{item} eq $team->{items}{$tier} } $lab->seat_changes($team);
    return $last ? $last->{to} : 0;
}

sub tracked ($team, $tier) {
    return $lab->dbh->selectrow_array(
        'SELECT COUNT(*) FROM tracked_account WHERE team_id = ? AND tier = ?', undef, $team->{id},
            $tier);
}

for my $latency_ms (0, 50) {
    subtest "one new handle, services take $latency_ms ms" => sub {
        $_->options(latency_ms => $latency_ms) for $lab->stripe, $lab->scrapebadger;
        my $team   = $lab->team;
        my $handle = handle_new();
        my @bodies = map { { pairs => [pair_new(accountHandle => $_ % 2 ? $handle : uc $handle,
            accountTier => 'pro')] } } 1 .. $CLIENTS;
        my @all = $lab->client($team)->post_streams_at_once(\@bodies);
        is_deeply answers_count(@all), { 201 => $CAP,
            '400 stream_cap_exceeded' => $CLIENTS - $CAP },
            'as many streams as the tier allows';
        my @accounts = map { $_->json->{accounts}[0] } grep { $_->code == 201 } @all;
        my %ids      = map { $_->{accountId} => 1 } @accounts;
        is scalar(keys %ids), 1, 'of one account';
        is scalar(grep { $_->{accountCreated} } @accounts), 1, 'created by one of them';
        is scalar(grep { $_->{billingDelta} ne 'none' } @accounts), 1, 'paid for by one of them';
        is tracked($team, 'pro'), 1, 'one row';
        is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1]], 'one write';
    };
}

subtest 'one free account' => sub {
    my $team   = $lab->team(plan => 'free');
    my $client = $lab->client($team);
    my @all    = $client->post_streams_at_once([map { { pairs => [pair_new()] } } 1 .. $CLIENTS]);
    is_deeply answers_count(@all), { 201 => 1, '403 free_account_limit' => $CLIENTS - 1 },
        'one of many different ones';
    is tracked($team, 'free'), 1, 'one row';
};

subtest 'many new handles' => sub {
    $lab->stripe->requests_clear;
    my $team = $lab->team;
    my @all  = $lab->client($team)->post_streams_at_once(
        [map { { pairs => [pair_new(), pair_new(accountTier => 'growth')] } } 1 .. $CLIENTS]);
    is_deeply answers_count(@all), { 201 => $CLIENTS }, 'all are created';
    for my $tier (qw(starter growth)) {
        is tracked($team, $tier),  $CLIENTS, "$tier: a row each";
        is quantity($team, $tier), $CLIENTS, "$tier: and that many are paid for";
    }
    my @writes = grep { $_->{method} eq 'POST' && $_->{path} =~ /subscription_items/ }
        $lab->stripe->requests->{requests}->@*;
    cmp_ok scalar(@writes), '<', 2 * $CLIENTS, 'by fewer writes, for one covers all who wait: '
        . @writes;
    is_deeply [grep { $_->{to} < ($_->{from} // 0) } $lab->seat_changes($team)], [],
        'the quantity never fell';
};

$lab->stop;
done_testing;
