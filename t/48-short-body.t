#!/usr/bin/perl
# A body that is not as long as CONTENT_LENGTH says, or longer than 64 KiB, is refused.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Lab;
use Test::More;

my $lab  = Headwater::Lab->new(parts => [qw(database doubles daemon)]);
my $team = $lab->team;
my $body = Mojo::JSON::encode_json({
    pairs => [{ accountHandle => 'yongfook', segment => { description => 'those who count' } }],
});

# Posts with a length of the test's own making; returns status and code.
sub post ($length, $bytes) {
    my $answer = fastcgi_call($lab->daemon->socket, {
        REQUEST_METHOD => 'POST', DOCUMENT_URI => '/v1/streams', CONTENT_TYPE => 'application/json',
        CONTENT_LENGTH => $length, API_KEY => $team->{key} }, $bytes);
    return 'no answer' if !$answer;
    my $json = Mojo::JSON::decode_json($answer->{body});
    return join ' ', $answer->{status}, $json->{error} ? $json->{error}{code} : ();
}

my $length = length $body;
is(post($length + 1, $body), '400 invalid_json',   'a byte too few');
is(post($length - 1, $body), '400 invalid_json',   'a byte too many');
is(post($length + 9, ''),    '400 invalid_json',   'no body at all');
is(post("$length ", $body),  '400 invalid_json',   'a length that is not all digits');
is(post("-$length", $body),  '400 invalid_json',   'a negative length');
is(post(65537, $body),       '413 body_too_large', 'a length of more than 64 KiB');
is(post('9' x 40, $body),    '413 body_too_large', 'a length beyond all integers');
is(post('', $body . ' ' x 65536), '413 body_too_large', 'no length, but more than 64 KiB');
is($lab->dbh->selectrow_array('SELECT COUNT(*) FROM stream'), 0, 'nothing was created');

is(post(65536, $body . ' ' x (65536 - $length)), '201', '64 KiB exactly are fine');
is(post('', $body), '201', 'and so is no length at all');

$lab->stop;
done_testing;
