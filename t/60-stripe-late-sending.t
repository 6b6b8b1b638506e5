#!/usr/bin/perl
# A sending that Stripe gets late, long after we stopped waiting for it: the same key is sent again
# until Stripe replays it, so that what arrives late changes nothing. A 5xx or a refusal of the
# second sending says nothing of the first.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;

my $LATE_MS = 3500;

my $lab    = Headwater::Lab->new(config => {
    'server.deadline_ms' => 5000, 'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 2000 });
my $stripe = $lab->stripe;

# What the second sending of the key is told.
my @kinds  = qw(unavailable error_unsaved unauthorized forbidden);
my %team   = map { $_ => $lab->team } @kinds;
my %client = map { $_ => $lab->client($team{$_}) } @kinds;

# The writes that reached Stripe for a team, in the order they were sent.
sub writes ($team) {
    return grep { $_->{method} eq 'POST' && $_->{path} =~ /$team->{items}{starter}\z/ }
        $stripe->requests->{requests}->@*;
}

sub quantity ($team) {
    my $said = $stripe->control(GET => "subscriptions/$team->{subscription}");
    my @items = ref $said->{items} eq 'HASH' ? $said->{items}{data}->@* : $said->{items}->@*;
    my ($starter) = grep { $_->{id} eq $team->{items}{starter} } @items;
    return $starter->{quantity};
}

# For each kind the same request at once; a hash of the answers.
sub posts (@kinds) {
    my %answer;
    my @promises = map {
        my $kind   = $_;
        my $client = $client{$kind};
        $client->ua->start_p($client->transaction(POST => '/v1/streams', body_new()))
            ->then(sub ($tx) { $answer{$kind} = $tx->res });
    } @kinds;
    Mojo::Promise->all(@promises)->wait;
    return %answer;
}

for my $kind (@kinds) {
    my $item = $team{$kind}{items}{starter};
    $stripe->fault(times => 1, match => $item, network_delay_ms => $LATE_MS);
    $stripe->fault(times => 1, match => $item, kind => $kind);
}
# Two at a time: all at once would be failures enough to have Stripe left alone.
my (%first, %second);
for my $two ([@kinds[0, 1]], [@kinds[2, 3]]) {
    %first  = (%first, posts(@$two));
    %second = (%second, posts(@$two));
}
wait_for('the late sendings', 10, sub {
    !grep { !defined $_->{status} && !$_->{dropped} } map { writes($_) } values %team;
});

for my $kind (@kinds) {
    subtest "late, then $kind" => sub {
        my $team = $team{$kind};
        answer_created('the first create',  $first{$kind});
        answer_created('the second create', $second{$kind});
        my @writes = writes($team);
        my %keys   = map { $_ => 1 } grep { defined } map { $_->{idempotency_key} } @writes;
        is scalar(keys %keys), 2, 'each create has one key, sent until Stripe answers it';
        ok $writes[0]{replayed}, 'its first sending came too late';
        is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1], [1, 2]],
            'the quantity never goes down';
        is quantity($team), 2, 'Stripe bills both accounts';
        is_deeply [$lab->dbh->selectrow_array(q{SELECT desired_version - applied_version,
            applied_quantity, attempt_key FROM billing WHERE team_id = ? AND tier = 'starter'},
            undef, $team->{id})], [0, 2, undef], 'and so say our rows';
        my $count = q{SELECT COUNT(*) FROM %s WHERE team_id = ? AND %s = 'active'};
        is $lab->dbh->selectrow_array(sprintf($count, @$_), undef, $team->{id}), 2,
            "two of $_->[0] are active" for ['tracked_account', 'state'], ['stream', 'status'];
        answer_created('the next create', $client{$kind}->post_stream(body_new()));
        is quantity($team), 3, 'pays for one more';
    };
}

$lab->stop;
done_testing;
