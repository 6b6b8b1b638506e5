#!/usr/bin/perl
# SIGHUP under load: the configuration is read again, all workers are new, and no request fails, on
# neither socket.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Files qw(file_read file_write);
use POSIX qw(_exit);
use Test::More;

my $RELOADS = 12;
my $CLIENTS = 3;

my $alone = Headwater::Alone->new(workers => 3);
my $end   = $alone->dir . '/end';

# Each client asks until it is told to end, and writes how often and how often in vain.
sub client_start ($number) {
    my $pid = fork // die "cannot fork: $!";
    return $pid if $pid;
    my ($asked, $failed) = (0, 0);
    while (!-e $end || $asked < 200) {
        my $answer = fastcgi_call($asked % 2 ? $alone->socket : $alone->quick_socket);
        $asked++;
        $failed++ if !$answer || $answer->{status} >= 500;
    }
    file_write($alone->dir . "/client.$number", "$asked $failed");
    _exit(0);
}

my @clients = map { client_start($_) } 1 .. $CLIENTS;
for my $reload (1 .. $RELOADS) {
    my @before = $alone->workers;
    my $count  = 2 + $reload % 3;
    $alone->daemon->config_write('server.workers' => $count);
    $alone->process->signal('HUP');
    $alone->wait_for_generation($reload + 1);
    ok($alone->wait_for_workers($count, @before), "reload $reload: $count new workers, no old one");
}
file_write($end, '');
waitpid $_, 0 for @clients;

my ($asked, $failed) = (0, 0);
for my $number (1 .. $CLIENTS) {
    my ($tried, $lost) = split ' ', file_read($alone->dir . "/client.$number");
    $asked  += $tried;
    $failed += $lost;
}
cmp_ok($asked, '>=', 500, "$asked requests during $RELOADS reloads");
is($failed, 0, 'none of them failed');

$alone->stop;
done_testing;
