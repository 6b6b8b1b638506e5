#!/usr/bin/perl
# Accounts: the numeric X id is the identity. Pairs of one account are merged, handles may be
# renamed or change case, known ones are not asked for again, sleeping ones wake and are paid for.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new handle_new answer_refused answer_created rows_refuse);
use Test::More;

my $lab    = Headwater::Lab->new;
my $badger = $lab->scrapebadger;
$lab->dbh->do('UPDATE tier SET stream_cap = 100');

# Another team: the new accounts of one team are not all paid for at once.
my ($team, $client);
sub team_renew () { $team = $lab->team; $client = $lab->client($team); return }

sub lookups ()      { return $badger->requests->{total} }
sub account ($id)   { return $lab->dbh->selectrow_hashref(
    'SELECT * FROM tracked_account WHERE id = ?', undef, $id) }
sub paid ()         { return scalar $lab->seat_changes($team) }
sub handles (@list) { return { pairs => [map { pair_new(accountHandle => $_) } @list] } }

sub created ($what, $body) { return answer_created($what, $client->post_stream($body)) }

subtest 'pairs of one account' => sub {
    team_renew();
    my $new    = handle_new();
    my $merged = created('four spellings', handles($new, uc $new, "\@$new", "https://x.com/$new"));
    is $merged->{accounts}->@*, 1, 'one account';
    is $merged->{pairs}->@*,    1, 'one pair';
    is $merged->{accounts}[0]{accountCreated}, Mojo::JSON::true(), 'created once';
    is paid(), 1, 'and paid once';
    my $id    = $merged->{accounts}[0]{accountId};
    my $by_id = sub { pair_new(accountId => 0 + $id) };
    is created('an id twice', { pairs => [$by_id->(), $by_id->()] })->{pairs}->@*, 1, 'one pair';
    is created('id and handle', { pairs => [$by_id->(), pair_new(accountHandle => $new)] })
        ->{pairs}->@*, 1, 'one pair';
    is created('handle and id', { pairs => [pair_new(accountHandle => $new), $by_id->()] })
        ->{pairs}->@*, 1, 'one pair';
    $lab->dbh->do('DELETE FROM x_profile');
    is created('with a look-up', { pairs => [pair_new(accountHandle => $new), $by_id->()] })
        ->{pairs}->@*, 1, 'one pair';
    my $three = created('others between', { pairs => [$by_id->(), pair_new(accountHandle => 'anna'),
        pair_new(accountHandle => $new), pair_new(accountHandle => 'bert'),
        pair_new(accountHandle => 'ANNA')] });
    is_deeply [map { $_->{handle} } $three->{accounts}->@*], [$new, 'anna', 'bert'],
        'the first place counts';
    is account($id)->{automated_streams}, 6, 'each stream is counted once';
};

subtest 'tiers' => sub {
    team_renew();
    my @new  = map { handle_new() } 1 .. 3;
    my $pair = sub ($handle, @tier) { pair_new(accountHandle => $handle, @tier) };
    my $tier = sub ($stream) { $stream->{accounts}[0]{tier} };
    is $tier->(created('beside the first', { pairs => [$pair->($new[0], accountTier => 'growth'),
        $pair->(uc $new[0])] })), 'growth', 'counts';
    is $tier->(created('beside the second', { pairs => [$pair->($new[1]),
        $pair->("\@$new[1]", accountTier => 'pro')] })), 'pro', 'counts';
    is $tier->(created('twice the same', { pairs => [map { $pair->($new[2], accountTier => 'pro') }
        1, 2] })), 'pro', 'is fine';
    rows_refuse($client, sub { () }, ['two tiers', { pairs => [map { $pair->('carl',
        accountTier => $_) }
        qw(pro growth)] }, '/pairs/1/accountTier conflict']);
    is $tier->(created('known', { pairs => [$pair->($new[0], accountTier => 'pro')] })), 'growth',
        'a known account keeps its tier';
    $lab->dbh->do('DELETE FROM x_profile');
    is $tier->(created('looked up', { pairs => [$pair->($new[0], accountTier => 'starter')] })),
        'growth', 'a look-up changes nothing of it';
};

subtest 'known handles are not asked for again' => sub {
    my $handle = handle_new();
    my $before = lookups();
    created('new', handles($handle));
    is lookups() - $before, 1, 'one look-up';
    created('again', handles($_)) for $handle, uc $handle, "\@$handle";
    is lookups() - $before, 1, 'and no more';
    my $other = $lab->client($lab->team);
    answer_created('another team', $other->post_stream(handles($handle)));
    is lookups() - $before, 1, 'shares what X said';
    $lab->dbh->do('UPDATE x_profile SET fetched_at = fetched_at - INTERVAL 25 HOUR');
    created('a day later', handles($handle));
    is lookups() - $before, 2, 'it is asked again';
    answer_refused('a refusal', $client->post_stream(handles('missing_a')), 404, 'handle_not_found')
        for 1, 2;
    is lookups() - $before, 4, 'who is missing may turn up at any time';
};

subtest 'look-ups run side by side' => sub {
    team_renew();
    $badger->options(latency_ms => 200);
    $badger->requests_clear;
    my @new = map { handle_new('side') } 1 .. 20;
    created('20 handles', handles(@new));
    cmp_ok $badger->requests->{max_in_flight}, '>=', 15, 'nearly all at once';
    is $badger->requests->{total}, 20, 'one each';
    $badger->options(latency_ms => 0);
};

subtest 'ids are exact' => sub {
    my $handle = handle_new('exact');
    my $stream = created('a new one', handles($handle));
    my $x_id   = $badger->control(GET => "accounts/$handle")->{id};
    cmp_ok length $x_id, '>', 16, 'X says more digits than a double holds';
    is account($stream->{accounts}[0]{accountId})->{x_user_id}, $x_id, 'and all are stored';
};

subtest 'a renamed account' => sub {
    team_renew();
    my $old    = handle_new('old');
    my $stream = created('under its old name', handles($old));
    my $id     = $stream->{accounts}[0]{accountId};
    my $paid   = paid();
    $badger->control(POST => 'rename', { from => $old, to => 'NewName' });
    my $renamed = created('under its new name', handles('newname'));
    is_deeply $renamed->{accounts}, [{ accountId => $id, handle => 'NewName', tier => 'starter',
        accountCreated => Mojo::JSON::false(), billingDelta => 'none' }], 'the same account';
    is $renamed->{name}, "AI founders \x{b7} \@NewName", 'its name';
    is paid(), $paid, 'is not paid again';
    is account($id)->{handle}, 'NewName', 'the new name is noted';
    is $client->get("/v1/streams/$stream->{id}")->json->{accounts}[0]{handle}, 'NewName',
        'earlier streams say so too';
    answer_refused('the old name is nobody now', $client->post_stream(handles($old)), 404,
        'handle_not_found');
    answer_refused('also beside the new one', $client->post_stream(handles('newname', $old)), 404,
        'handle_not_found', '/pairs/1/accountHandle not_found');
    is account($id)->{handle}, 'NewName', 'the name stays';
};

subtest 'a handle that changed hands' => sub {
    my $handle = handle_new('hands');
    my $stream = created('the first owner', handles($handle));
    my $first  = $stream->{accounts}[0]{accountId};
    $badger->control(POST => 'rename', { from => $handle, to => 'gone',
        reused => Mojo::JSON::true() });
    $lab->dbh->do('DELETE FROM x_profile');
    my $second = created('the second owner', handles($handle))->{accounts}[0];
    isnt $second->{accountId}, $first, 'is another account';
    is $second->{accountCreated}, Mojo::JSON::true(), 'a new one';
};

subtest 'letter case' => sub {
    team_renew();
    my $stream = created('as X spells it', handles('CASED_bar'));
    is $stream->{accounts}[0]{handle}, 'Cased_Bar', 'not as it was asked for';
    my $again = created('in other case', handles('cased_BAR'));
    is $again->{accounts}[0]{accountId}, $stream->{accounts}[0]{accountId}, 'the same account';
    $lab->dbh->do(q{UPDATE tracked_account SET handle = 'cased_bar' WHERE handle = 'cased_bar'});
    my $id = $stream->{accounts}[0]{accountId};
    is account($id)->{handle}, 'cased_bar', 'X had spelt it differently';
    created('once more', handles('cased_bar'));
    is account($id)->{handle}, 'Cased_Bar', 'the new spelling is noted';
};

subtest 'a sleeping account' => sub {
    my $sleepers = $lab->team;
    my $who      = $lab->client($sleepers);
    my $handle   = handle_new();
    my $stream   = answer_created('two', $who->post_stream(handles($handle, handle_new())));
    my $id       = $stream->{accounts}[0]{accountId};
    my $item     = $sleepers->{items}{starter};
    my $sleep    = sub {
        $lab->dbh->do(q{UPDATE tracked_account SET state = 'sleeping' WHERE id = ?}, undef, $id);
        $lab->stripe->control(POST => "subscriptions/$sleepers->{subscription}",
            { items => [{ id => $item, quantity => 1 }] });
    };
    for my $named ({ accountHandle => $handle }, { accountId => 0 + $id }) {
        $sleep->();
        my $woken = answer_created('it wakes', $who->post_stream({ pairs => [pair_new(%$named)] }));
        is_deeply $woken->{accounts}, [{ accountId => $id, handle => $handle, tier => 'starter',
            accountCreated => Mojo::JSON::false(),
            billingDelta   => 'stripe_quantity_incremented' }], 'by ' . (keys %$named)[0];
        is account($id)->{state}, 'active', 'it is awake';
        my ($last) = reverse $lab->seat_changes($sleepers);
        is_deeply [@{$last}{qw(from to)}], [1, 2], 'and paid for';
    }
};

$lab->stop;
done_testing;
