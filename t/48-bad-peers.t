#!/usr/bin/perl
# Peers that are slow, silent, broken or lying hold the only worker for a moment, never for good.
# The machine may be busy: one of three measurements has to be good.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_pairs fastcgi_record);
use List::Util qw(min);
use Test::More;
use Time::HiRes qw(time);

my $alone = Headwater::Alone->new(workers => 1);

# Seconds until a request is answered that stands behind such a peer.
sub seconds_behind ($misbehave) {
    my $peer = Headwater::FastCGI->connect($alone->socket);
    $misbehave->($peer);
    my $start = time;
    my $answer = $alone->call;
    return $answer ? time - $start : 'inf';
}

sub held_at_most ($what, $limit_s, $misbehave) {
    my $seconds = 'inf';
    for my $try (1 .. 3) {
        $seconds = min($seconds, seconds_behind($misbehave));
        last if $seconds < $limit_s;
    }
    cmp_ok($seconds, '<', $limit_s, "$what: the next request waits less than $limit_s s");
    return;
}

my %long = (HTTP_X_LONG => 'x' x 200);

held_at_most('a peer that says nothing', 1.9, sub ($peer) { });
held_at_most('half a request', 1.9, sub ($peer) { $peer->send($peer->begin) });
held_at_most('half a record', 1.9, sub ($peer) { $peer->send(substr $peer->begin, 0, 5) });
held_at_most('parameters without an end', 1.9,
    sub ($peer) { $peer->send($peer->begin . substr $peer->params(\%long), 0, -8) });
held_at_most('no end of the body', 1.9,
    sub ($peer) { $peer->send($peer->begin . $peer->params({ CONTENT_LENGTH => 9 })) });
held_at_most('a peer that goes away', 0.8,
    sub ($peer) { $peer->send($peer->begin); $peer->socket->close });
held_at_most('a peer that does not wait for its answer', 0.8,
    sub ($peer) { $peer->send_request; $peer->socket->close });
held_at_most('a peer that keeps the connection', 0.8,
    sub ($peer) { $peer->send_request({}, '', keep_conn => 1); $peer->read_answer });
held_at_most('a peer that does not close', 0.8,
    sub ($peer) { $peer->send_request; $peer->read_answer });
held_at_most('noise', 0.8, sub ($peer) { $peer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") });
held_at_most('an unknown role', 0.8,
    sub ($peer) { $peer->send(fastcgi_record(1, pack 'n x6', 9) . $peer->params({})) });

my $peer = Headwater::FastCGI->connect($alone->socket);
$peer->send_request({}, '', keep_conn => 1);
ok($peer->read_answer, 'who asks to keep the connection is answered');
ok($peer->is_closed(5), 'and the connection is closed all the same');

# libfcgi takes parameters that break off between two of them for complete.
$peer = Headwater::FastCGI->connect($alone->socket);
$peer->send($peer->begin . substr $peer->params({}), 0, -8);
ok(!$peer->read_answer, 'half of the parameters are never taken for a request');

my $big = $alone->call({ HTTP_X_BIG => 'x' x 1_000_000 });
ok($big && $big->{status} < 500, 'a parameter of a megabyte is read');

# Lengths that overflow an int abort libfcgi 2.4.2: the worker dies, the service does not.
for my $length (0x7fff_fffe, 0x7fff_ffff, 0x4000_0000) {
    my $lie  = pack 'N N', $length | 0x8000_0000, $length | 0x8000_0000;
    my $liar = Headwater::FastCGI->connect($alone->socket);
    $liar->send($liar->begin . fastcgi_record(4, $lie . 'x' x 100));
    ok($liar->is_closed(5), sprintf 'a parameter said to have %#x bytes: refused', $length);
    ok($alone->answers || $alone->answers, 'and the service goes on');
}

$alone->stop;
done_testing;
