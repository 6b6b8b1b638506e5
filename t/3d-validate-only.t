#!/usr/bin/perl
# POST /v1/streams?validateOnly=true tells what the create would make and bill. It changes no row of
# any table, never calls Stripe, remembers nothing, and the create then does what was foretold.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::DryRun qw(dry_run foretold);
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_created answer_refused);
use Headwater::Wait qw(wait_for);
use POSIX qw(strftime);
use Test::More;

my $lab    = Headwater::Lab->new;
my $badger = $lab->scrapebadger;
my $dbh    = $lab->dbh;
$dbh->do('UPDATE tier SET stream_cap = 100');

my ($TRUE, $FALSE) = (Mojo::JSON::true(), Mojo::JSON::false());

sub lookups () { return $badger->requests->{total} }

# Every member name of a JSON text in its order; no text value here looks like one.
sub member_names ($json) { return [$json =~ /"(\w+)" *:/g] }

my %whole = (
    pairs => [{
        accountHandle => 'cased_jane',
        segment       => {
            description          => 'AI founders building developer tools',
            appliedSearchFilters => { job_role => ['Founder', 'CTO'], location => ['germany'] },
            genderValues         => ['female'],
        },
    }],
);

subtest 'the answer' => sub {
    my $client   = $lab->client($lab->team);
    my $response = dry_run($lab, 'a new account and segment', $client, \%whole);
    my $headers  = $response->headers;
    is $response->code, 200, 'OK';
    is $headers->content_type, 'application/json', 'Content-Type';
    is $headers->cache_control, 'no-store', 'Cache-Control';
    like $headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, 'X-Request-Id';
    is_deeply $response->json, {
        validateOnly => $TRUE,
        name         => 'AI founders building developer tools · @Cased_Jane',
        isActive     => $TRUE, isArchived => $FALSE,
        accounts     => [{ handle => 'Cased_Jane', tier => 'starter', accountCreated => $TRUE,
            billingDelta => 'stripe_quantity_incremented' }],
        segments => [{ segmentCreated => $TRUE }],
        pairs    => [{}],
        timezone => 'UTC', autoEnrichLinkedin => $FALSE, autoEnrichEmail => $FALSE,
        emailMode => 'any', emailDigestOverride => undef, telegramOverride => undef,
        deliveryDestination => 'leads_only', webhookUrl => undef, csvEmailRecipients => undef,
        billing => [{ tier => 'starter', quantityBefore => 0, quantityAfter => 1 }],
    }, 'member by member';
    is_deeply member_names($response->body), [qw(validateOnly name isActive isArchived accounts
        handle tier accountCreated billingDelta segments segmentCreated pairs timezone
        autoEnrichLinkedin autoEnrichEmail emailMode emailDigestOverride telegramOverride
        deliveryDestination webhookUrl csvEmailRecipients billing tier quantityBefore
        quantityAfter)], 'in the order of a stream';
};

subtest 'what is looked up is not remembered' => sub {
    my $client = $lab->client($lab->team);
    my $body   = body_new();
    my $before = lookups();
    is dry_run($lab, $_, $client, $body)->code, 200, $_ for 'once', 'twice';
    is lookups() - $before, 2, 'a look-up each';
    answer_created('the create', $client->post_stream($body));
    is lookups() - $before, 3, 'looks it up again, and remembers it';
    dry_run($lab, 'then', $client, $body);
    is lookups() - $before, 3, 'the dry run need not';
};

subtest 'an account' => sub {
    my $team   = $lab->team;
    my $handle = handle_new();
    my (undef, $stream) = foretold($lab, 'new', $team,
        { pairs => [pair_new(accountHandle => "\@$handle", accountTier => 'growth')] });
    my $id      = $stream->{accounts}[0]{accountId};
    my $segment = $stream->{segments}[0]{segmentId};
    my ($known) = foretold($lab, 'known, by id', $team,
        { pairs => [{ accountId => 0 + $id, segmentId => 0 + $segment }] });
    is_deeply $known->{pairs}, [{ accountId => 0 + $id, segmentId => 0 + $segment }],
        'the ids that are known are told';
    is_deeply $known->{billing}, [], 'nothing is billed';
    is $known->{accounts}[0]{billingDelta}, 'none', 'which the account says too';
    foretold($lab, 'known, by handle', $team, { pairs => [pair_new(accountHandle => uc $handle)] });
    $badger->control(POST => 'rename', { from => $handle, to => 'Renamed_One' });
    my ($renamed) = foretold($lab, 'known, by a new handle', $team,
        { pairs => [pair_new(accountHandle => 'renamed_one')] });
    is $renamed->{accounts}[0]{accountId}, $id, 'it is found by what X says';
};

# A team with two starters, of which one sleeps; the sleeper's id and handle.
sub team_with_sleeper () {
    my $team   = $lab->team;
    my $stream = answer_created('two', $lab->client($team)->post_stream(
        { pairs => [pair_new(), pair_new()] }));
    my ($id, $handle) = @{ $stream->{accounts}[0] }{qw(accountId handle)};
    $dbh->do(q{UPDATE tracked_account SET state = 'sleeping' WHERE id = ?}, undef, $id);
    $dbh->do('UPDATE billing SET applied_quantity = 1 WHERE team_id = ? AND tier = ?', undef,
        $team->{id}, 'starter');
    $lab->stripe->control(POST => "subscriptions/$team->{subscription}",
        { items => [{ id => $team->{items}{starter}, quantity => 1 }] });
    $lab->billing_rest;
    return ($team, $id, $handle);
}

subtest 'a sleeping account' => sub {
    for my $by ('id', 'handle', 'looked up') {
        my ($team, $id, $handle) = team_with_sleeper();
        $dbh->do('DELETE FROM x_profile') if $by eq 'looked up';
        my %named = $by eq 'id' ? (accountId => 0 + $id) : (accountHandle => $handle);
        my ($said) = foretold($lab, $by, $team, { pairs => [pair_new(%named)] });
        is_deeply $said->{accounts}, [{ accountId => 0 + $id, handle => $handle,
            tier => 'starter', accountCreated => $FALSE,
            billingDelta => 'stripe_quantity_incremented' }], "$by: it would wake";
        is_deeply $said->{billing}, [{ tier => 'starter', quantityBefore => 1,
            quantityAfter => 2 }], "$by: and be paid for";
    }
};

subtest 'several accounts' => sub {
    my ($team, $id, $handle) = team_with_sleeper();
    my ($mixed) = foretold($lab, 'of all tiers', $team, { pairs => [
        pair_new(accountTier => 'pro'), pair_new(accountId => 0 + $id), pair_new(),
        pair_new(accountTier => 'growth'), pair_new(accountTier => 'pro')] });
    is_deeply $mixed->{billing}, [
        { tier => 'starter', quantityBefore => 1, quantityAfter => 3 },
        { tier => 'growth',  quantityBefore => 0, quantityAfter => 1 },
        { tier => 'pro',     quantityBefore => 0, quantityAfter => 2 }], 'in tier order';
    is $mixed->{name}, 'AI founders · 5 accounts', 'the name';
    my @tiers = qw(starter growth pro);
    my ($fifty) = foretold($lab, 'fifty', $lab->team,
        { pairs => [map { pair_new(accountTier => $tiers[$_ % 3]) } 1 .. 50] });
    is $fifty->{accounts}->@*, 50, 'fifty accounts';
};

subtest 'one account, named twice' => sub {
    my $team = $lab->team;
    my $new  = handle_new();
    my ($spelt) = foretold($lab, 'in two spellings', $team,
        { pairs => [map { pair_new(accountHandle => $_) } $new, uc $new] });
    is $spelt->{accounts}->@*, 1, 'is one';

    # X has another name for what the cache knows; only the look-up of the second shows that.
    my $two = handle_new();
    $dbh->do('INSERT INTO x_profile VALUES (?, ?, ?, 0, UTC_TIMESTAMP(6))', undef, 'alias', $_,
        $two) for $badger->control(GET => "accounts/$two")->{id};
    my $body = { pairs => [map { pair_new(accountHandle => $_) } 'alias', $two] };
    my ($merged) = foretold($lab, 'by two handles', $lab->team, $body);
    is $merged->{accounts}->@*, 1, 'is one';
    is_deeply $merged->{billing}, [{ tier => 'starter', quantityBefore => 0,
        quantityAfter => 1 }], 'and paid once';

    my (undef, $stream) = foretold($lab, 'an account', $team, body_new());
    my ($id, $handle)   = @{ $stream->{accounts}[0] }{qw(accountId handle)};
    $badger->control(POST => 'rename', { from => $handle, to => 'another_name' });
    my ($both) = foretold($lab, 'by id and by its new handle', $team, { pairs => [
        pair_new(accountId => 0 + $id), pair_new(accountHandle => 'another_name')] });
    is $both->{accounts}->@*, 1, 'is one';
};

subtest 'an account that waits for Stripe counts already' => sub {
    my $team   = $lab->team;
    my $stream = answer_created('one', $lab->client($team)->post_stream(body_new()));
    my $id     = $stream->{accounts}[0]{accountId};
    my $set    = $dbh->prepare('UPDATE tracked_account SET state = ? WHERE id = ?');
    $set->execute('pending', $id);
    my $said = dry_run($lab, 'beside a new one', $lab->client($team),
        { pairs => [pair_new(accountId => 0 + $id), pair_new()] })->json;
    $set->execute('active', $id);
    is_deeply [map { $_->{billingDelta} } $said->{accounts}->@*],
        ['none', 'stripe_quantity_incremented'], 'it is not billed again';
    is_deeply $said->{billing}, [{ tier => 'starter', quantityBefore => 1, quantityAfter => 2 }],
        'but counted';
};

subtest 'a free team' => sub {
    my $team = $lab->team(plan => 'free');
    my ($said) = foretold($lab, 'its account', $team, body_new());
    is_deeply $said->{billing}, [], 'is not billed';
    is $said->{accounts}[0]{tier}, 'free', 'tier';
    is $said->{accounts}[0]{accountCreated}, $TRUE, 'but would be tracked';
};

subtest 'all fields' => sub {
    my $team = $lab->team(timezone => 'Europe/Zurich');
    my ($zurich) = foretold($lab, "the user's zone", $team, body_new());
    is $zurich->{timezone}, 'Europe/Zurich', 'is told';
    my @slots = map { strftime '%H:00', gmtime time + $_ * 3600 } 9, 6;
    my ($said) = foretold($lab, 'whatever is given', $team, body_new(
        name => 'Grüße 🚀', syncTimes => \@slots, timezone => 'UTC',
        autoEnrichLinkedin => $TRUE, autoEnrichEmail => $TRUE, emailMode => 'verified',
        emailDigestOverride => 'weekly', telegramOverride => $FALSE,
        deliveryDestination => 'leads_plus_webhook', webhookUrl => 'https://example.com/hook',
        csvEmailRecipients => { to => 'a@example.com', cc => ['b@example.com'],
            format => 'excel' }));
    is_deeply $said->{syncTimes}, [sort @slots], 'given times are told';
    like $said->{nextSyncAt}, qr/T\Q$slots[1]\E:00Z\z/, 'and the next of them';
    is $said->{name}, 'Grüße 🚀', 'and the name';
};

subtest 'the Idempotency-Key plays no part' => sub {
    my $client = $lab->client($lab->team);
    my ($body, $other) = (body_new(), body_new());
    my @key   = ('Idempotency-Key' => 'dry');
    my $dry   = dry_run($lab, 'a fresh key', $client, $body, @key);
    my $first = $client->post_stream($body, @key);
    answer_created('the create with that key', $first);
    is $first->headers->header('Idempotent-Replayed'), undef, 'is no replay';
    is dry_run($lab, 'a used key', $client, $body, @key)->json->{accounts}[0]{accountCreated},
        $FALSE, 'a used key: it tells what would be done now';
    is dry_run($lab, 'a used key, another body', $client, $other, @key)->code, 200,
        'a used key, another body: it is not compared';
    my $again = $client->post_stream($body, @key);
    is $again->body, $first->body, 'the replay is what it was';
    is $again->headers->header('Idempotent-Replayed'), 'true', 'and one';
    answer_refused('a bad key', dry_run($lab, 'a bad key', $client, $body,
        'Idempotency-Key' => "\x{e9}"), 400, 'invalid_idempotency_key');
};

subtest 'while handles are looked up no row is locked' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    my $stream = answer_created('an account', $client->post_stream(body_new()));
    my $body   = { pairs => [pair_new(accountId => 0 + $stream->{accounts}[0]{accountId}),
        pair_new(accountHandle => 'slow_anna')] };
    $badger->options(slow_ms => 1000);
    my ($response, @open, $looked, $unlocked);
    my $call = $client->transaction(POST => '/v1/streams?validateOnly=true', $body);
    $client->ua->start_p($call)->then(sub ($tx) { $response = $tx->res; Mojo::IOLoop->stop });
    Mojo::IOLoop->timer(0.5, sub ($) {
        $looked = !$response;
        @open   = $lab->database->transactions_open;
        $unlocked = eval {
            $dbh->do("SELECT id FROM $_ = ? FOR UPDATE NOWAIT", undef, $team->{id})
                for 'team WHERE id', 'tracked_account WHERE team_id';
            1;
        };
    });
    Mojo::IOLoop->start;
    $badger->options(slow_ms => 3000);
    is $response->code, 200, 'it ends well';
    ok $looked, 'it was looking up';
    is_deeply \@open, [], 'and no transaction was open';
    ok $unlocked, 'team and account could be locked by others';
};

subtest 'the log says so' => sub {
    my $client = $lab->client($lab->team);
    my $find   = sub ($id) {
        return (grep { /"message":"request","requestId":"$id"/ }
            split /\n/, $lab->daemon->process->log_text)[0];
    };
    my $line = sub ($response) {
        my $id = $response->headers->header('X-Request-Id');
        return Mojo::JSON::decode_json(wait_for('the log line', 5, sub { $find->($id) }));
    };
    is $line->($client->validate_stream(body_new()))->{validateOnly}, $TRUE, 'of a dry run';
    my $refused = $line->($client->validate_stream(body_new(foo => 1)));
    is $refused->{validateOnly}, $TRUE, 'of one that was refused';
    is $refused->{code}, 'validation_failed', 'with its code';
    ok !exists $line->($client->post_stream(body_new()))->{validateOnly}, 'not of a create';
};

$lab->stop;
done_testing;
