#!/usr/bin/perl
# The socket that headwaterd binds: who may connect, and whose file may be replaced.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Files qw(file_read file_write);
use IO::Socket::UNIX;
use Test::More;

my $alone  = Headwater::Alone->new(start => 0);
my $dir    = $alone->dir;
my $socket = $alone->socket;

# Starts one that must refuse; returns what it said.
sub refusal {
    my $status = system 'sh', '-c', 'exec "$@" >"$0/out" 2>&1', $dir, $alone->program, '--config',
        $alone->config;
    is($status >> 8, 1, 'exit status 1');
    return file_read("$dir/out");
}

# A socket file that nobody listens on any more.
IO::Socket::UNIX->new(Local => $socket, Listen => 1)->close;
ok(-S $socket, 'a stale socket is in the way');
$alone->start;
ok($alone->answers, 'it is replaced');
is(sprintf('%04o', (stat $socket)[2] & 07777), '0660', 'the socket has mode 0660');

my $inode = (stat $socket)[1];
like(refusal(), qr/Another process answers on \Q$socket\E/, 'a second instance is refused');
is((stat $socket)[1], $inode, 'and leaves the socket alone');
ok($alone->answers, 'the first one serves on');

# Somebody else's socket under the same name is not ours to remove.
unlink $socket;
my $other = IO::Socket::UNIX->new(Local => $socket, Listen => 1);
$alone->process->signal('TERM');
Headwater::Wait::wait_for('the end', 5, sub { !$alone->process->is_running });
ok(-S $socket, "at the end another one's socket stays");
like(refusal(), qr/Another process answers/, 'and is not taken over');
$other->close;
unlink $socket;

file_write($socket, 'precious');
like(refusal(), qr/\Q$socket\E .*not a socket/, 'a file that is no socket is refused');
is(file_read($socket), 'precious', 'and kept');
unlink $socket;

$alone->daemon->config_write('server.socket' => "$dir/" . 'x' x 108);
like(refusal(), qr/socket must have 1 to 107 bytes/, 'a path that is too long is refused');
$alone->daemon->config_write('server.socket' => "$dir/none/app.sock");
like(refusal(), qr{Cannot bind \Q$dir\E/none/app\.sock: No such file}, 'a missing folder is named');
$alone->daemon->config_write('server.socket' => $socket, 'server.socket_group' => 'no-such-group');
like(refusal(), qr/no group no-such-group/, 'an unknown group is refused');
ok(!-e $socket, 'and no socket is left');

my ($gid) = grep { $_ != $) + 0 } $> == 0 ? 1 : split ' ', $);
SKIP: {
    skip 'this user has one group only', 1 if !defined $gid;
    $alone->daemon->config_write('server.socket_group' => scalar getgrgid $gid);
    my $again = Headwater::Alone->new(config => { 'server.socket_group' => scalar getgrgid $gid });
    is((stat $again->socket)[5], $gid, 'the socket belongs to the configured group');
    $again->stop;
}

$alone->clear;
done_testing;
