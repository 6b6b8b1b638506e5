#!/usr/bin/perl
# SIGTERM while a request waits for an outside service: it is finished and answered first.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::FastCGI;
use Headwater::Lab;
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab  = Headwater::Lab->new(parts => [qw(database doubles daemon)]);
my $team = $lab->team;
my $body = Mojo::JSON::encode_json({
    pairs => [{ accountHandle => 'slow_15_drain', segment => { description => 'those who wait' } }],
});
my $peer = Headwater::FastCGI->connect($lab->daemon->socket);
$peer->send_request({ REQUEST_METHOD => 'POST', DOCUMENT_URI => '/v1/streams',
    CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body, API_KEY => $team->{key} },
    $body);
wait_for('the look-up', 10,
    sub { Mojo::JSON::encode_json($lab->scrapebadger->requests) =~ /slow_15_drain/ });
$lab->daemon->process->signal('TERM');

my $answer = $peer->read_answer;
is($answer && $answer->{status}, 201, 'the stream is created and answered');
wait_for('the end', 5, sub { !$lab->daemon->process->is_running });
is($lab->daemon->process->exit_status, 0, 'the service ended with status 0');

$lab->stop;
done_testing;
