#!/usr/bin/perl
# The order of errors is binding when several apply: requests that break every rule from one on.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $stripe = $lab->stripe;
my $team   = $lab->team;
my $client = $lab->client($team);

# A full account, and one that is not.
my $full = answer_created('full', $client->post_stream(body_new()));
my %full = (accountId => $full->{accounts}[0]{accountId},
    segmentId => $full->{segments}[0]{segmentId});
answer_created('fuller', $client->post_stream({ pairs => [{%full}] })) for 2 .. 3;

# What can be wrong, each as pairs; the order of the keys is the order of the contract.
my %orphan  = (segment => { description => 'd', appliedSearchFilters => { skill => ['zzzz'] } });
my %no_one  = (accountId => 999_999_999);
my %nowhere = (segmentId => 999_999_999);
my %wrong   = (
    field     => { accountHandle => 'a b' },
    broken    => { accountHandle => 'broken_x' },
    missing   => { accountHandle => 'missing_x' },
    protected => { accountHandle => 'protected_x' },
    full      => { accountId => $full{accountId} },
    no_one    => \%no_one,
    new       => {},
);

# A body of these wrongs, all with one segment.
sub body_of ($segment, @wrongs) {
    return { pairs => [map { pair_new($wrong{$_}->%*, %$segment) } @wrongs] };
}

sub decided ($what, $body, $status, $code, $who = $client, %headers) {
    my $response = leaves_nothing($lab, $what, sub { $who->post_stream($body, %headers) });
    return answer_refused($what, $response, $status, $code);
}

my @upstream = qw(protected missing broken);

subtest 'fields, then segments, then labels' => sub {
    my $many = sub (@first) {
        my $body = body_of(\%orphan, @first, 'no_one', 'full', @upstream);
        push $body->{pairs}->@*, pair_new(%nowhere);
        return $body;
    };
    decided('a field comes first', $many->('field'), 400, 'validation_failed');
    decided('then more than one segment', $many->(), 400, 'stream_multi_segment');
    decided('then orphans', body_of(\%orphan, 'no_one', 'full', @upstream), 400, 'orphan_label');
};

subtest 'ids, then limits' => sub {
    decided('an account id', body_of(\%nowhere, 'no_one', 'full', @upstream), 404,
        'account_not_found');
    decided('a segment id', body_of(\%nowhere, 'full', @upstream), 404, 'segment_not_found');
    decided('a full account before any look-up', body_of({}, 'full', @upstream), 400,
        'stream_cap_exceeded');
};

subtest 'the subscription' => sub {
    my $state = sub ($to) {
        $lab->dbh->do('UPDATE team SET subscription_status = ? WHERE id = ?', undef, $to,
            $team->{id});
    };
    $state->('canceled');
    decided('orphans before it', body_of(\%orphan, 'full', @upstream), 400, 'orphan_label');
    decided('ids before it', body_of({}, 'no_one', 'full', @upstream), 404, 'account_not_found');
    decided('it goes before a full account', body_of({}, 'full', @upstream), 403,
        'subscription_required');
    decided('it goes before look-ups', body_of({}, @upstream), 403, 'subscription_required');
    $state->('active');
};

subtest 'a free team' => sub {
    my $free  = $lab->client($lab->team(plan => 'free'));
    my $first = answer_created('its account', $free->post_stream(body_new()));
    my $used  = { accountId => 0 + $first->{accounts}[0]{accountId} };
    my $pairs = sub (@more) { { pairs => [map { pair_new(%$_) } $used, @more] } };
    decided('ids before the limit', $pairs->(\%no_one, {}), 404, 'account_not_found', $free);
    decided('the limit before a full account', $pairs->({}), 403, 'free_account_limit', $free);
    decided('the limit before look-ups', $pairs->(map { $wrong{$_} } @upstream), 403,
        'free_account_limit', $free);
    decided('full', $pairs->(), 400, 'stream_cap_exceeded', $free);
};

subtest 'look-ups, then payment' => sub {
    $stripe->fault(kind => 'card_declined', times => undef);
    decided('failed first',   body_of({}, @upstream, 'new'), 503, 'handle_lookup_failed');
    decided('missing second', body_of({}, qw(protected missing new)), 404, 'handle_not_found');
    decided('protected third', body_of({}, qw(protected new)), 422, 'handle_protected');
    decided('payment last',   body_of({}, 'new'), 402, 'payment_failed');
    $stripe->faults_clear;
};

subtest 'the Idempotency-Key' => sub {
    my @key = ('Idempotency-Key' => 'order');
    my $good = body_new();
    answer_created('the first', $client->post_stream($good, @key));
    decided('a field comes before the key', { pairs => [] }, 400, 'validation_failed',
        $client, @key);
    decided('the key comes before segments', { pairs => [pair_new(), pair_new(%nowhere)] }, 422,
        'idempotency_key_reused', $client, @key);
    decided('and before limits', body_of({}, 'full'), 422, 'idempotency_key_reused', $client, @key);
};

$lab->stop;
done_testing;
