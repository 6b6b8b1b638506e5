#!/usr/bin/perl
# Workers that crash again and again: after ten crashes within a minute it is logged once, each
# waits five seconds to be replaced, and the service stays up.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(time);

my $alone = Headwater::Alone->new(workers => 4);
my $spent = qr/workers crash too often/;

# Different workers die in turn, so no single one's pause grows long.
my @turn = $alone->workers;
for my $crash (1 .. 9) {
    my $victim = shift @turn;
    kill 'KILL', $victim;
    $alone->wait_for_workers(4, $victim);
    my %known = map { $_ => 1 } @turn;
    push @turn, grep { !$known{$_} } $alone->workers;
}
ok(!$alone->logged($spent), 'nine crashes are bearable');

my ($first, $second) = @turn;
my $start = time;
kill 'KILL', $first;
ok(wait_for('the log', 5, sub { $alone->logged($spent) }), 'the tenth is one too many: logged');
kill 'KILL', $second;
ok($alone->answers, 'those left serve') for 1 .. 20;
wait_for('the crashes to be seen', 5, sub { $alone->logged(qr/worker died/) == 11 });
is(scalar $alone->workers, 2, 'the dead are not replaced at once');
$alone->wait_for_workers(4);
cmp_ok(time - $start, '>', 4.5, 'but after five seconds');
is(scalar $alone->logged($spent), 1, 'it was logged once');

$alone->stop;
done_testing;
