#!/usr/bin/perl
# A worker that is told to leave does so after its request, even though more are waiting: those are
# answered by the one that replaces it. (ppoll returns without delivering a signal while connections
# are waiting, so the worker has to look for itself.)
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI;
use Test::More;

my $WAITING = 100;

my $alone = Headwater::Alone->new(workers => 1);
my ($worker) = $alone->workers;
kill 'STOP', $worker;
my @peers = map { Headwater::FastCGI->connect($alone->socket) } 1 .. $WAITING;
$_->send_request for @peers;
kill 'TERM', $worker;
kill 'CONT', $worker;

my $answered = 0;
while (my $peer = shift @peers) {
    $answered++ if $peer->read_answer;
}
is($answered, $WAITING, "all of $WAITING waiting requests are answered");
cmp_ok(scalar $alone->logged(qr/"pid":$worker\b/), '<=', 2, 'not by the one that had to leave');
my ($other) = $alone->workers;
cmp_ok(scalar $alone->logged(qr/"pid":$other\b/), '>', $WAITING / 2, 'but by another');

$alone->stop;
done_testing;
