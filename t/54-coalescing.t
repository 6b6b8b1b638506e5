#!/usr/bin/perl
# Two hundred new accounts of one team in a minute: every create succeeds, Stripe is written to a
# few dozen times, and in the end all are paid for.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answers_count);
use Headwater::Wait qw(wait_for);
use Test::More;

my $ACCOUNTS   = 200;
my $SPREAD_S   = 60;
my $WRITES_MAX = 40;
my $TURN_MAX_S = 35;

my $lab = Headwater::Lab->new(workers => 16);
$lab->stripe->options(latency_ms => 100, limit_quantity_updates => Mojo::JSON::true());
my $team   = $lab->team;
my $client = $lab->client($team);
my @bodies = map { body_new() } 1 .. $ACCOUNTS;

sub key ($i) { return ('Idempotency-Key' => "account-$i") }

# A create's answer, when its time within the minute has come.
sub post_later ($i, $answers) {
    my $tx = $client->transaction(POST => '/v1/streams', $bodies[$i], key($i));
    return Mojo::Promise->timer($i * $SPREAD_S / $ACCOUNTS)
        ->then(sub { $client->ua->start_p($tx) })->then(sub ($tx) { $answers->[$i] = $tx->res });
}

# The executed writes of the team's quantity.
sub writes () {
    return grep { $_->{item} eq $team->{items}{starter} && defined $_->{from} }
        $lab->stripe->journal->@*;
}

my @answers;
Mojo::Promise->all(map { post_later($_, \@answers) } 0 .. $#bodies)->wait;
my @writes = writes();
my %count  = answers_count(@answers)->%*;

is +($count{201} // 0) + ($count{202} // 0), $ACCOUNTS, 'every create succeeds'
    or diag explain \%count;
cmp_ok $count{201} // 0, '>', 22, 'some of them at once, the others when their turn comes';
cmp_ok scalar(@writes), '<=', $WRITES_MAX, "at most $WRITES_MAX writes";
note "$count{201} paid for at once, @{[scalar @writes]} writes, the last at ",
    $writes[-1]{time} - $writes[0]{time}, ' s';

subtest 'what is pending is paid for when its turn comes' => sub {
    my @pending = grep { $answers[$_]->code == 202 } 0 .. $#answers;
    for my $i (@pending) {
        wait_for("account $i", $TURN_MAX_S, sub {
            $client->post_stream($bodies[$i], key($i))->code == 201;
        }, 0.5);
    }
    cmp_ok scalar(writes()), '<=', @writes + 1, 'all with one write more';
    my $rest = q{SELECT COUNT(*) FROM stream WHERE team_id = ? AND status = 'pending'};
    is $lab->dbh->selectrow_array($rest, undef, $team->{id}), 0, 'none is left';
};

is_deeply [grep { ($_->{status} // 0) == 429 } $lab->stripe->requests->{requests}->@*], [],
    'Stripe never refused for the rate';
@writes = writes();
is $writes[-1]{to}, $ACCOUNTS, 'all are paid for';
is_deeply [grep { $_->{to} <= $_->{from} } @writes], [], 'each write raised the quantity';

$lab->stop;
done_testing;
