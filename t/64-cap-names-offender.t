#!/usr/bin/perl
# stream_cap_exceeded names the accounts that are full and no other, also when an account is filled
# by another create while this one waits for it.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new answer_created answer_refused leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;

my $CAP = 3;

my $lab    = Headwater::Lab->new;
my $team   = $lab->team;
my $client = $lab->client($team);
my $dbh    = $lab->dbh;

# Whether a transaction waits for a row. Looked at seldom: the table is renewed only when it has
# rested for 0.1 s.
sub is_waited () {
    Mojo::Promise->timer(0.15)->wait;
    return $dbh->selectrow_array(q{SELECT COUNT(*) FROM information_schema.innodb_trx
        WHERE trx_state = 'LOCK WAIT'});
}

# Three accounts, each with room for one more stream.
sub accounts_new () {
    my @pairs = map { pair_new() } 1 .. 3;
    my $stream;
    $stream = answer_created('a stream', $client->post_stream({ pairs => \@pairs }))
        for 2 .. $CAP;
    return map { $_->{accountId} } $stream->{accounts}->@*;
}

sub counter_add ($difference, @ids) {
    $dbh->do('UPDATE tracked_account SET automated_streams = automated_streams + ? WHERE id = ?',
        undef, $difference, "$_") for @ids;
    return;
}

# A create of all three accounts, while those at these places are filled.
sub filled ($ids, @full) {
    my @pairs = map { pair_new(accountId => $_) } @$ids;
    my $response;
    $dbh->begin_work;
    counter_add(1, @{$ids}[@full]);
    my $done = $client->ua->start_p($client->transaction(POST => '/v1/streams',
        { pairs => \@pairs }))->then(sub ($tx) { $response = $tx->res });
    wait_for('the create to wait', 3, \&is_waited);
    $dbh->commit;
    $done->wait;
    counter_add(-1, @{$ids}[@full]);
    return $response;
}

for my $full ([0], [1], [2], [0, 2], [0, 1, 2]) {
    my $places = join ' and ', @$full;
    subtest "filled: $places" => sub {
        my @ids      = accounts_new();
        my $response = leaves_nothing($lab, 'the create', sub { filled(\@ids, @$full) });
        answer_refused('just they are named', $response, 400, 'stream_cap_exceeded',
            map {"/pairs/$_ cap"} @$full);
        answer_created('when there is room again', $client->post_stream(
            { pairs => [map { pair_new(accountId => $_) } @ids] }));
    };
}

$lab->stop;
done_testing;
