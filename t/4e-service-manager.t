#!/usr/bin/perl
# What systemd is told (sd_notify(3)): READY when every worker waits for requests, signs of life
# while a worker lives, RELOADING and READY around a reload, also one that is refused, STOPPING at
# the end. A reconciler that runs as a service of its own tells it too.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Process;
use Headwater::ServiceManager;
use Headwater::Wait qw(wait_for);
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
    is(scalar($alone->workers), 2, 'when all workers are there');
    told($manager, 'WATCHDOG=1', "sign of life $_") for 1 .. 3;
    is_deeply([grep { $_ ne 'WATCHDOG=1' } $manager->told], ['READY=1'], 'all else is said once');

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
    is_deeply([grep { $_ ne 'WATCHDOG=1' } $manager->told], ['READY=1',
        ('RELOADING=1', 'READY=1') x 2, 'STOPPING=1'], 'each once, in this order');
};

# After ten crashes within a minute the dead stay away for five seconds each. Only workers count:
# the reconciler, which is started last, lives on.
subtest 'without a worker' => sub {
    my $alone = Headwater::Alone->new(workers => 2, start => 0,
        config => { 'reconcile.every_s' => 1 });
    my $manager = Headwater::ServiceManager->new($alone->dir, watchdog_s => 0.6);
    $alone->daemon->{environment} = $manager->environment;
    $alone->start;
    my $reconciler = ($alone->workers)[-1];
    my $workers    = sub () { grep { $_ != $reconciler } $alone->workers };
    wait_for('the tenth and the other one', 20, sub {
        kill 'KILL', $workers->();
        return $alone->logged(qr/"message":"worker died"/) > 10 && !$workers->();
    });
    ok($manager->is_silent(1.5), 'no sign of life');
    is_deeply([$alone->workers], [$reconciler], 'though the reconciler is there');
    told($manager, 'WATCHDOG=1', 'a sign of life once they are back');
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
