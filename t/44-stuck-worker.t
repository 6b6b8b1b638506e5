#!/usr/bin/perl
# A worker that is busy with one request for longer than kill_ms, or has not looked for one for so
# long, is killed, logged with the request's id, and replaced at once.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI;
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(sleep time);

my %config = (
    'scrapebadger.deadline_ms' => 200,
    'stripe.timeout_ms'        => 200,
    'server.deadline_ms'       => 1300,
    'server.kill_ms'           => 1500,
);
my $alone = Headwater::Alone->new(workers => 1, config => \%config);

# Sends a byte every now and then, so that no single wait is long, until the other side gives up.
sub drip ($peer, $bytes) {
    my $start = time;
    for my $byte (split //, $bytes) {
        last if time - $start > 10 || !$peer->send($byte);
        sleep 0.1;
    }
    return time - $start;
}

sub killed_in_time ($what, $seconds, $worker) {
    cmp_ok($seconds, '>', 1.4, "$what: it had its time");
    cmp_ok($seconds, '<', 4,   'and no more');
    ok($alone->answers, 'the next request is answered');
    ok($alone->wait_for_workers(1, $worker), 'by a new worker');
    ok($alone->logged(qr/"message":"worker killed","why":"it hangs","worker":$worker\b/), 'logged');
    return;
}

my ($worker) = $alone->workers;
my $peer = Headwater::FastCGI->connect($alone->socket);
$peer->send($peer->begin);
killed_in_time('a request that drips in', drip($peer, $peer->params({ X => 'x' x 500 })), $worker);

($worker) = $alone->workers;
$peer = Headwater::FastCGI->connect($alone->socket);
$peer->send_request({ REQUEST_ID => 'feedc0de' });
ok($peer->read_answer, 'a peer gets its answer');
killed_in_time('and sends on', drip($peer, 'x' x 500), $worker);
ok($alone->logged(qr/killed.*"worker":$worker,"requestId":"feedc0de"/), "with its request's id");

ok(!$alone->logged(qr/worker died/), 'being killed is no crash');

($worker) = $alone->workers;
kill 'STOP', $worker;
ok($alone->wait_for_workers(1, $worker), 'one that only waited and does no more is noticed too');
ok($alone->logged(qr/"message":"worker killed","why":"it hangs","worker":$worker\b/), 'logged');
ok($alone->answers, 'the new one serves');

($worker) = $alone->workers;
kill 'STOP', $worker;
$alone->process->signal('HUP');
ok($alone->wait_for_workers(1, $worker), 'and one that cannot leave after a reload');
ok($alone->answers, 'while the new one serves');

$alone->stop;
done_testing;
