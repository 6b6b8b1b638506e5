#!/usr/bin/perl
# The reconciler compares quantities with Stripe's: all at an operator's wish, each once an hour by
# itself. One that somebody changed at Stripe is reported and set right; a change of our own that is
# under way is no drift.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Process;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait;
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
is_deeply reconcile(), [1, 0], 'again at each wish';
is +($lab->operator->run('reconcile', '--no-audit')->{reconciled}{itemsAudited}), 0, 'or not';
for my $wrong (7, 0) {
    quantity_set($wrong);
    is_deeply reconcile(), [1, 1], "$wrong at Stripe is a drift";
    is quantity(), 2, 'and is set right';
}
like file_read($lab->dir . '/headwater.log'),
    qr/"stripe quantity drifted".*"item":"\Q$item\E","quantity":7,"accounts":2,"confirmed":2/,
    'the log tells item, what Stripe had, and what it should have';

$stripe->fault(times => 1, method => 'GET', kind => 'unavailable');
is_deeply reconcile(), [0, 0], 'a Stripe that does not say is asked again';
is_deeply reconcile(), [1, 0], 'by the next pass';

$stripe->fault(times => 1, method => 'GET', status => 404);
is_deeply reconcile(), [1, 1], 'an item that is gone is a drift';

subtest 'a create while Stripe is asked' => sub {
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
    Headwater::Wait::wait_for('the audit', 5, sub {
        grep { $_->{method} eq 'GET' && !defined $_->{status} } $stripe->requests->{requests}->@*;
    });
    answer_created('a third account', $lab->client($team)->post_stream(body_new()));
    $report = Mojo::JSON::decode_json(join '', <$from>)->{reconciled};
    waitpid $pid, 0;
    is $report->{itemsDrifted}, 0, 'is no drift';
    is quantity(), 3, 'and stays paid for';
};

subtest 'by itself' => sub {
    my $log  = $lab->dir . '/reconciler.log';
    my $gets = sub {
        return scalar grep { $_->{method} eq 'GET' } $stripe->requests->{requests}->@*;
    };
    my $before = $gets->();
    my $run    = Headwater::Process->start(name => 'reconciler', log => $log,
        command => [$lab->operator->command(qw(reconcile --every 1))]);
    quantity_set(9);
    $dbh->do('UPDATE billing SET last_attempt_at = last_attempt_at - INTERVAL 61 MINUTE');
    $dbh->do('UPDATE billing SET audited_at = UTC_TIMESTAMP(6) - INTERVAL 59 MINUTE');
    Headwater::Wait::wait_for('a pass', 5, sub { -s $log || Mojo::Promise->timer(1.5)->wait || 1 });
    is $gets->(), $before, 'not within the hour';
    $dbh->do('UPDATE billing SET audited_at = UTC_TIMESTAMP(6) - INTERVAL 61 MINUTE');
    Headwater::Wait::wait_for('the repair', 10, sub { quantity() == 3 });
    is_deeply [$run->stop], [], 'and it ends when it is told to';
    is $run->exit_status, 0, 'well';
};

$lab->stop;
done_testing;
