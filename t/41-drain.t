#!/usr/bin/perl
# SIGTERM: running requests are finished, the sockets are gone at once, the exit status is 0.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI;
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(sleep time);

for my $signal (qw(TERM INT)) {
    my $alone = Headwater::Alone->new;
    my $start = time;
    $alone->process->signal($signal);
    wait_for('the end', 5, sub { !$alone->process->is_running });
    cmp_ok(time - $start, '<', 1, "SIG$signal: an idle service ends at once");
    $alone->stop;
}

my $alone = Headwater::Alone->new;
my $peer  = Headwater::FastCGI->connect($alone->socket);
my $late  = $peer->body('');
$peer->send($peer->begin . $peer->params({}));
sleep 0.1;
$alone->process->signal('TERM');
wait_for('the sockets to go', 2, sub { !-e $alone->socket && !-e $alone->quick_socket });
ok($alone->process->is_running, 'the master waits for the running request');
$peer->send($late);
ok($peer->read_answer, 'the running request is answered');
undef $peer;
wait_for('the end', 5, sub { !$alone->process->is_running });
$alone->stop;

# A worker that cannot finish is not waited for beyond drain_ms.
$alone = Headwater::Alone->new(config => { 'server.drain_ms' => 300 });
my ($stopped) = $alone->workers;
kill 'STOP', $stopped;
$alone->process->signal('TERM');
wait_for('the end', 5, sub { !$alone->process->is_running });
ok($alone->logged(qr/"worker killed".*drain.*"worker":$stopped\b/), 'who hangs is killed');
$alone->stop;

# The master's own end takes the workers with it.
$alone = Headwater::Alone->new;
my @workers = $alone->workers;
$alone->process->signal('KILL');
ok(wait_for('the workers to end', 5, sub { !kill 0, @workers }), 'workers do not outlive it');
ok(-S $alone->socket && -S $alone->quick_socket, 'its sockets are left behind');
$alone->clear;

done_testing;
