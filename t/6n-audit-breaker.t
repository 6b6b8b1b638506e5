#!/usr/bin/perl
# What the audit hears from Stripe says little of whether changes are taken: limited readings do not
# stop creates, and readings that succeed do not send creates to a Stripe that takes no change.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created answer_refused);
use Headwater::Wait qw(wait_for);
use Test::More;

# As many calls in a row open the breaker (base/breaker.h).
my $FAILURES = 5;

my $lab = Headwater::Lab->new(config => { 'reconcile.every_s' => 1, 'server.deadline_ms' => 2500,
    'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 1000,
    'server.breaker_pause_ms' => 2000 });
my $stripe = $lab->stripe;

sub created ($what) {
    return answer_created($what, $lab->client($lab->team)->post_stream(body_new()));
}

sub items_make_due () {
    $lab->dbh->do('UPDATE billing SET last_attempt_at = last_attempt_at - INTERVAL 2 HOUR,
        audited_at = audited_at - INTERVAL 2 HOUR');
    $stripe->requests_clear;
    return;
}

sub readings () {
    return scalar grep { $_->{method} eq 'GET' && defined $_->{status} }
        $stripe->requests->{requests}->@*;
}

created("account $_") for 1 .. $FAILURES + 1;

subtest 'readings are limited' => sub {
    $stripe->fault(times => undef, method => 'GET', kind => 'rate_limit');
    items_make_due();
    wait_for('enough of them', 10, sub { readings() > $FAILURES });
    created('a create goes through');
    $stripe->faults_clear;
};

subtest 'changes are not taken' => sub {
    my @teams = map { $lab->team } 1 .. $FAILURES + 1;
    $stripe->fault(times => undef, kind => 'unavailable');
    answer_created("pending, $_", $lab->client($teams[$_])->post_stream(body_new()), 202)
        for 1 .. $FAILURES;
    items_make_due();
    sleep 3;    # a pause of the breaker, and passes
    is readings(), 0, 'nothing is read meanwhile';
    $stripe->faults_clear;
    wait_for('an answer', 20, sub {
        $lab->client($teams[0])->post_stream(body_new())->code == 201;
    }, 0.5);
    pass 'then all goes on';
    wait_for('the recovery', 25, sub {
        !$lab->dbh->selectrow_array(q{SELECT COUNT(*) FROM stream WHERE status = 'pending'});
    }, 0.5);
};

$lab->stop;
done_testing;
