#!/usr/bin/perl
# A dry run is refused as its create would be: the same code, status and details, of every check
# that a create makes before it writes, in the same order, also of those that only the look-up
# decides. What a create hears of its key or of Stripe cannot be foreseen.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::DryRun qw(dry_run);
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_refused answer_created
    leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab    = Headwater::Lab->new(config => { 'scrapebadger.deadline_ms' => 900 });
my $badger = $lab->scrapebadger;
my $dbh    = $lab->dbh;
my $team   = $lab->team;
my $client = $lab->client($team);

sub without_id ($response) {
    my %error = $response->json->{error}->%*;
    delete $error{requestId};
    return \%error;
}

# The dry run is refused, and the create after it just the same.
sub refused ($what, $body, $status, $code, $who = $client, $place = $lab) {
    my $dry  = dry_run($place, $what, $who, $body);
    my $real = leaves_nothing($place, $what, sub { $who->post_stream($body) });
    answer_refused("$what: the dry run", $dry,  $status, $code);
    answer_refused("$what: the create",  $real, $status, $code);
    is_deeply without_id($dry), without_id($real), "$what: the same details";
    my $pause = $dry->headers->header('Retry-After');
    $status == 503 ? like($pause, qr/\A[1-9]\d*\z/, "$what: Retry-After")
        : is($pause, undef, "$what: no Retry-After");
    return;
}

sub by_handle (@handles) { return { pairs => [map { pair_new(accountHandle => $_) } @handles] } }

# A full account, and one that is not.
my $full = answer_created('full', $client->post_stream(body_new()));
my %full = (accountId => 0 + $full->{accounts}[0]{accountId},
    segmentId => 0 + $full->{segments}[0]{segmentId});
answer_created('fuller', $client->post_stream({ pairs => [{%full}] })) for 2 .. 3;

my %orphan  = (segment => { description => 'd', appliedSearchFilters => { skill => ['Rusd'] } });
my %no_one  = (accountId => 999_999_999);
my %nowhere = (segmentId => 999_999_999);

subtest 'before anything is asked' => sub {
    refused('fields', { pairs => [{ accountHandle => 'a b' }], foo => 1, timezone => 'Mars' }, 400,
        'validation_failed');
    refused('no JSON', '{', 400, 'invalid_json');
    refused('segments', { pairs => [pair_new(%orphan), pair_new()] }, 400, 'stream_multi_segment');
    refused('labels', { pairs => [pair_new(%orphan), pair_new(%no_one, %orphan)] }, 400,
        'orphan_label');
    refused('an account id', { pairs => [pair_new(%no_one, %nowhere)] }, 404, 'account_not_found');
    refused('a segment id', { pairs => [pair_new(%nowhere), pair_new(accountId =>
        $full{accountId}, %nowhere)] }, 404, 'segment_not_found');
};

subtest 'the limits, before a look-up' => sub {
    my $lapsed = $lab->client($lab->team(status => 'past_due'));
    my $free   = $lab->client($lab->team(plan => 'free'));
    my $before = $badger->requests->{total};
    refused('no subscription', by_handle('missing_a'), 403, 'subscription_required', $lapsed);
    refused('a second account', by_handle('missing_a', 'missing_b'), 403, 'free_account_limit',
        $free);
    refused('a full account', { pairs => [pair_new(accountId => $full{accountId}),
        pair_new(accountHandle => 'missing_a')] }, 400, 'stream_cap_exceeded');
    is $badger->requests->{total}, $before, 'nobody was looked up';
};

subtest 'what X says' => sub {
    refused('failed',    by_handle('protected_a', 'missing_a', 'broken_a'), 503,
        'handle_lookup_failed');
    refused('missing',   by_handle('protected_a', handle_new(), 'missing_a'), 404,
        'handle_not_found');
    refused('protected', by_handle(handle_new(), 'protected_a'), 422, 'handle_protected');
};

# What a team's account seems to be is somebody else by now, and the other way round.
subtest 'the limits, after the look-up' => sub {
    my $reused = sub ($who, %pair) {
        my $handle = handle_new('hands');
        answer_created('its first owner', $who->post_stream(
            { pairs => [pair_new(accountHandle => $handle, %pair)] }));
        $badger->control(POST => 'rename', { from => $handle, to => "x_$handle",
            reused => Mojo::JSON::true() });
        $dbh->do('DELETE FROM x_profile');
        return by_handle($handle);
    };
    $badger->control(POST => 'rename', { from => $full->{accounts}[0]{handle}, to => 'now_full' });
    refused('a full account by its new handle', by_handle('now_full'), 400, 'stream_cap_exceeded');
    my $free = $lab->client($lab->team(plan => 'free'));
    $dbh->do(q{UPDATE tier SET stream_cap = 9 WHERE tier = 'free'});
    refused('the handle of a free account', $reused->($free), 403, 'free_account_limit', $free);
    my $other = $lab->team;
    my $who   = $lab->client($other);
    my $body  = $reused->($who, accountTier => 'growth');
    $dbh->do(q{DELETE FROM billing WHERE team_id = ? AND tier = 'starter'}, undef, $other->{id});
    refused('a new account of a tier that cannot be billed', $body, 403, 'subscription_required',
        $who);
};

# The account has room when the dry run begins, and none when the look-up is over.
subtest 'an account that fills during the look-up' => sub {
    my $id   = answer_created('it', $client->post_stream(body_new()))->{accounts}[0]{accountId};
    my $body = { pairs => [pair_new(accountId => 0 + $id),
        pair_new(accountHandle => 'slow_anna')] };
    my $set = $dbh->prepare('UPDATE tracked_account SET automated_streams = ? WHERE id = ?');
    $badger->options(slow_ms => 600);
    my $response;
    my $call = $client->transaction(POST => '/v1/streams?validateOnly=true', $body);
    $client->ua->start_p($call)->then(sub ($tx) { $response = $tx->res; Mojo::IOLoop->stop });
    Mojo::IOLoop->timer(0.3, sub ($) { $set->execute(3, $id) });
    Mojo::IOLoop->start;
    $badger->options(slow_ms => 3000);
    $set->execute(1, $id);
    answer_refused('it is full', $response, 400, 'stream_cap_exceeded', '/pairs/0 cap');
};

subtest 'what cannot be foreseen' => sub {
    my $declined = $lab->team;
    $lab->stripe->fault(kind => 'card_declined', match => $declined->{items}{starter});
    my $who  = $lab->client($declined);
    my $body = body_new();
    is dry_run($lab, 'a declined card', $who, $body)->code, 200, 'is not known before';
    answer_refused('the create', $who->post_stream($body), 402, 'payment_failed');
    my @key = ('Idempotency-Key' => 'used');
    $lab->stripe->faults_clear;
    answer_created('a key', $who->post_stream($body, @key));
    is dry_run($lab, 'a used key', $who, body_new(), @key)->code, 200, 'is not looked at';
    answer_refused('the create', $who->post_stream(body_new(), @key), 422,
        'idempotency_key_reused');
};

$lab->stop;

# As many failures as open a breaker (base/breaker.h).
my $FAILURES = 5;
my $PAUSE_S  = 1.5;
my %short    = ('server.deadline_ms' => 1500, 'stripe.timeout_ms' => 300,
    'scrapebadger.deadline_ms' => 1000, 'server.breaker_pause_ms' => 1000 * $PAUSE_S);

subtest 'Stripe is known to be down' => sub {
    my $place  = Headwater::Lab->new(config => \%short);
    my $who    = $place->client($place->team);
    my $free   = $place->client($place->team(plan => 'free'));
    my $handle = handle_new();
    answer_created('an account', $who->post_stream(by_handle($handle)));
    $place->stripe->fault(kind => 'drop', times => undef);
    is $who->post_stream(body_new())->code, 202, 'it is silent' for 1 .. $FAILURES;
    refused('a new account', body_new(), 503, 'billing_unavailable', $who, $place);
    is dry_run($place, 'a known one', $who, by_handle($handle))->code, 200, 'a known one is fine';
    is dry_run($place, 'a free team', $free, body_new())->code, 200, 'a free team is';
    $place->stripe->faults_clear;
    wait_for('the end of the pause', 3 * $PAUSE_S,
        sub { $who->validate_stream(body_new())->code == 200 }, 0.05);
    is $who->validate_stream(body_new())->code, 200, 'dry runs do not use up the probe'
        for 1 .. $FAILURES;
    answer_created('a create is it', $who->post_stream(body_new()));
    $place->operator->run(qw(reconcile --no-audit --older-than 0));
    $place->stop;
};

subtest 'ScrapeBadger is known to be silent' => sub {
    my $place = Headwater::Lab->new(config => \%short);
    my $who   = $place->client($place->team);
    $place->scrapebadger->fault(drop => 'before', times => undef);
    is dry_run($place, 'silent', $who, body_new())->code, 503, 'a dry run hears nothing'
        for 1 .. $FAILURES;
    $place->scrapebadger->requests_clear;
    refused('a new handle', body_new(), 503, 'handle_lookup_failed', $who, $place);
    is $place->scrapebadger->requests->{total}, 0, 'nothing is asked';
    $place->scrapebadger->faults_clear;
    wait_for('a dry run that asks', 3 * $PAUSE_S,
        sub { $who->validate_stream(body_new())->code == 200 }, 0.1);
    answer_created('the answer to a dry run ends it', $who->post_stream(body_new()));
    $place->stop;
};

done_testing;
