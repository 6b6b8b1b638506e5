#!/usr/bin/perl
# Whoever settles a bill holds a lease on it for as long as that takes, and gives it back whatever
# goes wrong: the team's next create never waits until the lease runs out.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::CommitProxy;
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_created answer_refused);
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(time);

# A create that waits for a lease takes until its deadline.
my $SOON_S = 2;

# headwaterd waits for a row for 3 s; a lock that is held a little longer makes that fail once.
my $LOCKED_S = 4;

my $lab = Headwater::Lab->new(parts => ['database', 'doubles'], config => {
    'server.deadline_ms' => 5000, 'stripe.timeout_ms' => 1000,
    'scrapebadger.deadline_ms' => 2000 });
my $proxy  = Headwater::CommitProxy->start($lab);
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;

# Runs something that must not wait.
sub soon ($what, $run) {
    my $begin  = time;
    my $answer = $run->();
    cmp_ok time - $begin, '<', $SOON_S, "$what does not wait";
    return $answer;
}

# Nobody holds a lease or has left an attempt.
sub is_free ($team) {
    is_deeply [$dbh->selectrow_array('SELECT COUNT(lease_owner), COUNT(attempt_key) FROM billing
        WHERE team_id = ?', undef, $team->{id})], [0, 0], 'billing is at rest';
    return;
}

# Stripe bills just what is tracked.
sub is_billed ($team, %expected) {
    my %quantity;
    $quantity{ $_->{item} } = $_->{to} for $lab->seat_changes($team);
    is_deeply \%quantity, { map { $team->{items}{$_} => $expected{$_} } keys %expected },
        'Stripe bills what is tracked';
    for my $tier (sort keys %expected) {
        is $dbh->selectrow_array(q{SELECT COUNT(*) FROM tracked_account WHERE team_id = ?
            AND tier = ? AND state = 'active'}, undef, $team->{id}, $tier), $expected{$tier},
            "$tier is $expected{$tier}";
    }
    return;
}

for my $kind (qw(canceled card_declined)) {
    subtest "the way back is refused: $kind" => sub {
        my $team    = $lab->team;
        my $client  = $lab->client($team);
        my $starter = $team->{items}{starter};
        my $both    = { pairs => [pair_new(), pair_new(accountTier => 'growth')] };
        $stripe->fault(times => 1, match => $team->{items}{growth}, kind => $kind);
        $stripe->fault(times => 1, match => $starter, reply_delay_ms => 1);
        $stripe->fault(times => 1, match => $starter, kind => $kind);
        my $refused = $client->post_stream($both);
        like $refused->code, qr/\A40[23]\z/, 'growth is refused after starter was paid';
        is_free($team);
        answer_created('the next create', soon('it', sub { $client->post_stream($both) }));
        is_billed($team, starter => 1, growth => 1);
    };
}

subtest 'the undo fails' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = body_new();
    my @key    = ('Idempotency-Key' => 'undo');
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    $proxy->plan('pass', 'pass', 'cut_before');
    answer_refused('cut at its COMMIT', $client->post_stream($body, @key), 503, 'outcome_unknown');
    is_deeply [$proxy->left], [], 'just there';
    my $next = soon('the same key', sub { $client->post_stream($body, @key) });
    answer_refused('it', $next, 402, 'payment_failed');
    is_free($team);
    answer_created('another create', soon('it', sub { $client->post_stream(body_new()) }));
    is_billed($team, starter => 1);
};

subtest 'the undo fails, and another create comes first' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = body_new();
    my @key    = ('Idempotency-Key' => 'undo');
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    $proxy->plan('pass', 'pass', 'cut_before');
    answer_refused('cut at its COMMIT', $client->post_stream($body, @key), 503, 'outcome_unknown');
    answer_created('another create', soon('it', sub { $client->post_stream(body_new()) }));
    answer_created('the same key', soon('it', sub { $client->post_stream($body, @key) }));
    is_free($team);
    is_billed($team, starter => 2);
};

subtest 'the billing row is locked when Stripe answers' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = body_new();
    my @key    = ('Idempotency-Key' => 'locked');
    my $before = $stripe->requests->{total};
    my $first;
    $stripe->fault(times => 1, match => $team->{items}{starter}, reply_delay_ms => 700);
    my $done = $client->ua->start_p($client->transaction(POST => '/v1/streams', $body, @key))
        ->then(sub ($tx) { $first = $tx->res });
    wait_for('Stripe to be asked', 5, sub {
        Mojo::Promise->timer(0.02)->wait;
        return $stripe->requests->{total} > $before;
    });
    $dbh->begin_work;
    $dbh->do('SELECT * FROM billing WHERE team_id = ? FOR UPDATE', undef, $team->{id});
    Mojo::Promise->timer($LOCKED_S)->wait;
    $dbh->rollback;
    $done->wait;
    my $pending = answer_created('the first is told to wait', $first, 202);
    my $active  = answer_created('the same key', soon('it',
        sub { $client->post_stream($body, @key) }));
    is $active->{id}, $pending->{id}, 'has the same stream';
    answer_created('another create', soon('it', sub { $client->post_stream(body_new()) }));
    is_free($team);
    is_billed($team, starter => 2);
};

$lab->stop;
is_deeply [$proxy->stop], [], 'and so is the proxy';
done_testing;
