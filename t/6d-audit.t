#!/usr/bin/perl
# The reconciler compares quantities with Stripe's once an hour. One that somebody changed at Stripe
# is reported and set right; a change of our own that is under way is no drift.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created);
use Test::More;

my $lab    = Headwater::Lab->new;
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;
my $team   = $lab->team;
my $item   = $team->{items}{starter};

sub reconcile () {
    my $report = $lab->operator->run('reconcile', '--older-than', 0)->{reconciled};
    return [@{$report}{qw(itemsAudited itemsDrifted)}];
}

sub audit_due () {
    return $dbh->do('UPDATE billing SET audited_at = audited_at - INTERVAL 61 MINUTE');
}

sub quantity () {
    my $said  = $stripe->control(GET => "subscriptions/$team->{subscription}");
    my @items = ref $said->{items} eq 'HASH' ? $said->{items}{data}->@* : $said->{items}->@*;
    my ($starter) = grep { $_->{id} eq $item } @items;
    return $starter->{quantity};
}

sub quantity_set ($quantity) {
    return $stripe->control(POST => "subscriptions/$team->{subscription}",
        { items => [{ id => $item, quantity => $quantity }] });
}

is_deeply reconcile(), [0, 0], 'what was never written to Stripe is not compared';
answer_created('a stream', $lab->client($team)->post_stream(body_new())) for 1 .. 2;
is_deeply reconcile(), [1, 0], 'a quantity is compared, and right';
is_deeply reconcile(), [0, 0], 'not again within the hour';
audit_due();
is_deeply reconcile(), [1, 0], 'but after it';

for my $wrong (7, 0) {
    audit_due();
    quantity_set($wrong);
    is_deeply reconcile(), [1, 1], "$wrong at Stripe is a drift";
    is quantity(), 2, 'and is set right';
}
like file_read($lab->dir . '/headwater.log'),
    qr/"stripe quantity drifted".*"item":"\Q$item\E","quantity":7,"accounts":2,"confirmed":2/,
    'the log tells item, what Stripe had, and what it should have';

audit_due();
$stripe->fault(times => 1, method => 'GET', kind => 'unavailable');
is_deeply reconcile(), [0, 0], 'a Stripe that does not say is asked again';
is_deeply reconcile(), [1, 0], 'by the next pass';

audit_due();
$stripe->fault(times => 1, method => 'GET', status => 404);
is_deeply reconcile(), [1, 1], 'an item that is gone is a drift';

subtest 'a create while Stripe is asked' => sub {
    audit_due();
    $stripe->fault(times => 1, method => 'GET', reply_delay_ms => 700);
    my $report;
    pipe my $from, my $to or die "no pipe: $!";
    my $pid = fork // die "no process: $!";
    if ($pid == 0) {
        my ($status, $out) = $lab->operator->try('reconcile', '--json');
        syswrite $to, $out;
        require POSIX;
        POSIX::_exit(0);
    }
    close $to;
    require Headwater::Wait;
    Headwater::Wait::wait_for('the audit', 5, sub {
        grep { $_->{method} eq 'GET' && !defined $_->{status} } $stripe->requests->{requests}->@*;
    });
    answer_created('a third account', $lab->client($team)->post_stream(body_new()));
    $report = Mojo::JSON::decode_json(join '', <$from>)->{reconciled};
    waitpid $pid, 0;
    is $report->{itemsDrifted}, 0, 'is no drift';
    is quantity(), 3, 'and stays paid for';
};

$lab->stop;
done_testing;
