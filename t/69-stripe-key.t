#!/usr/bin/perl
# Stripe does not take our own key: that is nobody's refusal to pay. What was begun stays pending
# and is paid for when the key is mended; soon, nothing new is begun.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created answer_refused leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;

# As many failed calls as open the breaker, and seconds it stays open (base/breaker.h).
my $FAILURES = 5;
my $PAUSE_S  = 15;

# Time for one call to Stripe in each create.
my $lab = Headwater::Lab->new(config => {
    'server.deadline_ms' => 2000, 'stripe.timeout_ms' => 300, 'scrapebadger.deadline_ms' => 1000 });
my $team   = $lab->team;
my $client = $lab->client($team);
my %body   = map { ("key-$_" => body_new()) } 1 .. $FAILURES;

sub post_key ($key) { return $client->post_stream($body{$key}, 'Idempotency-Key' => $key) }

$lab->stripe->fault(kind => 'unauthorized', times => undef);

subtest 'the key is wrong' => sub {
    for my $key (sort keys %body) {
        my $stream = answer_created("$key is accepted", post_key($key), 202);
        is $stream->{accounts}[0]{billingDelta}, 'stripe_quantity_pending', 'not paid for';
    }
    is $lab->dbh->selectrow_array('SELECT COUNT(attempt_key) FROM billing WHERE team_id = ?',
        undef, $team->{id}), 1, 'one attempt is kept';
    my @lines = grep { /"message":"stripe quantity"/ && /"status":401/ }
        split /\n/, $lab->daemon->process->log_text;
    is scalar(@lines), $FAILURES, 'each call is logged';
    is scalar(grep { !/"level":"error"/ } @lines), 0, 'as an error';
};

subtest 'nothing new is begun' => sub {
    my $refused = leaves_nothing($lab, 'a new account', sub { $client->post_stream(body_new()) });
    answer_refused('a new account', $refused, 503, 'billing_unavailable');
};

$lab->stripe->faults_clear;

subtest 'the key is mended' => sub {
    wait_for('the one that may try', $PAUSE_S + 5, sub { post_key('key-1')->code == 201 }, 0.2);
    answer_created("$_ is paid for", post_key($_)) for sort keys %body;
    my ($quantity) = map { $_->{to} } reverse $lab->seat_changes($team);
    is $quantity, $FAILURES, 'all of them';
};

$lab->stop;
done_testing;
