#!/usr/bin/perl
# MariaDB has no connection left for us: 503 overloaded, and as before when it has one again.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created answer_refused leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab    = Headwater::Lab->new(workers => 2);
my $dbh    = $lab->dbh;
my $client = $lab->client($lab->team);

# Opens connections until MariaDB refuses one.
sub connections_use_up () {
    my @handles;
    while (my $handle = eval { DBI->connect('DBI:MariaDB:mariadb_socket=' . $lab->database->socket,
        'root', '', { RaiseError => 1, PrintError => 0 }) }) {
        push @handles, $handle;
    }
    return @handles;
}

# Ends the service's own connections.
sub connections_end () {
    my $ours = q{SELECT id FROM information_schema.processlist WHERE user = 'headwater'};
    $dbh->do("KILL $_") for $dbh->selectcol_arrayref($ours)->@*;
    wait_for('them to end', 5, sub { !$dbh->selectcol_arrayref($ours)->@* });
    return;
}

my $body = body_new();
answer_created('before', $client->post_stream(body_new()));
$dbh->do('SET GLOBAL max_connections = 10');
connections_end();
my @handles = connections_use_up();
cmp_ok scalar(@handles), '>', 0, 'all connections are taken';
leaves_nothing($lab, 'meanwhile', sub {
    for my $time (1 .. 4) {
        my $response = $client->post_stream($body, 'Idempotency-Key' => 'full');
        answer_refused("request $time", $response, 503, 'overloaded');
        like $response->headers->header('Retry-After'), qr/\A[1-9]\d*\z/, 'Retry-After';
    }
});
$_->disconnect for @handles;
$dbh->do('SET GLOBAL max_connections = 200');
my $stream = wait_for('a connection', 5, sub {
    my $response = $client->post_stream($body, 'Idempotency-Key' => 'full');
    return $response->code == 201 && $response->json;
});
is $stream->{status}, 'active', 'the same key afterwards';

$lab->stop;
done_testing;
