#!/usr/bin/perl
# Some workers never take a create: two of them, of two workers one, of one none. Whoever replaces
# one does the same, and a reload counts anew. All serve the quick socket.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI;
use Headwater::Wait qw(wait_for);
use Test::More;

my $ROUNDS = 15;

my $alone      = Headwater::Alone->new(workers => 5);
my $generation = 1;
my $round      = 0;

# The workers that answer on a socket: several times as many requests at once as there are workers.
sub servers ($socket) {
    my %seen;
    for (1 .. $ROUNDS) {
        my $tag   = sprintf 'round%03d', ++$round;
        my @peers = map { Headwater::FastCGI->connect($socket) } 1 .. 2 * $alone->workers;
        $_->send_request({ REQUEST_ID => $tag }) for @peers;
        my $count = @peers;
        while (my $peer = shift @peers) {
            $peer->read_answer or fail('a request is not answered');
        }
        my @lines;
        wait_for('the log', 5,
            sub { (@lines = $alone->logged(qr/"requestId":"$tag"/)) == $count });
        $seen{$_} = 1 for map { /"pid":(\d+)/ } @lines;
    }
    return keys %seen;
}

# Of so many workers so many are reserved; returns those.
sub reserves ($count, $reserved) {
    my %idle = map { $_ => 1 } $alone->workers;
    subtest "$reserved of $count" => sub {
        is(keys %idle, $count, 'as many as configured');
        delete @idle{ servers($alone->socket) };
        is(keys %idle, $reserved, 'so many never take a create');
        is(scalar servers($alone->quick_socket), $count, 'and all take the rest');
        ok($alone->logged(qr/"generation":$generation,"workers":$count,"reserved":$reserved\b/),
            'it is logged');
    };
    return keys %idle;
}

my @reserved = reserves(5, 2);
my @others   = grep { my $pid = $_; !grep { $_ == $pid } @reserved } $alone->workers;

kill 'KILL', $reserved[0];
$alone->wait_for_workers(5, $reserved[0]);
my @now = reserves(5, 2);
ok((grep { $_ == $reserved[1] } @now) && !(grep { my $pid = $_; grep { $_ == $pid } @others } @now),
    'a reserved one is replaced by a reserved one');

kill 'TERM', $others[0];
$alone->wait_for_workers(5, $others[0]);
is_deeply([sort(reserves(5, 2))], [sort @now], 'and another one by another one');

for my $row ([1, 0], [2, 1], [3, 2]) {
    my ($count, $reserved) = @$row;
    my @before = $alone->workers;
    $alone->daemon->config_write('server.workers' => $count);
    $alone->process->signal('HUP');
    $alone->wait_for_generation(++$generation);
    $alone->wait_for_workers($count, @before);
    reserves($count, $reserved);
}
$alone->stop;

$generation = 1;
$alone = Headwater::Alone->new(workers => 3, config => { 'server.quick_socket' => '' });
reserves(3, 0);
ok($alone->logged(qr/no quick socket: creates may hold all workers/), 'one socket: it is logged');
$alone->stop;

done_testing;
