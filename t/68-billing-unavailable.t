#!/usr/bin/perl
# While Stripe is known to be down, a create that needs a new paid account is refused before
# anything is stored; everything else goes on. Stripe's first answer ends it, for all workers.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_created answer_refused
    leaves_nothing);
use Test::More;

# As many creates as open the breaker (base/breaker.h).
my $FAILURES = 5;

my $lab = Headwater::Lab->new(config => {
    'server.deadline_ms' => 2000, 'stripe.timeout_ms' => 300, 'scrapebadger.deadline_ms' => 1000 });
my $client = $lab->client($lab->team);
my $free   = $lab->client($lab->team(plan => 'free'));
my $known  = handle_new();
my %body   = map { ("key-$_" => body_new()) } 1 .. $FAILURES;

sub known_body () { return body_new(pairs => [pair_new(accountHandle => $known)]) }

sub repeat ($key) { return $client->post_stream($body{$key}, 'Idempotency-Key' => $key) }

answer_created('an account', $client->post_stream(known_body()));
$lab->stripe->fault(kind => 'drop', times => undef);

subtest 'Stripe is silent' => sub {
    is repeat($_)->code, 202, "$_ stays pending" for sort keys %body;
};

subtest 'then it is known to be down' => sub {
    my $refused = leaves_nothing($lab, 'a new account', sub { $client->post_stream(body_new()) });
    answer_refused('a new paid account', $refused, 503, 'billing_unavailable');
    like $refused->headers->header('Retry-After'), qr/\A(?:[1-9]|1[0-5])\z/, 'Retry-After';
    answer_created('a known account', $client->post_stream(known_body()));
    answer_created('an account of a free team', $free->post_stream(body_new()));
};

$lab->stripe->faults_clear;

subtest 'until it answers' => sub {
    answer_refused('not by itself', $client->post_stream(body_new()), 503, 'billing_unavailable');
    is repeat($_)->code, 201, "$_ is paid for" for sort keys %body;
    answer_created('a new account', $client->post_stream(body_new()));
};

$lab->stop;
done_testing;
