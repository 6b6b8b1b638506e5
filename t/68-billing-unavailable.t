#!/usr/bin/perl
# While Stripe is known to be down, a create that needs a new paid account is refused before
# anything is stored, and one that waits for a payment already is pending at once; everything else
# goes on. Stripe's first answer to the one that may try ends it, for all workers.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_created answer_refused
    leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(time);

# As many failed calls as open the breaker, and seconds it stays open (base/breaker.h).
my $FAILURES = 5;
my $PAUSE_S  = 15;

my $lab = Headwater::Lab->new(config => {
    'server.deadline_ms' => 1500, 'stripe.timeout_ms' => 300, 'scrapebadger.deadline_ms' => 1000 });
my $stripe = $lab->stripe;
my $client = $lab->client($lab->team);
my $free   = $lab->client($lab->team(plan => 'free'));
my $known  = handle_new();
my %body;

sub known_body () { return body_new(pairs => [pair_new(accountHandle => $known)]) }

sub post_key ($key) {
    $body{$key} //= body_new();
    return $client->post_stream($body{$key}, 'Idempotency-Key' => $key);
}

# The writes that reached Stripe.
sub writes () { return scalar grep { $_->{method} eq 'POST' } $stripe->requests->{requests}->@* }

answer_created('an account', $client->post_stream(known_body()));
my $before = writes();
$stripe->fault(kind => 'drop', times => undef);

# One call fits into the time a create has here: as many as one team may make without a pause.
subtest 'Stripe is silent' => sub {
    is post_key("key-$_")->code, 202, "$_ stays pending" for 1 .. $FAILURES;
    is writes() - $before, $FAILURES, 'each has called once';
};

subtest 'then it is known to be down' => sub {
    my $calls   = writes();
    my $refused = leaves_nothing($lab, 'a new account', sub { $client->post_stream(body_new()) });
    answer_refused('a new paid account', $refused, 503, 'billing_unavailable');
    like $refused->headers->header('Retry-After'), qr/\A(?:[1-9]|1[0-5])\z/, 'Retry-After';
    answer_created('a known account', $client->post_stream(known_body()));
    answer_created('an account of a free team', $free->post_stream(body_new()));
    my $start = time;
    answer_created('the key of a pending one', post_key('key-1'), 202);
    answer_created('its account in another stream', $client->post_stream(body_new(pairs =>
        [pair_new(accountHandle => $body{'key-1'}{pairs}[0]{accountHandle})])), 202);
    cmp_ok time - $start, '<', 1, 'at once';
    is writes(), $calls, 'Stripe is left alone';
};

$stripe->faults_clear;

subtest 'until it answers' => sub {
    answer_refused('not by itself', $client->post_stream(body_new()), 503, 'billing_unavailable');
    wait_for('the one that may try', $PAUSE_S + 5,
        sub { post_key('key-1')->code == 201 }, 0.2);
    is post_key("key-$_")->code, 201, "$_ is paid for" for 2 .. $FAILURES;
    answer_created('a new account', $client->post_stream(body_new()));
};

$lab->stop;
done_testing;
