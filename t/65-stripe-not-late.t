#!/usr/bin/perl
# Stripe is not asked once a request's time is up, however long the way there was held up: nobody
# waits for the answer any more.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(time);

my $DEADLINE_S = 4;
my $PAUSE_S    = 2;

my $lab = Headwater::Lab->new(config => { 'server.deadline_ms' => $DEADLINE_S * 1000,
    'stripe.timeout_ms' => 400, 'scrapebadger.deadline_ms' => 2000 });
my $stripe = $lab->stripe;
my $dbh    = $lab->dbh;
my $team   = $lab->team;
my $client = $lab->client($team);
my $body   = body_new();
my @key    = ('Idempotency-Key' => 'late');

# What reached Stripe for the team's item.
sub calls () {
    return grep { $_->{path} =~ /$team->{items}{starter}\z/ } $stripe->requests->{requests}->@*;
}

sub rest ($seconds) { return Mojo::Promise->timer($seconds)->wait }

# The first attempt was answered, and its lease was given back for the pause.
sub is_pausing () {
    rest(0.02);
    return $dbh->selectrow_array(q{SELECT COUNT(*) FROM billing WHERE team_id = ?
        AND attempt_key IS NOT NULL AND lease_owner IS NULL}, undef, $team->{id});
}

# Stripe asks for a pause; when that is over the lease cannot be had before the deadline.
my ($first, $took);
$stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'rate_limit',
    headers => { 'Retry-After' => $PAUSE_S });
my $begin = time;
my $done  = $client->ua->start_p($client->transaction(POST => '/v1/streams', $body, @key))
    ->then(sub ($tx) { $first = $tx->res });
wait_for('the pause', $PAUSE_S, \&is_pausing);
$dbh->begin_work;
$dbh->do('SELECT * FROM billing WHERE team_id = ? FOR UPDATE', undef, $team->{id});
rest($begin + $DEADLINE_S + 0.5 - time);
$dbh->rollback;
$done->wait;

my $pending = answer_created('the stream waits', $first, 202);
is scalar(calls()), 1, 'Stripe was not asked again';
my $active = answer_created('the same key', $client->post_stream($body, @key));
is $active->{id}, $pending->{id}, 'has the same stream';
is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1]], 'paid once';

$lab->stop;
done_testing;
