#!/usr/bin/perl
# The connection to MariaDB breaks at a COMMIT, so that nobody knows whether it took place: the
# answer is the right one or 503 outcome_unknown, and the same key then tells what has become of
# the stream, of which there is never a second one.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::CommitProxy;
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_created answer_refused);
use Test::More;

# Longer than headwaterd waits for MariaDB.
my $LATE_S = 7.5;

my $lab    = Headwater::Lab->new(parts => ['database', 'doubles']);
my $proxy  = Headwater::CommitProxy->start($lab);
my $stripe = $lab->stripe;

# Right, or honest.
sub is_honest ($what, $response, $status = 201) {
    return if $response->code == $status;
    answer_refused($what, $response, 503, 'outcome_unknown');
    return;
}

sub rows ($sql, @values) { return $lab->dbh->selectall_arrayref($sql, undef, @values) }

# There are so many streams, all active, on so many accounts; nothing is under way any more.
sub is_settled ($team, $streams, @seats) {
    my $accounts = @seats ? $seats[-1][1] : 0;
    is_deeply rows('SELECT status FROM stream WHERE team_id = ?', $team->{id}),
        [(['active']) x $streams], "active streams: $streams";
    is_deeply rows('SELECT state FROM tracked_account WHERE team_id = ?', $team->{id}),
        [(['active']) x $accounts], "active accounts: $accounts";
    is_deeply rows('SELECT DISTINCT state FROM idempotency_key WHERE team_id = ?', $team->{id}),
        [['finished']], 'the key is finished';
    is_deeply rows('SELECT applied_quantity, attempt_key, lease_owner FROM billing
        WHERE team_id = ? AND tier = "starter"', $team->{id}), [[$accounts, undef, undef]],
        'billing is at rest';
    is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], \@seats, 'paid once';
    return;
}

# A create of a new account, one of whose COMMITs is spoiled.
sub new_account ($word, $before) {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = body_new();
    my @key    = ('Idempotency-Key' => 'doubt');
    $proxy->plan(('pass') x $before, $word);
    my $first = $client->post_stream($body, @key);
    is_deeply [$proxy->left], [], 'the COMMIT was met';
    is_honest('the first answer', $first);
    my $again = answer_created('the same key', $client->post_stream($body, @key));
    is $first->json->{id}, $again->{id}, 'the same stream' if $first->code == 201;
    my $replay = $client->post_stream($body, @key);
    is $replay->headers->header('Idempotent-Replayed'), 'true', 'from now on it is a replay';
    is_deeply $replay->json, $again, 'of the same answer';
    is_settled($team, 1, [0, 1]);
    return;
}

# A create of a known account: one COMMIT, and another one when that failed.
sub known_account (@words) {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $known  = answer_created('one', $client->post_stream(body_new()));
    my $body   = { pairs => [pair_new(accountId => $known->{accounts}[0]{accountId})] };
    my @key    = ('Idempotency-Key' => 'doubt');
    $proxy->plan(@words);
    my $first = $client->post_stream($body, @key);
    is_deeply [$proxy->left], [], 'the COMMITs were met';
    is_honest('the first answer', $first);
    my $again = answer_created('the same key', $client->post_stream($body, @key));
    is $first->json->{id}, $again->{id}, 'the same stream' if $first->code == 201;
    is_settled($team, 2, [0, 1]);
    return;
}

# The same without a key: nothing but the stream itself tells of the COMMIT.
sub without_key ($word) {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $known  = answer_created('one', $client->post_stream(body_new()));
    $proxy->plan($word);
    my $body = { pairs => [pair_new(accountId => $known->{accounts}[0]{accountId})] };
    answer_created('another', $client->post_stream($body));
    is_deeply [$proxy->left], [], 'the COMMIT was met';
    is_deeply rows('SELECT status FROM stream WHERE team_id = ?', $team->{id}),
        [(['active']) x 2], 'and there is no third';
    return;
}

# Stripe has refused, and the COMMIT that undoes the create is spoiled.
sub refused ($word) {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $body   = body_new();
    my @key    = ('Idempotency-Key' => 'doubt');
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => 'card_declined');
    $proxy->plan('pass', 'pass', $word);
    my $first = $client->post_stream($body, @key);
    is_deeply [$proxy->left], [], 'the COMMIT was met';
    is_honest('the first answer', $first, 402);
    my ($again, $replay) = map { $client->post_stream($body, @key) } 1, 2;
    is $again->code, 402, 'the same key is refused';
    is $replay->headers->header('Idempotent-Replayed'), 'true', 'from now on it is a replay';
    is $replay->body, $again->body, 'of the same answer';
    is_settled($team, 0);
    return;
}

for my $word (qw(cut_before cut_after)) {
    my @places = qw(reserve attempt activate);
    subtest "$word: $places[$_]" => sub { new_account($word, $_) }
        for 0 .. $#places;
    subtest "$word: undo"           => sub { refused($word) };
    subtest "$word: known account"  => sub { known_account($word) };
    subtest "$word: without a key"  => sub { without_key($word) };
}
subtest 'cut_before, twice'          => sub { known_account(('cut_before') x 2) };
subtest 'cut_before, then cut_after' => sub { known_account('cut_before', 'cut_after') };

# The COMMIT arrives after headwaterd has asked whether it had, and while it tries again.
subtest 'late' => sub {
    my %run = map { $_ => { team => $lab->team } } qw(new known);
    $_->{client} = $lab->client($_->{team}) for values %run;
    my $known = answer_created('one', $run{known}{client}->post_stream(body_new()));
    $run{new}{body}   = body_new();
    $run{known}{body} = { pairs => [pair_new(accountId => $known->{accounts}[0]{accountId})] };
    my @key = ('Idempotency-Key' => 'late');
    $proxy->plan(("delay $LATE_S") x 2);
    Mojo::Promise->all(map {
        my $run = $_;
        $run->{client}->ua->start_p(
            $run->{client}->transaction(POST => '/v1/streams', $run->{body}, @key))
            ->then(sub ($tx) { $run->{first} = $tx->res });
    } values %run)->wait;
    is_deeply [$proxy->left], [], 'the COMMITs were met';
    for my $what (sort keys %run) {
        my $run = $run{$what};
        is_honest("$what: the first answer", $run->{first});
        answer_created("$what: the same key", $run->{client}->post_stream($run->{body}, @key));
    }
    is_settled($run{new}{team},   1, [0, 1]);
    is_settled($run{known}{team}, 2, [0, 1]);
};

$lab->stop;
is_deeply [$proxy->stop], [], 'and so is the proxy';
done_testing;
