#!/usr/bin/perl
# LISTEN_FDS: the sockets are opened by systemd and survive a restart with their queues.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(F_DUPFD F_SETFD);
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Files qw(file_read);
use Headwater::Wait qw(wait_for);
use IO::Socket::UNIX;
use POSIX qw(_exit dup2);
use Test::More;

my $alone = Headwater::Alone->new(start => 0);
my $dir   = $alone->dir;
my %path  = map { $_ => "$dir/systemd-$_.sock" } qw(main quick);

# Starts headwaterd as systemd would, with files from descriptor 3 on; returns its id.
# activate([handles], [names], [how many it is told of])
sub activate ($handles, $names = undef, $count = @$handles) {
    my $pid = fork // die "cannot fork: $!";
    return $pid if $pid;
    open STDERR, '>', "$dir/log" or _exit(126);
    my @aside = map { fcntl $_, F_DUPFD, 100 } @$handles;
    for my $i (0 .. $#aside) {
        dup2($aside[$i], 3 + $i);
        open my $file, '<&=', 3 + $i or _exit(126);
        fcntl $file, F_SETFD, 0;
    }
    @ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, $count);
    delete $ENV{LISTEN_FDNAMES};
    $ENV{LISTEN_FDNAMES} = join ':', @$names if $names;
    { exec $alone->program, '--config', $alone->config }
    _exit(127);
}

sub end_status ($pid) {
    my $ended = eval { wait_for('the end', 10, sub { waitpid($pid, POSIX::WNOHANG()) == $pid }) };
    kill 'KILL', $pid if !$ended;
    return $ended ? $? >> 8 : 'it does not end';
}

sub is_logged ($what, $pattern) {
    return ok(wait_for('the log', 10, sub { file_read("$dir/log") =~ $pattern }), $what);
}

sub ends_well ($pid) {
    kill 'TERM', $pid;
    is(end_status($pid), 0, 'it ends well');
    return;
}

my %listening = map { $_ => IO::Socket::UNIX->new(Local => $path{$_}, Listen => 16) } keys %path;

subtest 'one socket' => sub {
    my $pid = activate([$listening{main}], ['headwaterd.socket']);
    ok(fastcgi_call($path{main}), 'it serves on the socket it was given');
    ok(!(grep { -e } $alone->socket, $alone->quick_socket), 'and makes none of its own');
    is_logged('it is logged', qr/"no quick socket: creates may hold all workers"/);
    is_logged('that no worker is reserved', qr/"reserved":0\b/);
    ends_well($pid);
    ok(-S $path{main}, 'and leaves the socket to its owner');

    my $peer = Headwater::FastCGI->connect($path{main});
    $peer->send_request;
    $pid = activate([$listening{main}]);
    ok($peer->read_answer, 'a request that waited in the queue is answered after the restart');
    ends_well($pid);
};

# Which is which shows in who serves it: of two workers one is reserved for the quick socket. It is
# told by the process that wrote the log lines of the main one.
sub serves_both ($what, $handles, $names = undef) {
    subtest $what => sub {
        $alone->daemon->config_write('server.workers' => 2);
        my $pid = activate($handles, $names);
        for my $id (map { ("main$_", "quick$_") } 1 .. 40) {
            my ($name) = $id =~ /([a-z]+)/;
            fastcgi_call($path{$name}, { REQUEST_ID => $id }) or fail("$id is not answered");
        }
        is_logged('all are served', qr/"requestId":"quick40"/);
        my %main = map { $_ => 1 } file_read("$dir/log") =~ /"pid":(\d+)[^\n]*"requestId":"main/g;
        is(keys %main, 1, 'one worker serves the main socket');
        is_logged('the other is reserved', qr/"workers":2,"reserved":1\b/);
        ends_well($pid);
    };
    return;
}

serves_both('two sockets without names', [@listening{qw(main quick)}]);
serves_both('two sockets, named as systemd does', [@listening{qw(main quick)}],
    ['headwater.socket', 'headwater-quick.socket']);
serves_both('the quick one first', [@listening{qw(quick main)}],
    ['headwater-quick.socket', 'headwater.socket']);
serves_both('the quick one first, named by hand', [@listening{qw(quick main)}], [qw(quick main)]);

my $listener = qr/listening unix stream sockets only/;
my %wrong = (
    'three sockets'     => [qr/one socket or two/, [@listening{qw(main quick main)}]],
    'no socket'         => [qr/one socket or two/, [], undef, 0],
    'two without need'  => [$listener, [$listening{main}], undef, 2],
    'the quick one alone'  => [qr/the quick socket alone/, [$listening{quick}], ['quick']],
    'two quick ones'       => [qr/LISTEN_FDNAMES/, [@listening{qw(quick main)}], [qw(quick quick)]],
    'two names that say nothing' => [qr/LISTEN_FDNAMES/, [@listening{qw(main quick)}],
        [qw(a.socket a.socket)]],
    'fewer names than sockets' => [qr/LISTEN_FDNAMES/, [@listening{qw(main quick)}], ['main']],
    'no listener'       => [$listener, [IO::Socket::UNIX->new(Peer => $path{main})]],
    'a datagram socket' =>
        [$listener, [IO::Socket::UNIX->new(Local => "$dir/datagram", Type => SOCK_DGRAM)]],
    'a TCP socket'      =>
        [$listener, [IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)]],
    'a second one that is none' => [$listener,
        [$listening{main}, IO::Socket::UNIX->new(Peer => $path{main})]],
);
for my $what (sort keys %wrong) {
    my ($why, @given) = $wrong{$what}->@*;
    is(end_status(activate(@given)), 1, "$what: it does not start");
    like(file_read("$dir/log"), $why, 'and says why');
}

# Variables meant for another process are none of ours.
{
    local @ENV{qw(LISTEN_PID LISTEN_FDS)} = (1, 1);
    $alone->start;
    ok($alone->answers, "another process's LISTEN_FDS is ignored");
}

$alone->stop;
done_testing;
