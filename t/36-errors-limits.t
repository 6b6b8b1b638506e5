#!/usr/bin/perl
# Orders 10 to 12: a lapsed subscription, the second account of a free team, and an account whose
# tier has no room. Each is decided before a look-up is paid for.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams
    qw(body_new pair_new handle_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab = Headwater::Lab->new;

sub lookups () { return $lab->scrapebadger->requests->{total} }

# Refused without a trace, and without a look-up.
sub refused ($client, $what, $body, $status, $code, @offenders) {
    my $before   = lookups();
    my $response = leaves_nothing($lab, $what, sub { $client->post_stream($body) });
    is lookups(), $before, "$what: nobody was looked up";
    return answer_refused($what, $response, $status, $code, @offenders);
}

sub state_set ($team, $state) {
    return $lab->dbh->do('UPDATE team SET subscription_status = ? WHERE id = ?', undef, $state,
        $team->{id});
}

subtest 'subscription_required' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $known  = answer_created('while it is active', $client->post_stream(body_new()));
    my %known  = (accountId => $known->{accounts}[0]{accountId},
        segmentId => $known->{segments}[0]{segmentId});
    for my $state (qw(past_due unpaid paused incomplete incomplete_expired canceled)) {
        state_set($team, $state);
        refused($client, "$state, a new account", body_new(), 403, 'subscription_required');
        refused($client, "$state, known ones", { pairs => [{%known}] }, 403,
            'subscription_required');
        is $client->get("/v1/streams/$known->{id}")->code, 200, "$state: streams can be read";
    }
    state_set($team, 'trialing');
    answer_created('trialing is fine', $client->post_stream(body_new()));
    my $born_lapsed = $lab->client($lab->team(status => 'past_due'));
    refused($born_lapsed, 'a team that never paid', body_new(), 403, 'subscription_required');
};

subtest 'a tier that the subscription has no item for' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    $lab->dbh->do(q{DELETE FROM billing WHERE tier = 'growth' AND team_id = ?}, undef, $team->{id});
    my $body = { pairs => [pair_new(), pair_new(accountTier => 'growth')] };
    my $error = refused($client, 'growth', $body, 403, 'subscription_required', '/pairs/1 tier');
    like $error->{details}[0]{message}, qr/the tier growth/, 'is named';
    answer_created('starter', $client->post_stream({ pairs => [pair_new()] }));
};

subtest 'free_account_limit' => sub {
    my $client = $lab->client($lab->team(plan => 'free'));
    my $paid   = $lab->stripe->journal->@*;
    refused($client, 'two at once', { pairs => [pair_new(), pair_new()] }, 403,
        'free_account_limit');
    my $handle = handle_new();
    my $first  = answer_created('the first account', $client->post_stream(
        { pairs => [pair_new(accountHandle => $handle), pair_new(accountHandle => uc $handle)] }));
    is $first->{accounts}[0]{billingDelta}, 'none', 'costs nothing';
    is $first->{accounts}[0]{accountCreated}, Mojo::JSON::true(), 'and is tracked';
    my $account = $first->{accounts}[0]{accountId};
    refused($client, 'a second one', body_new(), 403, 'free_account_limit');
    refused($client, 'beside the first', { pairs => [pair_new(accountId => 0 + $account),
        pair_new()] },
        403, 'free_account_limit');
    refused($client, 'a full account beside a second one', { pairs => [
        pair_new(accountHandle => $handle), pair_new()] }, 403, 'free_account_limit');
    refused($client, 'the one account again',
        body_new(pairs => [pair_new(accountHandle => $handle)]),
        400, 'stream_cap_exceeded', '/pairs/0 cap');
    $lab->dbh->do(q{UPDATE tracked_account SET state = 'sleeping' WHERE id = ?}, undef, $account);
    answer_created('another one while it sleeps', $client->post_stream(body_new()));
    refused($client, 'it cannot wake beside it', body_new(pairs => [pair_new(accountId =>
        0 + $account)]), 403, 'free_account_limit');
    my $second = $lab->client($lab->team(plan => 'free'));
    answer_created('another free team has its own', $second->post_stream(
        body_new(pairs => [pair_new(accountHandle => $handle)])));
    is scalar($lab->stripe->journal->@*), $paid, 'Stripe hears nothing of free teams';
};

for my $case ([free => 1], [starter => 3], [growth => 10], [pro => 25]) {
    my ($tier, $cap) = @$case;
    subtest "stream_cap_exceeded: $tier, $cap" => sub {
        my $client  = $lab->client($lab->team(plan => $tier eq 'free' ? 'free' : 'paid'));
        my $handle  = handle_new();
        my %tier    = $tier eq 'free' ? () : (accountTier => $tier);
        my %pair    = (accountHandle => $handle, %tier);
        my $stream  = answer_created('the first',
            $client->post_stream({ pairs => [pair_new(%pair)] }));
        my $account = $stream->{accounts}[0];
        my %ids     = (accountId => $account->{accountId},
            segmentId => $stream->{segments}[0]{segmentId});
        is $account->{tier}, $tier, 'its tier';
        answer_created("number $_", $client->post_stream({ pairs => [{%ids}] })) for 2 .. $cap;
        refused($client, 'one more, by id', { pairs => [{%ids}] }, 400, 'stream_cap_exceeded',
            '/pairs/0 cap');
        refused($client, 'by handle', { pairs => [pair_new(accountHandle => uc $handle)] }, 400,
            'stream_cap_exceeded', '/pairs/0 cap');
        $lab->dbh->do('DELETE FROM x_profile WHERE handle = ?', undef, $handle);
        refused($client, 'by a handle that has to be looked up', { pairs => [pair_new(%pair)] },
            400,
            'stream_cap_exceeded', '/pairs/0 cap');
        return if $tier eq 'free';
        refused($client, 'beside new ones', { pairs => [map { { %$_,
            segment => { description => 's' } } }
            { accountHandle => handle_new() }, { accountId => 0 + $ids{accountId} },
            { accountHandle => handle_new() }] }, 400, 'stream_cap_exceeded', '/pairs/1 cap');
        is $lab->dbh->selectrow_array('SELECT automated_streams FROM tracked_account WHERE id = ?',
            undef, $ids{accountId}), $cap, 'the counter stands at the cap';
    };
}

subtest 'every full account is named' => sub {
    my $client = $lab->client($lab->team);
    my @full   = map { handle_new() } 1 .. 2;
    answer_created('fill',
        $client->post_stream({ pairs => [map { pair_new(accountHandle => $_) } @full] }))
        for 1 .. 3;
    refused($client, 'two of three', { pairs => [map { pair_new(accountHandle => $_) } $full[0],
        handle_new(), $full[1]] }, 400, 'stream_cap_exceeded', '/pairs/0 cap', '/pairs/2 cap');
};

subtest 'the operator changes a cap' => sub {
    my $client = $lab->client($lab->team);
    my $handle = handle_new();
    my $create = sub { $client->post_stream({ pairs => [pair_new(accountHandle => $handle)] }) };
    answer_created('three', $create->()) for 1 .. 3;
    $lab->dbh->do(q{UPDATE tier SET stream_cap = 4 WHERE tier = 'starter'});
    answer_created('four', $create->());
    answer_refused('five', $create->(), 400, 'stream_cap_exceeded');
};

$lab->stop;
done_testing;
