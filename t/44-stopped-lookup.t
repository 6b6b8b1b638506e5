#!/usr/bin/perl
# A worker that freezes in the middle of a create is killed; its request leaves nothing half-done,
# and the next one is served.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::FastCGI;
use Headwater::Lab;
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab = Headwater::Lab->new(parts => [qw(database doubles daemon)], workers => 1, config => {
    'scrapebadger.deadline_ms' => 2000,
    'stripe.timeout_ms'        => 1000,
    'server.deadline_ms'       => 2500,
    'server.kill_ms'           => 3000,
});
my $team = $lab->team;

sub post_start ($handle, $id) {
    my $body = Mojo::JSON::encode_json({
        pairs => [{ accountHandle => $handle, segment => { description => 'those who freeze' } }],
    });
    my $peer = Headwater::FastCGI->connect($lab->daemon->socket);
    $peer->send_request({ REQUEST_METHOD => 'POST', DOCUMENT_URI => '/v1/streams',
        REQUEST_ID => $id, CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body,
        API_KEY => $team->{key} }, $body);
    return $peer;
}

my ($worker) = $lab->daemon->workers;
my $peer = post_start('slow_15_freeze', 'f4ee2e');
wait_for('the look-up', 10,
    sub { Mojo::JSON::encode_json($lab->scrapebadger->requests) =~ /slow_15_freeze/ });
kill 'STOP', $worker;
ok(!$peer->read_answer(10), 'the peer gets no answer, only the end of the connection');
like($lab->daemon->process->log_text, qr/worker killed[^\n]*"worker":$worker,"requestId":"f4ee2e"/,
    'the log names worker and request');
is($lab->dbh->selectrow_array('SELECT COUNT(*) FROM stream'), 0, 'nothing was created');

my $answer = post_start('slow_5_freeze', 'f4ee2f')->read_answer;
# With so short a deadline there is no time left for Stripe: the stream is created, but pending.
is($answer && $answer->{status}, 202, 'the next request is served by a new worker');
isnt(($lab->daemon->workers)[0], $worker, 'which has taken its place');

$lab->stop;
done_testing;
