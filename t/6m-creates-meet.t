#!/usr/bin/perl
# Two creates of a team meet at the worst moment: one stops where it has just read, counted or been
# refused, the other does what it can meanwhile, and then the first goes on. Each is answered by
# what has become of it, and what is paid for is what is there.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_created answer_refused);
use Headwater::Wait qw(wait_for);
use Test::More;

my $LAPSE_S = 61;    # after it no claim and no lease holds any more

my $lab    = Headwater::Lab->new(faults => 1);
my $faults = $lab->faults;
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;

# Lets requests that are under way go on until a condition holds.
sub tick_until ($what, $condition) {
    wait_for($what, 20, sub { Mojo::Promise->timer(0.01)->wait; $condition->() }, 0);
    return;
}

sub is_stopped ($pid) {
    open my $in, '<', "/proc/$pid/stat" or return 0;
    return (<$in> // '') =~ /\) T /;
}

# Begins a create; the answer is there when it has ended.
sub begin ($client, $body, @headers) {
    my %run = (client => $client);
    $run{done} = $client->ua->start_p($client->transaction(POST => '/v1/streams', $body, @headers))
        ->then(sub ($tx) { $run{answer} = $tx->res });
    return \%run;
}

sub end ($run) {
    $run->{done}->wait;
    return $run->{answer};
}

# Begins a create that stops at the nth passing of a point.
sub stop_at ($point, $nth, @create) {
    my $rule = $faults->arm($point, 'stop', nth => $nth);
    my $run  = begin(@create);
    tick_until("it to stop at $point",
        sub { $faults->fired($rule) && is_stopped($faults->fired_pid($rule)) });
    $run->{pid} = $faults->fired_pid($rule);
    return $run;
}

sub go_on ($run) {
    kill 'CONT', $run->{pid};
    return end($run);
}

sub streams ($team) {
    return $dbh->selectrow_array('SELECT COUNT(*) FROM stream WHERE team_id = ?', undef,
        $team->{id});
}

sub seats ($team) { return [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)] }

sub decline ($team) {
    return $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
}

subtest 'about to count, and another account is added' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $first  = stop_at('sql:billing_lock:before', 1, $client, body_new());
    my $second = begin($client, body_new());
    tick_until('the second account', sub { streams($team) == 2 });
    answer_created('the first',  go_on($first));
    answer_created('the second', end($second));
    is_deeply seats($team), [[0, 2]], 'both are paid for, at once';
};

subtest 'refused, about to be taken out, and another account is to be paid for' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    decline($team);
    my $first  = stop_at('sql:team_lock:before', 2, $client, body_new());
    my $tries  = $faults->arm('sql:billing_take_lease:after', 'count');
    my $second = begin($client, body_new());
    tick_until('the second to try its luck',
        sub { $second->{answer} || $faults->passes($tries) > 3 });
    $faults->disarm($tries);
    answer_refused('the first', go_on($first), 402, 'payment_failed');
    answer_created('the second', end($second));
    is_deeply seats($team), [[0, 1]], 'only the second was ever paid for';
};

subtest 'refused, asleep past its lease, and another has paid for both' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    decline($team);
    my $first = stop_at('sql:team_lock:before', 2, $client, body_new());
    $faults->clock_advance($LAPSE_S);
    answer_created('the second', $client->post_stream(body_new()));
    answer_created('the first',  go_on($first));
    is_deeply seats($team), [[0, 2]], 'both are paid for';
};

subtest 'refused, asleep past its lease, and another is about to pay for both' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    decline($team);
    my $first = stop_at('sql:team_lock:before', 2, $client, body_new());
    $faults->clock_advance($LAPSE_S);
    my $second = stop_at('http:POST:subscription_items:before', 2, $client, body_new());
    answer_created('the first waits for that', go_on($first), 202);
    answer_created('the second', go_on($second));
    is_deeply seats($team), [[0, 2]], 'both are paid for';
    $lab->operator->run(qw(reconcile --no-audit --older-than 0));
    is streams($team), 2, 'and both stand';
    is_deeply seats($team), [[0, 2]], 'that was all';
};

subtest 'about to be paid for, and taken out by the reconciler' => sub {
    my $team  = $lab->team;
    my $first = stop_at('sql:billing_take_lease:before', 1, $lab->client($team), body_new());
    decline($team);
    my $report = $lab->operator->run(qw(reconcile --no-audit --older-than 0))->{reconciled};
    is $report->{streamsRefused}, 1, 'Stripe has refused';
    answer_refused('the first', go_on($first), 402, 'payment_failed');
    is streams($team), 0, 'there is no stream';
    is_deeply seats($team), [], 'and nothing was paid for';
};

subtest 'its key was taken over' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my @create = ($client, body_new(), 'Idempotency-Key' => 'taken');
    my $first  = stop_at('begin:before', 1, @create);
    $faults->clock_advance($LAPSE_S);
    my $second = end(begin(@create));
    answer_created('the second', $second);
    answer_refused('the first', go_on($first), 409, 'request_in_progress');
    is streams($team), 1, 'there is one stream';
    is $client->post_stream(@create[1 .. $#create])->body, $second->body, 'the key has its answer';
};

subtest 'an account is locked for longer than a statement waits' => sub {
    my $team    = $lab->team;
    my $client  = $lab->client($team);
    my $stream  = answer_created('a stream', $client->post_stream(body_new()));
    my $account = $stream->{accounts}[0]{accountId};
    my $body    = { pairs => [pair_new(accountId => $account)] };
    my $tries   = $faults->arm('sql:account_take_stream:before', 'count');
    $dbh->begin_work;
    $dbh->do('SELECT * FROM tracked_account WHERE id = ? FOR UPDATE', undef, $account);
    my $second = begin($client, $body);
    tick_until('it to try again', sub { $second->{answer} || $faults->passes($tries) > 1 });
    $dbh->rollback;
    $faults->disarm($tries);
    answer_created('the second', end($second));
    is $dbh->selectrow_array('SELECT COUNT(*) FROM segment WHERE team_id = ?', undef, $team->{id}),
        2, 'nothing is left of the first try';
};

$lab->stop;
done_testing;
