#!/usr/bin/perl
# Several teams create streams of overlapping accounts in random order, by id and by handle, known
# and new: no 5xx, no cap exceeded, counters and quantities right in the end, also when Stripe fails
# now and then.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(answer_created answers_count pair_new);
use List::Util qw(shuffle);
use Test::More;

my $TEAMS    = 4;
my $REQUESTS = 80;    # of each team
my $SEED     = $ENV{HW_SEED} // 20_261_123;

srand $SEED;
note "HW_SEED=$SEED";

my $lab     = Headwater::Lab->new(workers => 8);
my @handles = map { "mixed$_" } 1 .. 24;
my @tiers   = qw(starter growth pro);

# A team that tracks some of the handles already, each in a tier of its own.
sub team_new () {
    my $team  = $lab->team;
    my $first = answer_created('a team', $lab->client($team)->post_stream({ pairs => [map {
        pair_new(accountHandle => $_,
            accountTier => $tiers[rand @tiers]) } (shuffle @handles)[0 .. 7]] }));
    return { %$team, client => $lab->client($team), segment => $first->{segments}[0]{segmentId},
        ids => { map { $_->{handle} => $_->{accountId} } $first->{accounts}->@* } };
}

# One to six accounts in random order; the tier of a handle is the same in all requests.
sub body_random ($team) {
    my @named = (shuffle @handles)[0 .. int rand 6];
    my %segment = rand() < 0.5 ? (segmentId => $team->{segment}) : ();
    return { pairs => [map {
        my $id = $team->{ids}{$_};
        pair_new(%segment, $id && rand() < 0.5 ? (accountId => $id)
            : (accountHandle => $_, accountTier => $tiers[length($_) % 3]));
    } @named] };
}

$lab->dbh->do(q{SET GLOBAL innodb_monitor_enable = 'lock_deadlocks'});
my @teams = map { team_new() } 1 .. $TEAMS;
my $dbh = $lab->dbh;

# One run of all teams, and what must hold once it is over.
sub load_run ($legal) {
    $lab->stripe->requests_clear;
    my (@promises, @all);
    for (1 .. $REQUESTS) {
        for my $team (@teams) {
            my $client = $team->{client};
            push @promises, $client->ua->start_p(
                $client->transaction(POST => '/v1/streams', body_random($team)))
                ->then(sub ($tx) { push @all, $tx->res }, sub ($) { push @all, undef });
        }
        Mojo::Promise->all(splice @promises)->wait if @promises >= 48;
    }
    Mojo::Promise->all(@promises)->wait if @promises;

    my $count  = answers_count(@all);
    my $writes = grep { $_->{method} eq 'POST' && $_->{path} =~ /subscription_items/ }
        $lab->stripe->requests->{requests}->@*;
    note explain $count;
    is_deeply [grep { $_ !~ $legal } keys %$count], [], 'nothing but what is due';
    is scalar(@all), $TEAMS * $REQUESTS, 'each got an answer';

    cmp_ok $writes, '<=', $TEAMS * @tiers + 3 * $count->{201},
        "Stripe was asked no more than needed: $writes";

    is_deeply $dbh->selectall_arrayref(
        'SELECT a.id, a.automated_streams, COUNT(p.id) used, t.stream_cap FROM tracked_account a
         JOIN tier t ON t.tier = a.tier LEFT JOIN pair p ON p.account_id = a.id
         GROUP BY a.id HAVING used <> a.automated_streams OR used > t.stream_cap'), [],
        'every counter is right and within its cap';
    is_deeply $dbh->selectall_arrayref(
        'SELECT s.id, s.pair_count, COUNT(p.id) pairs
         FROM stream s LEFT JOIN pair p ON p.stream_id = s.id
         GROUP BY s.id HAVING pairs <> s.pair_count'), [], 'no stream is half there';
    is $dbh->selectrow_array(q{SELECT COUNT(*) FROM stream WHERE status <> 'active'}), 0,
        'all are active';
    is_deeply $dbh->selectall_arrayref(
        'SELECT team_id, x_user_id FROM tracked_account GROUP BY 1, 2 HAVING COUNT(*) > 1'), [],
        'no account is there twice';

    for my $team (@teams) {
        for my $tier (@tiers) {
            my $item    = $team->{items}{$tier};
            my ($last)  = reverse grep { $_->{item} eq $item } $lab->seat_changes($team);
            my $tracked = $dbh->selectrow_array(
                'SELECT COUNT(*) FROM tracked_account WHERE team_id = ? AND tier = ?', undef,
                $team->{id}, $tier);
            is $last ? $last->{to} : 0, $tracked,
                "team $team->{id} pays for its $tracked of tier $tier";
        }
    }
    return;
}

subtest 'all is well' => sub { load_run(qr/\A201\z|\A400 stream_cap_exceeded\z/) };

is $dbh->selectrow_array(
    q{SELECT COUNT FROM information_schema.innodb_metrics WHERE NAME = 'lock_deadlocks'}), 0,
    'and not one deadlock';

# Faults that pass, and refusals: each team starts afresh, so that there is something to pay for.
subtest 'Stripe is not well' => sub {
    @teams = map { team_new() } 1 .. $TEAMS;
    my @kinds = ('card_declined', map { ($_) x 2 } qw(apply_then_drop error_unsaved_applied
        error_saved lock_timeout in_flight));
    $lab->stripe->fault(kind => $_) for shuffle @kinds;
    load_run(qr/\A201\z|\A400 stream_cap_exceeded\z|\A402 payment_failed\z/);
};

$lab->stop;
done_testing;
