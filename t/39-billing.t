#!/usr/bin/perl
# Billing: an absolute quantity for each tier, one write for a create, none where nothing changes;
# whatever Stripe's answer is, nobody pays twice and nothing that is paid for is lost.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_created traces_take);
use Test::More;

my $lab    = Headwater::Lab->new(config => {
    'server.deadline_ms' => 4000, 'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 2000 });
my $stripe = $lab->stripe;

# The writes that reached Stripe for a team, executed or not.
sub writes ($team) {
    my $items = join '|', values $team->{items}->%*;
    return grep { $_->{method} eq 'POST' && $_->{path} =~ /(?:$items)\z/ }
        $stripe->requests->{requests}->@*;
}

# Nothing of a starter's payment is heard: replies get lost, later sendings of the key are told to
# wait. Nothing but lost replies would soon have Stripe left alone by all teams.
sub falls_silent ($team, $kind = 'drop') {
    $stripe->fault(times => 2,     match => $team->{items}{starter}, kind => $kind);
    $stripe->fault(times => undef, match => $team->{items}{starter}, kind => 'in_flight');
    return;
}

# At rest Stripe bills just what is tracked.
sub quantities_agree ($what, @teams) {
    for my $team (@teams) {
        my $said = $stripe->control(GET => "subscriptions/$team->{subscription}");
        my %said = map { $_->{id} => $_->{quantity} }
            ref $said->{items} eq 'HASH' ? $said->{items}{data}->@* : $said->{items}->@*;
        for my $tier (sort keys $team->{items}->%*) {
            my $count = $lab->dbh->selectrow_array(q{SELECT COUNT(*) FROM tracked_account
                WHERE team_id = ? AND tier = ? AND state <> 'sleeping'}, undef, $team->{id}, $tier);
            is $said{ $team->{items}{$tier} }, $count, "$what: $tier is $count";
        }
    }
    return;
}

subtest 'what is written' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $create = sub ($what, @pairs) {
        my $before = scalar writes($team);
        my $stream = answer_created($what, $client->post_stream({ pairs => \@pairs }));
        my @new    = (writes($team))[$before .. scalar(writes($team)) - 1];
        return ($stream, @new);
    };
    my @new = map { handle_new() } 1 .. 5;
    my ($stream, @first) = $create->('five of one tier',
        map { pair_new(accountHandle => $_) } @new);
    is scalar(@first), 1, 'one write';
    like $first[0]{body}, qr/(?:^|&)quantity=5(?:&|$)/, 'of the absolute quantity';
    like $first[0]{body}, qr/proration_behavior=create_prorations/, 'prorated';
    like $first[0]{idempotency_key}, qr/\A\S{16,}\z/, 'under a key of its own';
    is $first[0]{stripe_version}, '2026-07-29.dahlia', 'in the version we know';
    is_deeply [map { $_->{billingDelta} } $stream->{accounts}->@*],
        [('stripe_quantity_incremented') x 5], 'each account is told';
    my ($known, @none) = $create->('known ones', map { pair_new(accountHandle => $_) } @new);
    is scalar(@none), 0, 'no write';
    is_deeply [map { $_->{billingDelta} } $known->{accounts}->@*], [('none') x 5], 'each is told';
    my ($mixed, @tiers) = $create->('three tiers', pair_new(accountTier => 'pro'),
        pair_new(accountHandle => $new[0]), pair_new(accountTier => 'growth'), pair_new(),
        pair_new(accountTier => 'pro'));
    is_deeply [map { $_->{path} =~ /(\w+)\z/ } @tiers],
        [@{ $team->{items} }{qw(starter growth pro)}],
        'one write each, in tier order';
    is_deeply [map { $_->{body} =~ /quantity=(\d+)/ } @tiers], [6, 1, 2], 'of the quantities';
    is_deeply [map { $_->{billingDelta} } $mixed->{accounts}->@*],
        [map { $_ ? 'stripe_quantity_incremented' : 'none' } 1, 0, 1, 1, 1], 'each is told';
    my %keys = map { $_->{idempotency_key} => 1 } @first, @tiers;
    is scalar(keys %keys), 4, 'no key is used twice';
    quantities_agree('at rest', $team);
};

subtest 'a free team' => sub {
    my $before = $stripe->requests->{total};
    my $stream = answer_created('its account',
        $lab->client($lab->team(plan => 'free'))->post_stream(body_new()));
    is $stream->{accounts}[0]{billingDelta}, 'none', 'is free';
    is $stripe->requests->{total}, $before, 'Stripe hears nothing';
};

# Each of these passes, and the create succeeds with one effective change.
subtest 'faults that pass' => sub {
    my %faults = (
        'the reply is lost'   => { kind => 'apply_then_drop' },
        'the request is lost' => { kind => 'drop' },
        'rate limit'          => { kind => 'rate_limit', headers => { 'Retry-After' => 1 } },
        'in flight'           => { kind => 'in_flight' },
        'lock timeout'        => { kind => 'lock_timeout' },
        'unavailable'         => { kind => 'unavailable' },
        '500, kept'           => { kind => 'error_saved' },
        '500, kept, applied'  => { kind => 'error_saved_applied' },
        '500, not kept'       => { kind => 'error_unsaved' },
        '500, not kept, applied' => { kind => 'error_unsaved_applied' },
        'a page'              => { kind => 'html' },
        'a page, applied'     => { kind => 'html', apply => Mojo::JSON::true() },
        'late'                => { reply_delay_ms => 700 },
    );
    my (%team, %client, %answer, @promises);
    for my $what (sort keys %faults) {
        $team{$what} = $lab->team;
        $stripe->fault(times => 1, match => $team{$what}{items}{starter}, $faults{$what}->%*);
        my $client = $client{$what} = $lab->client($team{$what});
        push @promises, $client->ua->start_p($client->transaction(POST => '/v1/streams',
            body_new()))
            ->then(sub ($tx) { $answer{$what} = $tx->res });
        next if @promises < 4;
        Mojo::Promise->all(splice @promises)->wait;
    }
    Mojo::Promise->all(@promises)->wait if @promises;
    for my $what (sort keys %faults) {
        my $stream = answer_created($what, $answer{$what});
        is $stream->{accounts}[0]{billingDelta}, 'stripe_quantity_incremented', "$what: paid";
        is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team{$what})], [[0, 1]],
            "$what: once";
    }
    quantities_agree('at rest', @team{ sort keys %team });
};

subtest 'Stripe is silent' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = body_new();
    my @key    = ('Idempotency-Key' => 'silent');
    falls_silent($team);
    my $pending = answer_created('accepted', $client->post_stream($body, @key), 202);
    is $pending->{status}, 'pending', 'status';
    is $pending->{accounts}[0]{billingDelta},   'stripe_quantity_pending', 'billingDelta';
    is $pending->{accounts}[0]{accountCreated}, Mojo::JSON::true(),        'accountCreated';
    is $client->get("/v1/streams/$pending->{id}")->json->{status}, 'pending', 'GET says so too';
    is scalar($lab->seat_changes($team)), 0, 'nothing is paid';
    my $traces = traces_take($lab);
    my $again  = answer_created('the same key meanwhile', $client->post_stream($body, @key), 202);
    is $again->{id}, $pending->{id}, 'the same stream';
    is_deeply traces_take($lab), $traces, 'nothing more';
    $stripe->faults_clear;
    my $active = answer_created('the same key later', $client->post_stream($body, @key));
    is $active->{id},     $pending->{id}, 'the same stream';
    is $active->{status}, 'active',       'is active';
    is_deeply $active->{accounts}, [{ $pending->{accounts}[0]->%*,
        billingDelta => 'stripe_quantity_incremented' }], 'and paid for';
    is_deeply $active->{segments}, $pending->{segments}, 'its segment was created';
    is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1]], 'once';
    my $replay = $client->post_stream($body, @key);
    is $replay->headers->header('Idempotent-Replayed'), 'true', 'from now on it is a replay';
    is_deeply $replay->json, $active, 'of the final answer';
    is $client->get("/v1/streams/$active->{id}")->json->{status}, 'active', 'GET says so too';
    quantities_agree('at rest', $team);
};

subtest 'silent, but it worked' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = { pairs => [map { pair_new() } 1 .. 3] };
    my @key    = ('Idempotency-Key' => 'silent');
    falls_silent($team, 'apply_then_drop');
    my $pending = answer_created('accepted', $client->post_stream($body, @key), 202);
    $stripe->faults_clear;
    my $active = answer_created('the same key later', $client->post_stream($body, @key));
    is $active->{id}, $pending->{id}, 'the same stream';
    is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 3]], 'paid once';
    quantities_agree('at rest', $team);
};

subtest 'a pending account is used again' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $handle = handle_new();
    my $body   = { pairs => [pair_new(accountHandle => $handle)] };
    falls_silent($team);
    my @key     = ('Idempotency-Key' => 'first');
    my $pending = answer_created('the first', $client->post_stream($body, @key), 202);
    $stripe->faults_clear;
    my $second = answer_created('the second waits for the same payment',
        $client->post_stream($body));
    is $second->{status}, 'active', 'and is active';
    is $second->{accounts}[0]{billingDelta}, 'none', 'it is the first one that pays';
    my $first = answer_created('the first is told', $client->post_stream($body, @key));
    is $first->{id}, $pending->{id}, 'of its stream';
    is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1]], 'paid once';
};

# A tier that is only waited for must be meant to reach the version that is waited for.
subtest 'a pending account of another tier' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my @growth = map { pair_new(accountTier => 'growth') } 1 .. 2;
    my @key    = ('Idempotency-Key' => 'first');
    my $body   = body_new();
    my $handle = $body->{pairs}[0]{accountHandle};
    falls_silent($team);
    answer_created('starter waits', $client->post_stream($body, @key), 202);
    answer_created('growth goes on', $client->post_stream({ pairs => [$growth[0]] }));
    $stripe->faults_clear;
    my $before = scalar writes($team);
    answer_created('a pending starter and a new growth', $client->post_stream(
        { pairs => [pair_new(accountHandle => $handle), $growth[1]] }));
    cmp_ok scalar(writes($team)) - $before, '<=', 4, 'a few writes';
    answer_created('the first is told', $client->post_stream($body, @key));
    quantities_agree('at rest', $team);
    $body = body_new();
    falls_silent($team);
    answer_created('starter waits again', $client->post_stream($body, 'Idempotency-Key' => 'x'),
        202);
    answer_created('growth goes on', $client->post_stream(
        { pairs => [pair_new(accountTier => 'growth')] }));
    $stripe->faults_clear;
    $before = scalar writes($team);
    answer_created('the pending one alone', $client->post_stream({ pairs => [
        pair_new(accountHandle => $body->{pairs}[0]{accountHandle})] }));
    cmp_ok scalar(writes($team)) - $before, '<=', 3, 'a few writes';
    answer_created('told too', $client->post_stream($body, 'Idempotency-Key' => 'x'));
    quantities_agree('at rest', $team);
};

$lab->stop;
done_testing;
