#!/usr/bin/perl
# What systemd is told (sd_notify(3)): READY when every worker waits for requests, signs of life
# while somebody does, RELOADING and READY around a reload, also one that is refused, STOPPING at
# the end.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Files qw(file_read);
use Headwater::Wait qw(wait_for);
use IO::Select;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);
use Test::More;

my $builddir = $ENV{HW_BUILDDIR} // "$FindBin::Bin/..";
plan skip_all => 'built without libsystemd'
    if file_read("$builddir/Makefile") !~ /^SYSTEMD_LIBS = \S/m;

my $alone  = Headwater::Alone->new(workers => 2, start => 0);
my $path   = $alone->dir . '/notify';
my $notify = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$path: $!";
my $select = IO::Select->new($notify);
my @told;

# Waits for a message and drops those before it, which @told keeps.
sub wait_for_message ($wanted, $what) {
    my $found = eval {
        wait_for($what, 10, sub {
            while ($select->can_read(0)) {
                $notify->recv(my $message, 4096);
                push @told, $message;
                return 1 if $message eq $wanted;
            }
            return;
        });
    };
    ok($found, $what) or diag("told: @told");
    return;
}

$alone->daemon->{environment} = { NOTIFY_SOCKET => $path, WATCHDOG_USEC => 600_000 };
$alone->start;
wait_for_message('READY=1', 'ready after the start');
is_deeply([grep { $_ eq 'READY=1' } @told], ['READY=1'], 'said once');
is(scalar($alone->workers), 2, 'when all workers are there');
wait_for_message('WATCHDOG=1', "sign of life $_") for 1 .. 3;

$alone->process->signal('HUP');
wait_for_message('RELOADING=1', 'a reload');
wait_for_message('READY=1',     'and its end');
$alone->wait_for_generation(2);

$alone->daemon->config_write('server.workers' => 'many');
$alone->process->signal('HUP');
wait_for_message('RELOADING=1', 'a reload that is refused');
wait_for_message('READY=1',     'ends too');

kill STOP => $alone->workers;
@told = ();
$alone->daemon->config_write('server.workers' => 2);
$alone->process->signal('TERM');
wait_for_message('STOPPING=1', 'the end');
kill CONT => $alone->workers;

$alone->stop;
done_testing;
