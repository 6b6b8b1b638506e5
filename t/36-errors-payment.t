#!/usr/bin/perl
# Orders 16 and 10 again, said by Stripe itself: whatever Stripe refuses for good leaves no account,
# no stream, no segment, no charge; and the way is free for the next request.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams
    qw(body_new pair_new handle_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $stripe = $lab->stripe;

# Refused without a trace; then the same must work once Stripe is well again.
sub refused ($what, $fault, $body, $status, $code) {
    my $client = $lab->client($lab->team);
    $stripe->fault(times => undef, %$fault);
    my $response = leaves_nothing($lab, $what, sub { $client->post_stream($body) });
    $stripe->faults_clear;
    answer_refused($what, $response, $status, $code);
    my $stream = answer_created("$what: and then well again", $client->post_stream($body));
    is $stream->{accounts}[0]{billingDelta}, 'stripe_quantity_incremented', "$what: paid once";
    return;
}

subtest 'payment_failed' => sub {
    refused('a declined card', { kind => 'card_declined' }, body_new(), 402, 'payment_failed');
    refused('with three accounts', { kind => 'card_declined' },
        { pairs => [map { pair_new() } 1 .. 3] }, 402, 'payment_failed');
    refused('with a segment of labels', { kind => 'card_declined' },
        { pairs => [pair_new(segment => {
        description => 'd', appliedSearchFilters => { skill => ['Rust'] } })] }, 402,
            'payment_failed');
};

subtest 'subscription_required' => sub {
    refused('canceled at Stripe', { kind => 'canceled' }, body_new(), 403, 'subscription_required');
    my $team   = $lab->team;
    my $client = $lab->client($team);
    $stripe->control(POST => "subscriptions/$team->{subscription}", { status => 'canceled' });
    my $response = leaves_nothing($lab, 'really canceled',
        sub { $client->post_stream(body_new()) });
    answer_refused('really canceled', $response, 403, 'subscription_required');
};

subtest 'a known account needs no payment' => sub {
    my $client = $lab->client($lab->team);
    my $handle = handle_new();
    my $body   = { pairs => [pair_new(accountHandle => $handle)] };
    answer_created('the first', $client->post_stream($body));
    $stripe->fault(kind => 'card_declined', times => undef);
    my $paid   = $stripe->requests->{total};
    my $second = answer_created('the second', $client->post_stream($body));
    is $second->{accounts}[0]{billingDelta}, 'none', 'costs nothing';
    is $stripe->requests->{total}, $paid, 'Stripe is not asked';
    my $both = { pairs => [pair_new(accountHandle => $handle), pair_new()] };
    my $response = leaves_nothing($lab, 'known and new', sub { $client->post_stream($both) });
    answer_refused('a known and a new one', $response, 402, 'payment_failed');
    is $lab->dbh->selectrow_array('SELECT automated_streams FROM tracked_account WHERE handle = ?',
        undef, $handle), 2, 'the known one keeps its two streams';
    $stripe->faults_clear;
};

subtest 'several tiers' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = { pairs => [map { pair_new(accountTier => $_) } qw(pro starter growth)] };
    $stripe->fault(kind => 'card_declined', match => $team->{items}{growth}, times => undef);
    my $rows     = sub { $lab->dbh->selectrow_array('SELECT COUNT(*) FROM tracked_account') };
    my $before   = $rows->();
    my $response = $client->post_stream($body);
    answer_refused('the second of three is declined', $response, 402, 'payment_failed');
    is $rows->(), $before, 'no account is left';
    my %quantity;
    $quantity{ $_->{item} } = $_->{to} for $lab->seat_changes($team);
    is_deeply [grep { $_ } values %quantity], [], 'what was paid for the first is taken back';
    $stripe->faults_clear;
    answer_created('and then well again', $client->post_stream($body));
};

subtest 'several tiers, and the way back is declined too' => sub {
    my $team    = $lab->team;
    my $client  = $lab->client($team);
    my $starter = $team->{items}{starter};
    my $body    = { pairs => [map { pair_new(accountTier => $_) } qw(starter growth)] };
    $stripe->fault(kind => 'card_declined', match => $team->{items}{growth});
    $stripe->fault(match => $starter, delay_ms => 1);
    $stripe->fault(kind => 'card_declined', match => $starter);
    answer_refused('declined', $client->post_stream($body), 402, 'payment_failed');
    my @lease = $lab->dbh->selectrow_array(
        'SELECT COUNT(lease_owner), COUNT(attempt_key) FROM billing WHERE team_id = ?', undef,
        $team->{id});
    is_deeply \@lease, [0, 0], 'nobody has to wait for a lease that is left';
    answer_created('the next one', $client->post_stream($body));
    my %quantity;
    $quantity{ $_->{item} } = $_->{to} for $lab->seat_changes($team);
    is_deeply \%quantity, { map { $team->{items}{$_} => 1 } qw(starter growth) }, 'pays for both';
    $stripe->faults_clear;
};

subtest 'a sleeping account' => sub {
    my $client = $lab->client($lab->team);
    my $stream = answer_created('one', $client->post_stream(body_new()));
    my $id     = $stream->{accounts}[0]{accountId};
    $lab->dbh->do(q{UPDATE tracked_account SET state = 'sleeping',
        automated_streams = 0 WHERE id = ?},
        undef, $id);
    $lab->dbh->do('DELETE FROM stream WHERE id = ?', undef, $stream->{id});
    $stripe->fault(kind => 'card_declined', times => undef);
    my $body     = { pairs => [pair_new(accountId => 0 + $id)] };
    my $response = leaves_nothing($lab, 'asleep', sub { $client->post_stream($body) });
    answer_refused('it cannot be woken', $response, 402, 'payment_failed');
    is $lab->dbh->selectrow_array('SELECT state FROM tracked_account WHERE id = ?', undef, $id),
        'sleeping', 'and sleeps on';
    $stripe->faults_clear;
};

$lab->stop;
done_testing;
