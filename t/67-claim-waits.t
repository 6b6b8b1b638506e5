#!/usr/bin/perl
# The row of an Idempotency-Key stays locked by the run that has it: whoever comes with the same
# key meanwhile is told 409 request_in_progress, not that the service is busy.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created answer_refused leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $dbh    = $lab->dbh;
my $team   = $lab->team;
my $client = $lab->client($team);
my $body   = body_new();
my @key    = ('Idempotency-Key' => 'locked');

my $created = answer_created('a stream', $client->post_stream($body, @key));
my $response = leaves_nothing($lab, 'the key is locked', sub {
    $dbh->begin_work;
    $dbh->do('SELECT * FROM idempotency_key WHERE team_id = ? FOR UPDATE', undef, $team->{id});
    my $refused = $client->post_stream($body, @key);
    $dbh->rollback;
    return $refused;
});
answer_refused('the same key', $response, 409, 'request_in_progress');
like $response->headers->header('Retry-After'), qr/\A[1-9]\d*\z/, 'Retry-After';
my $replay = $client->post_stream($body, @key);
is $replay->headers->header('Idempotent-Replayed'), 'true', 'unlocked, it is a replay';
is_deeply $replay->json, $created, 'of the answer';

$lab->stop;
done_testing;
