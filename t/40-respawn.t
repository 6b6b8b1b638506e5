#!/usr/bin/perl
# A worker that dies is replaced within a moment, and the others go on serving.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Wait qw(wait_for);
use Test::More;

my $alone  = Headwater::Alone->new(workers => 3);
my @before = $alone->workers;
is(scalar @before, 3, 'as many workers as configured');

for my $signal (qw(KILL SEGV)) {
    my ($victim) = $alone->workers;
    kill $signal, $victim;
    ok($alone->answers, "a request right after SIG$signal is answered");
    ok($alone->wait_for_workers(3, $victim), "after SIG$signal there is a new worker");
    ok($alone->logged(qr/"worker died","worker":$victim,"(?:signal|status)":\d+/), 'it is logged');
}

kill 'KILL', $alone->workers;
ok(wait_for('an answer', 5, sub { $alone->answers }), 'all workers at once are replaced too');

my ($asked) = $alone->workers;
kill 'TERM', $asked;
ok($alone->wait_for_workers(3, $asked), 'a worker that was told to leave is replaced');
ok(!$alone->logged(qr/worker died","worker":$asked\b/), 'its leaving is no crash');

$alone->stop;
done_testing;
