#!/usr/bin/perl
# Idempotency-Key: the same key and body bring the first answer, byte for byte; final answers are
# kept, others are not; the key belongs to the team.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_refused answer_created leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab    = Headwater::Lab->new;
my $stripe = $lab->stripe;
my $badger = $lab->scrapebadger;

# Another team: the new accounts of one team are not all paid for at once.
my ($team, $client);
sub team_renew () { $team = $lab->team; $client = $lab->client($team); return }

my $keys = 0;
sub key_new () { return ('Idempotency-Key' => 'key-' . ++$keys) }

sub is_replay ($what, $first, $response) {
    is $response->code, $first->code, "$what: status";
    is $response->body, $first->body, "$what: byte for byte";
    is $response->headers->header('Idempotent-Replayed'), 'true', "$what: Idempotent-Replayed";
    is $response->headers->location, $first->headers->location, "$what: Location";
    is $response->headers->content_type, 'application/json', "$what: Content-Type";
    like $response->headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, "$what: X-Request-Id";
    isnt $response->headers->header('X-Request-Id'), $first->headers->header('X-Request-Id'),
        "$what: of its own";
    return;
}

# The first answer is no replay; the second is, and leaves nothing.
sub replays ($what, $body, @headers) {
    my $first = $client->post_stream($body, @headers);
    is $first->headers->header('Idempotent-Replayed'), undef, "$what: no replay at first";
    is_replay("$what, $_", $first, leaves_nothing($lab, $what,
        sub { $client->post_stream($body, @headers) })) for 'again', 'and again';
    return $first;
}

subtest 'a replay' => sub {
    team_renew();
    my $first = replays('a create', body_new(name => 'Grüße 🚀'), key_new());
    is $first->code, 201, 'Created';
    like $first->headers->location, qr{\A/v1/streams/\d+\z}, 'Location';
    is replays('several accounts', { pairs => [pair_new(), pair_new(accountTier => 'pro')] },
        key_new())->code, 201, 'Created';
    $lab->dbh->do('UPDATE idempotency_key SET created_at = created_at - INTERVAL 23 HOUR,
        locked_until = locked_until - INTERVAL 23 HOUR');
    is_replay('a day later', $first, $client->post_stream(body_of($first),
        'Idempotency-Key' => 'key-1'));
};

# The body of the first request above, again.
sub body_of ($first) {
    return { name => 'Grüße 🚀', pairs => [{ accountHandle => $first->json->{accounts}[0]{handle},
        segment => { description => 'AI founders' } }] };
}

subtest 'the same JSON' => sub {
    team_renew();
    my @key  = key_new();
    my @text = (
        '{"name":"a\u00e9/b","pairs":[{"accountHandle":"same","segment":{"description":"d"}}]}',
        '{"pairs":[{"segment":{"description":"d"},"accountHandle":"same"}],"name":"aé/b"}',
        qq({ "name" : "a\\u00E9\\/b",\n\t"pairs": [ {"accountHandle":"s\\u0061me",\r\n)
            . q("segment":{"description":"\u0064"} } ] } ),
    );
    utf8::encode($_) for @text;
    my $first = $client->post_stream($text[0], @key);
    is $first->code, 201, 'the first';
    is_replay($_->[0], $first, $client->post_stream($_->[1], @key))
        for ['another order', $text[1]], ['other spaces and escapes', $text[2]];
    is_replay('another charset parameter', $first, $client->post_stream($text[0], @key,
        'Content-Type' => 'application/json; charset=utf-8'));
};

subtest 'another body' => sub {
    team_renew();
    my @key  = key_new();
    my $body = { pairs => [pair_new()], name => 'a' };
    answer_created('the first', $client->post_stream($body, @key));
    my %other = (
        'a value'         => { %$body, name => 'b' },
        'letter case'     => { %$body, name => 'A' },
        'a space in text' => { %$body, name => 'a ' },
        'one more field'  => { %$body, timezone => 'UTC' },
        'a null field'    => { %$body, timezone => undef },
        'fewer fields'    => { pairs => $body->{pairs} },
        'another type of the same meaning' => { pairs => [{ $body->{pairs}[0]->%*,
            accountHandle => '@' . $body->{pairs}[0]{accountHandle} }], name => 'a' },
        'one pair more'   => { %$body, pairs => [$body->{pairs}->@*, pair_new()] },
    );
    for my $what (sort keys %other) {
        my $response = leaves_nothing($lab, $what, sub { $client->post_stream($other{$what},
            @key) });
        answer_refused($what, $response, 422, 'idempotency_key_reused');
    }
    is $client->post_stream($body, @key)->code, 201, 'the first answer stands';
};

subtest 'forms of a key' => sub {
    team_renew();
    my $body  = body_new();
    my $first = $client->post_stream($body, 'Idempotency-Key' => 'some-Key_1');
    is_replay('quoted', $first, $client->post_stream($body, 'Idempotency-Key' => '"some-Key_1"'));
    is_replay('spaces around', $first, $client->post_stream($body,
        'Idempotency-Key' => '  some-Key_1  '));
    for my $other ('some-key_1', 'SOME-KEY_1', 'some-Key_', 'some-Key_11', "'some-Key_1'") {
        my $response = $client->post_stream($body, 'Idempotency-Key' => $other);
        is $response->headers->header('Idempotent-Replayed'), undef, "$other is another key"
            and ok $response->code == 201
            || $response->json->{error}{code} eq 'stream_cap_exceeded', 'and runs';
    }
    team_renew();
    for my $legal ('x', 'x' x 255, '"' . 'y' x 255 . '"', '!#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
        'a"b', '"a\\"b\\\\"', '8e03978e-40d5-43e8-bc93-6894a57f9324') {
        my $response = replays(substr($legal, 0, 30), body_new(), 'Idempotency-Key' => $legal);
        is $response->code, 201, 'is legal' or diag $response->body;
    }
    my $quote = body_new();
    my $one   = $client->post_stream($quote, 'Idempotency-Key' => 'q"\\z');
    is_replay('escapes', $one, $client->post_stream($quote, 'Idempotency-Key' => '"q\\"\\\\z"'));
    my @header = map { body_new() } 1 .. 2;
    answer_created('without a key', $client->post_stream($header[0]));
    answer_created('nothing is a replay', $client->post_stream($header[0]));
    answer_refused('two headers', $client->post_stream($header[1], 'Idempotency-Key' => ['a', 'a']),
        400, 'invalid_idempotency_key');
};

subtest 'a key belongs to the team' => sub {
    team_renew();
    my $other = $lab->client($lab->team);
    my $body  = body_new();
    my @key   = key_new();
    my $first = $client->post_stream($body, @key);
    my $new   = answer_created('another team', $other->post_stream($body, @key));
    isnt $new->{id}, $first->json->{id}, 'has its own stream';
    my $secret = $lab->operator->run(qw(key create --user), $lab->user($team->{id}))->{key}{secret};
    is_replay('another API key of the team', $first, $lab->client($secret)->post_stream($body,
        @key));
};

# A refusal that is final stays, even when its reason is gone.
subtest 'refusals that are kept' => sub {
    team_renew();
    my $full = $client->post_stream(body_new())->json;
    my %full = (accountId => $full->{accounts}[0]{accountId},
        segmentId => $full->{segments}[0]{segmentId});
    $client->post_stream({ pairs => [{%full}] }) for 2 .. 3;
    my %bodies = (
        stream_multi_segment => { pairs => [pair_new(),
            pair_new(segment => { description => 'x' })] },
        orphan_label => { pairs => [pair_new(segment => { description => 'd',
            appliedSearchFilters => { skill => ['zzzz'] } })] },
        account_not_found   => { pairs => [pair_new(accountId => 999_999_999)] },
        segment_not_found   => { pairs => [pair_new(segmentId => 999_999_999)] },
        stream_cap_exceeded => { pairs => [{%full}] },
        handle_not_found    => { pairs => [pair_new(accountHandle => 'missing_x')] },
        handle_protected    => { pairs => [pair_new(accountHandle => 'protected_x')] },
    );
    for my $code (sort keys %bodies) {
        my $first = replays($code, $bodies{$code}, key_new());
        is $first->json->{error}{code}, $code, $code;
    }
    my @declined = (body_new(), key_new());
    $stripe->fault(kind => 'card_declined', times => undef);
    my $first = replays('payment_failed', @declined);
    is $first->json->{error}{code}, 'payment_failed', 'payment_failed';
    $stripe->faults_clear;
    is_replay('with money now', $first, $client->post_stream(@declined));
    my $state = sub ($to) { $lab->dbh->do('UPDATE team SET subscription_status = ? WHERE id = ?',
        undef,
        $to, $team->{id}) };
    my @lapsed = (body_new(), key_new());
    $state->('past_due');
    my $lapsed = replays('subscription_required', @lapsed);
    is $lapsed->code, 403, 'subscription_required';
    $state->('active');
    is_replay('with a subscription now', $lapsed, $client->post_stream(@lapsed));
};

# What is not final runs again under the same key, also with another body.
subtest 'refusals that are not kept' => sub {
    team_renew();
    my %bad = (
        invalid_json      => '{',
        validation_failed => { pairs => [] },
        unsupported_media_type => undef,
        handle_lookup_failed   => { pairs => [pair_new(accountHandle => 'broken_x')] },
    );
    for my $code (sort keys %bad) {
        my @key  = key_new();
        my %type = $bad{$code} ? () : ('Content-Type' => 'text/plain');
        answer_refused($code, $client->post_stream($bad{$code} // '{}', @key, %type),
            { unsupported_media_type => 415, handle_lookup_failed => 503 }->{$code} // 400, $code);
        my $good = $client->post_stream(body_new(), @key);
        answer_created("$code: then the key is free", $good);
        is $good->headers->header('Idempotent-Replayed'), undef, 'no replay';
    }
    my @key  = key_new();
    my $body = body_new();
    $badger->fault(status => 503, times => undef);
    answer_refused('a look-up fails', $client->post_stream($body, @key), 503,
        'handle_lookup_failed');
    $badger->faults_clear;
    answer_created('the same request', $client->post_stream($body, @key));
};

subtest 'the first one still runs' => sub {
    team_renew();
    $badger->options(slow_ms => 2500);
    my @key   = key_new();
    my $body  = { pairs => [pair_new(accountHandle => 'slow_ann')] };
    my $first;
    my $done  = $client->ua->start_p($client->transaction(POST => '/v1/streams', $body, @key))
        ->then(sub ($tx) { $first = $tx->res });
    wait_for('the look-up', 5, sub {
        Mojo::IOLoop->timer(0.02 => sub { Mojo::IOLoop->stop });
        Mojo::IOLoop->start;
        return $badger->requests->{in_flight};
    });
    my $second = $client->post_stream($body, @key);
    answer_refused('the same request', $second, 409, 'request_in_progress');
    like $second->headers->header('Retry-After'), qr/\A[1-9]\d*\z/, 'Retry-After';
    answer_refused('another body', $client->post_stream(body_new(), @key), 422,
        'idempotency_key_reused');
    answer_created('another key', $client->post_stream(body_new(), key_new()));
    $done->wait;
    answer_created('the first one ends', $first);
    is_replay('and is replayed', $first, $client->post_stream($body, @key));
};

$lab->stop;
done_testing;
