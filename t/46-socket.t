#!/usr/bin/perl
# The sockets that headwaterd binds: who may connect, and whose files may be replaced.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Files qw(file_read file_write);
use Headwater::Wait qw(wait_for);
use IO::Socket::UNIX;
use Test::More;

my $alone = Headwater::Alone->new(start => 0);
my $dir   = $alone->dir;
my %path  = (socket => $alone->socket, quick_socket => $alone->quick_socket);

# Starts one that must refuse; returns what it said. It leaves no socket that was not there before.
sub refusal {
    my $before = join ' ', grep { -e } sort values %path;
    my $status = system 'sh', '-c', 'exec "$@" >"$0/out" 2>&1', $dir, $alone->program, '--config',
        $alone->config;
    is($status >> 8, 1, 'exit status 1');
    is(join(' ', grep { -e } sort values %path), $before, 'and no socket more or less');
    return file_read("$dir/out");
}

# Socket files that nobody listens on any more.
IO::Socket::UNIX->new(Local => $_, Listen => 1)->close for values %path;
is(scalar(grep { -S } values %path), 2, 'stale sockets are in the way');
$alone->start;
for my $socket (sort values %path) {
    ok(fastcgi_call($socket), 'it is replaced, and served');
    is(sprintf('%04o', (stat $socket)[2] & 07777), '0660', 'the socket has mode 0660');
}

my %inode = map { $_ => (stat)[1] } values %path;
like(refusal(), qr/Another process answers on \Q$path{socket}\E/, 'a second instance is refused');
$alone->daemon->config_write('server.socket' => "$dir/other.sock");
like(refusal(), qr/Another process answers on \Q$path{quick_socket}\E/, 'also for the second one');
ok(!-e "$dir/other.sock", 'the first one, which it had made, is gone');
$alone->daemon->config_write('server.socket' => $path{socket});
for my $socket (sort values %path) {
    is((stat $socket)[1], $inode{$socket}, 'the sockets are left alone');
    ok(fastcgi_call($socket), 'and served on');
}

# Somebody else's sockets under the same names are not ours to remove.
unlink values %path;
my @others = map { IO::Socket::UNIX->new(Local => $_, Listen => 1) } values %path;
$alone->process->signal('TERM');
wait_for('the end', 5, sub { !$alone->process->is_running });
is(scalar(grep { -S } values %path), 2, "at the end another one's sockets stay");
like(refusal(), qr/Another process answers/, 'and are not taken over');
$_->close for @others;
unlink values %path;

for my $option (sort keys %path) {
    my $socket = $path{$option};
    file_write($socket, 'precious');
    like(refusal(), qr/\Q$socket\E .*not a socket/, "$option: a file that is no socket is refused");
    is(file_read($socket), 'precious', 'and kept');
    unlink $socket;

    $alone->daemon->config_write("server.$option" => "$dir/" . 'x' x 108);
    like(refusal(), qr/a socket must have at most 107 bytes/, 'a path that is too long is refused');
    $alone->daemon->config_write("server.$option" => "$dir/none/app.sock");
    like(refusal(), qr{Cannot bind \Q$dir\E/none/app\.sock: No such}, 'a missing folder is named');
    $alone->daemon->config_write("server.$option" => $socket);
}

$alone->daemon->config_write('server.socket_group' => 'no-such-group');
like(refusal(), qr/no group no-such-group/, 'an unknown group is refused');
ok(!(grep { -e } values %path), 'and no socket is left');

my ($gid) = grep { $_ != $) + 0 } $> == 0 ? 1 : split ' ', $);
SKIP: {
    skip 'this user has one group only', 1 if !defined $gid;
    $alone->daemon->config_write('server.socket_group' => scalar getgrgid $gid);
    my $again = Headwater::Alone->new(config => { 'server.socket_group' => scalar getgrgid $gid });
    is((stat)[5], $gid, 'the socket belongs to the configured group')
        for $again->socket, $again->quick_socket;
    $again->stop;
}

$alone->clear;
done_testing;
