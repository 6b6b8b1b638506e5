#!/usr/bin/perl
# What systemd is told (sd_notify(3)): READY when every worker waits for requests, signs of life
# while somebody does, RELOADING and READY around a reload, also one that is refused, STOPPING at
# the end. A reconciler that runs as a service of its own tells it too.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Process;
use Headwater::ServiceManager;
use Test::More;

my $builddir = $ENV{HW_BUILDDIR} // "$FindBin::Bin/..";
plan skip_all => 'built without libsystemd'
    if file_read("$builddir/Makefile") !~ /^SYSTEMD_LIBS = \S/m;

sub told ($manager, $message, $what) {
    ok($manager->wait_for_message($message), $what) or diag join ' ', 'told:', $manager->told;
    return;
}

subtest 'headwaterd' => sub {
    my $alone   = Headwater::Alone->new(workers => 2, start => 0);
    my $manager = Headwater::ServiceManager->new($alone->dir, watchdog_s => 0.6);
    $alone->daemon->{environment} = $manager->environment;
    $alone->start;
    told($manager, 'READY=1', 'ready after the start');
    is(scalar(grep { $_ eq 'READY=1' } $manager->told), 1, 'said once');
    is(scalar($alone->workers), 2, 'when all workers are there');
    told($manager, 'WATCHDOG=1', "sign of life $_") for 1 .. 3;

    $alone->process->signal('HUP');
    told($manager, 'RELOADING=1', 'a reload');
    told($manager, 'READY=1',     'and its end');
    $alone->wait_for_generation(2);

    $alone->daemon->config_write('server.workers' => 'many');
    $alone->process->signal('HUP');
    told($manager, 'RELOADING=1', 'a reload that is refused');
    told($manager, 'READY=1',     'ends too');

    $alone->daemon->config_write('server.workers' => 2);
    $alone->process->signal('TERM');
    told($manager, 'STOPPING=1', 'the end');
    $alone->stop;
};

subtest 'headwater reconcile --every' => sub {
    my $lab     = Headwater::Lab->new(parts => [qw(database doubles)]);
    my $manager = Headwater::ServiceManager->new($lab->dir, watchdog_s => 3);
    my $process = Headwater::Process->start(
        name        => 'reconciler',
        command     => [$lab->operator->command(qw(reconcile --every 1))],
        log         => $lab->dir . '/reconciler.log',
        environment => $manager->environment,
    );
    told($manager, 'READY=1',    'ready');
    told($manager, 'WATCHDOG=1', "sign of life $_") for 1 .. 3;
    $process->signal('TERM');
    told($manager, 'STOPPING=1', 'the end');
    is_deeply([$process->stop], [], 'in peace');
    $lab->stop;
};

done_testing;
