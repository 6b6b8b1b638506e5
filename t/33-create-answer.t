#!/usr/bin/perl
# The specification's example: one call makes account, segment, stream and pair, and answers with
# the whole stream, members in the contract's order.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new traces_take);
use Test::More;

my $lab    = Headwater::Lab->new;
my $team   = $lab->team;
my $client = $lab->client($team);
my $before = traces_take($lab);

my $response = $client->post_stream({
    pairs => [{
        accountHandle => 'yongfook',
        segment       => {
            description          => 'AI founders building developer tools',
            appliedSearchFilters => { job_role => ['Founder', 'CTO'], location => ['germany'] },
            genderValues         => ['female', 'unknown'],
            followerCountTiers   => ['1k_to_10k'],
        },
    }],
});
my $stream = $response->json;
my $id     = $stream->{id};

subtest 'the answer of the create' => sub {
    my $headers = $response->headers;
    is $response->code, 201, 'Created' or diag $response->body;
    is $headers->location, "/v1/streams/$id", 'Location is relative';
    is $headers->content_type, 'application/json', 'Content-Type';
    is $headers->cache_control, 'no-store', 'Cache-Control';
    is $headers->content_length, length $response->body, 'Content-Length';
    like $headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, 'X-Request-Id';
    is $headers->every_header('X-Request-Id')->@*, 1, 'once';
    is $headers->header('Idempotent-Replayed'), undef, 'no replay';
};

my ($segment, $pair) = ($stream->{segments}[0]{segmentId}, $stream->{pairs}[0]{pairId});
my $account = $stream->{accounts}[0]{accountId};
my %whole   = (
    id       => $id, name => 'AI founders building developer tools · @yongfook',
    status   => 'active',
    isActive => Mojo::JSON::true(), isArchived => Mojo::JSON::false(),
    accounts => [{
        accountId      => $account, handle => 'yongfook', tier => 'starter',
        accountCreated => Mojo::JSON::true(), billingDelta => 'stripe_quantity_incremented',
    }],
    segments => [{
        segmentId      => $segment, userFacingId => "seg_$segment",
        segmentCreated => Mojo::JSON::true(),
    }],
    pairs     => [{ pairId => $pair, accountId => $account, segmentId => $segment }],
    syncTimes => $stream->{syncTimes}, timezone => 'UTC', nextSyncAt => $stream->{nextSyncAt},
    autoEnrichLinkedin => Mojo::JSON::false(), autoEnrichEmail => Mojo::JSON::false(),
    emailMode => 'any', emailDigestOverride => undef, telegramOverride => undef,
    deliveryDestination => 'leads_only', webhookUrl => undef, csvEmailRecipients => undef,
    createdAt => $stream->{createdAt},
);

# Every member name of a JSON text in its order; no text value here looks like one.
sub member_names ($json) { return [$json =~ /"(\w+)" *:/g] }

my @BEHIND = qw(syncTimes timezone nextSyncAt autoEnrichLinkedin autoEnrichEmail emailMode
    emailDigestOverride telegramOverride deliveryDestination webhookUrl csvEmailRecipients
    createdAt);

subtest 'its body' => sub {
    is_deeply $stream, \%whole, 'member by member';
    is_deeply member_names($response->body), [
        qw(id name status isActive isArchived accounts accountId handle tier accountCreated
            billingDelta segments segmentId userFacingId segmentCreated pairs pairId accountId
            segmentId), @BEHIND
    ], 'in order';
    like $response->body, qr/"$_" *: *[1-9][0-9]*[,}]/, "$_ is an integer"
        for qw(id accountId segmentId pairId);
    like $stream->{createdAt}, qr/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/, 'createdAt';
    cmp_ok abs(Mojo::Date->new($stream->{createdAt})->epoch - time), '<', 60, 'is now';
    like $stream->{syncTimes}[0], qr/\A(?:[01]\d|2[0-3]):(?:00|15|30|45)\z/, 'one slot';
    is $stream->{syncTimes}->@*, 1, 'and no more';
};

subtest 'what it left' => sub {
    my $after = traces_take($lab);
    my %more  = map { $_ => $after->{$_} - $before->{$_} } keys %$after;
    is_deeply \%more, {
        tracked_account => 1, segment => 1, segment_label => 3, stream => 1, pair => 1,
        stream_slot => 1, billing => 0, streams_counted => 1, not_active => 0, attempts => 0,
        paid => 1,
    }, 'one of each';
    is_deeply $lab->dbh->selectrow_arrayref(
        'SELECT name, description, gender_values, follower_count_tiers FROM segment WHERE id = ?',
        undef, $segment),
        [undef, 'AI founders building developer tools', 'female,unknown', '1k_to_10k'], 'segment';
    is_deeply $lab->dbh->selectcol_arrayref(
        'SELECT l.name FROM segment_label s JOIN label l ON l.id = s.label_id
         WHERE s.segment_id = ? ORDER BY l.name', undef, $segment),
        [qw(CTO Founder Germany)], 'its labels, in their canonical spelling';
    my ($change) = $lab->seat_changes($team);
    is_deeply [@{$change}{qw(item from to)}], [$team->{items}{starter}, 0, 1], 'one seat is paid';
};

subtest 'read back' => sub {
    delete $whole{accounts}[0]->@{qw(accountCreated billingDelta)};
    delete $whole{segments}[0]{segmentCreated};
    my $read = $client->get("/v1/streams/$id");
    is $read->code, 200, 'status';
    is $read->headers->content_type, 'application/json', 'Content-Type';
    is $read->headers->cache_control, 'no-store', 'Cache-Control';
    is $read->headers->location, undef, 'no Location';
    is_deeply $read->json, \%whole, 'the same without what speaks of the create call';
    is_deeply member_names($read->body), [
        qw(id name status isActive isArchived accounts accountId handle tier segments segmentId
            userFacingId pairs pairId accountId segmentId), @BEHIND
    ], 'in the same order';
    my $head = $client->request(HEAD => "/v1/streams/$id");
    is $head->code, 200, 'HEAD';
    is $head->body, '',  'has no body';
};

subtest 'the same account and segment again' => sub {
    my $again = $client->post_stream(
        { pairs => [{ accountId => 0 + $account, segmentId => 0 + $segment }] });
    my $json = $again->json;
    is $again->code, 201, 'Created';
    isnt $json->{id}, $id, 'another stream';
    is_deeply $json->{accounts}[0], {
        accountId      => $account, handle => 'yongfook', tier => 'starter',
        accountCreated => Mojo::JSON::false(), billingDelta => 'none',
    }, 'of the known account';
    is_deeply $json->{segments}, [{
        segmentId      => $segment, userFacingId => "seg_$segment",
        segmentCreated => Mojo::JSON::false(),
    }], 'and segment';
    is scalar($lab->seat_changes($team)), 1, 'nothing more is paid';
    my $unicode = $client->post_stream(body_new(name => 'Grüße 🚀 "q" \\ / é'))->json;
    is $unicode->{name}, 'Grüße 🚀 "q" \\ / é', 'text comes back as it was sent';
};

subtest 'several accounts' => sub {
    my @handles = qw(zoe adam Mia);
    my $json    = $client->post_stream({
        pairs => [map { pair_new(accountHandle => $_, accountTier => 'growth') } @handles] })->json;
    is_deeply [map { $_->{handle} } $json->{accounts}->@*], [map { lc } @handles],
        'in the order of the request, as X spells them';
    is_deeply [map { $_->{accountId} } $json->{pairs}->@*],
        [map { $_->{accountId} } $json->{accounts}->@*], 'a pair for each';
    is_deeply [map { $_->{tier} } $json->{accounts}->@*], [('growth') x 3], 'in the tier asked for';
    my $read = $client->get("/v1/streams/$json->{id}")->json;
    is_deeply [map { $_->{handle} } $read->{accounts}->@*], [map { lc } @handles],
        'read back in the same order';
    is_deeply $read->{pairs}, $json->{pairs}, 'with the same pairs';
};

$lab->stop;
done_testing;
