#!/usr/bin/perl
# A worker is stopped past its claim and its lease, another run takes its key over and ends the
# create, and then the first one goes on: nothing is done twice, and both tell the same.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Ledger;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;

my $LAPSE_S = 61;    # after it no claim and no lease holds any more

my $lab    = Headwater::Lab->new(faults => 1, workers => 4, rate => 60_000);
my $faults = $lab->faults;
my $ledger = Headwater::Ledger->new(lab => $lab);

my @POINTS = qw(
    sql:idempotency_key_claim:after http:GET:users:after
    commit:idempotency_key_set_reserved:before commit:idempotency_key_set_reserved:after
    sql:billing_take_lease:after commit:billing_add_attempt:before
    commit:billing_add_attempt:after http:POST:subscription_items:before
    http:POST:subscription_items:after sql:billing_set_applied:before
    sql:billing_set_applied:after commit:idempotency_key_set_finished:before
    commit:idempotency_key_set_finished:after answer:before
);

# Where the stopped run holds row locks the taker has to wait for it.
my %HOLDS = map { $_ => 1 } 'commit:stream_set_active:before', grep { /^commit:.*:before/ } @POINTS;

sub state_of ($pid) {
    open my $in, '<', "/proc/$pid/stat" or return '';
    return (split ' ', (<$in> // return '') =~ s/\A.*\)//sr)[0];
}

for my $keyed (1, 0) {
    for my $point (grep { $keyed || !/idempotency_key_claim/ } @POINTS) {
        $point =~ s/idempotency_key_set_reserved/stream_add_slot/ if !$keyed;
        $point =~ s/idempotency_key_set_finished/stream_set_active/ if !$keyed;
        subtest "stopped at $point, " . ($keyed ? 'with a key' : 'without') => sub {
            my $team   = $lab->team;
            my $client = $lab->client($team);
            my $key    = $keyed ? 'zombie' : undef;
            my $body   = body_new();
            my $post   = sub { return $client->ua->start_p($client->transaction(
                POST => '/v1/streams', $body, 'Idempotency-Key' => $key))
                ->then(sub ($tx) { $tx->res }) };
            my $rule   = $faults->arm($point, 'stop');
            my ($late, $taken);
            my $done = $post->()->then(sub ($response) { $late = $response });
            my $tick = Mojo::IOLoop->recurring(0.01 => sub { });
            Mojo::IOLoop->one_tick while !$faults->fired($rule);
            Mojo::IOLoop->remove($tick);
            my $zombie = $faults->fired_pid($rule);
            wait_for('it to stop', 5, sub { state_of($zombie) eq 'T' });
            $faults->clock_advance($LAPSE_S);
            if ($keyed) {
                $post->()->then(sub ($response) { $taken = $response })->wait;
            } else {
                my ($status) = $lab->operator->try(qw(reconcile --no-audit --older-than 0));
                like $status, $HOLDS{$point} ? qr/\A[01]\z/ : qr/\A0\z/,
                    'the reconciler is there first';
            }
            kill 'CONT', $zombie;
            $done->wait;
            $ledger->note($team, $key, $_) for grep { defined } $late, $taken;
            if ($keyed) {
                like $taken->code, $HOLDS{$point} ? qr/\A(?:201|409|503)\z/ : qr/\A201\z/,
                    'the taker ends it';
                $faults->clock_advance($LAPSE_S);
                $post->()->then(sub ($response) { $taken = $response })->wait;
                $ledger->note($team, $key, $taken);
                answer_created('the same key in the end', $taken);
            }
            like $late->code, qr/\A(?:201|409|503)\z/, 'the late one is honest: ' . $late->code;
            is $late->body, $taken->body, 'and says the same' if $keyed && $late->code == 201;
            $lab->operator->run(qw(reconcile --no-audit --older-than 0));
            is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 1]],
                'paid for once';
        };
    }
}

my @violations = $ledger->violations;
is_deeply \@violations, [], 'the books balance' or diag join "\n", @violations;
$lab->stop;
done_testing;
