#!/usr/bin/perl
# LISTEN_FDS: the socket is opened by systemd and survives a restart with its queue.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(F_SETFD);
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Files qw(file_read);
use Headwater::Wait qw(wait_for);
use IO::Socket::UNIX;
use POSIX qw(_exit dup2);
use Test::More;

my $alone = Headwater::Alone->new(start => 0);
my $dir   = $alone->dir;
my $path  = "$dir/systemd.sock";

# Starts headwaterd as systemd would, with a file on descriptor 3; returns its id.
sub activate ($handle, $count = 1) {
    my $pid = fork // die "cannot fork: $!";
    return $pid if $pid;
    open STDERR, '>', "$dir/log" or _exit(126);
    dup2(fileno $handle, 3);
    open my $three, '<&=', 3 or _exit(126);
    fcntl $three, F_SETFD, 0;
    @ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, $count, 'headwaterd.socket');
    { exec $alone->program, '--config', $alone->config }
    _exit(127);
}

sub end_status ($pid) {
    my $ended = eval { wait_for('the end', 10, sub { waitpid($pid, POSIX::WNOHANG()) == $pid }) };
    kill 'KILL', $pid if !$ended;
    return $ended ? $? >> 8 : 'it does not end';
}

my $listening = IO::Socket::UNIX->new(Local => $path, Listen => 16);
my $pid       = activate($listening);
ok(fastcgi_call($path), 'it serves on the socket it was given');
ok(!-e $alone->socket, 'and makes none of its own');
kill 'TERM', $pid;
is(end_status($pid), 0, 'it ends well');
ok(-S $path, 'and leaves the socket to its owner');

my $peer = Headwater::FastCGI->connect($path);
$peer->send_request;
$pid = activate($listening);
ok($peer->read_answer, 'a request that waited in the queue is answered after the restart');
kill 'TERM', $pid;
is(end_status($pid), 0, 'it ends well again');

my %wrong = (
    'two sockets'       => [$listening, 2],
    'no listener'       => [IO::Socket::UNIX->new(Peer => $path)],
    'a datagram socket' => [IO::Socket::UNIX->new(Local => "$dir/datagram", Type => SOCK_DGRAM)],
    'a TCP socket'      => [IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)],
);
for my $what (sort keys %wrong) {
    is(end_status(activate($wrong{$what}->@*)), 1, "$what: it does not start");
    like(file_read("$dir/log"), qr/exactly one listening unix stream socket/, 'and says why');
}

# Variables meant for another process are none of ours.
{
    local @ENV{qw(LISTEN_PID LISTEN_FDS)} = (1, 1);
    $alone->start;
    ok($alone->answers, "another process's LISTEN_FDS is ignored");
}

$alone->stop;
done_testing;
