#!/usr/bin/perl
# 64 clients on one Idempotency-Key at once: one stream, one effective write at Stripe, and all who
# get an answer get the same bytes.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answers_count traces_take);
use Test::More;

my $CLIENTS = 64;
my $ROUNDS  = 5;

my $lab = Headwater::Lab->new(workers => 8);

for my $latency_ms (0, 100) {
    $lab->stripe->options(latency_ms => $latency_ms);
    for my $round (1 .. $ROUNDS) {
        subtest "Stripe takes $latency_ms ms, round $round" => sub {
            my $team   = $lab->team;
            my $client = $lab->client($team);
            my $body   = { pairs => [map { pair_new() } 1 .. 3] };
            my @key    = ('Idempotency-Key' => 'storm');
            my $before = traces_take($lab);
            my @all    = $client->post_streams_at_once([($body) x $CLIENTS], @key);
            my $count  = answers_count(@all);
            is_deeply [grep { !/\A201\z|\A409 request_in_progress\z/ } keys %$count], [],
                'created, or still running' or diag explain $count;
            push @all, $client->post_stream($body, @key);
            my @created = grep { $_->code == 201 } @all;
            my %bodies  = map { $_->body => 1 } @created;
            is scalar(keys %bodies), 1, 'one answer, byte for byte';
            is scalar(grep { !$_->headers->header('Idempotent-Replayed') } @created), 1,
                'all but one are replays';
            my $after = traces_take($lab);
            is $after->{stream} - $before->{stream}, 1, 'one stream';
            is $after->{segment} - $before->{segment}, 1, 'one segment';
            is $after->{pair} - $before->{pair}, 3, 'three pairs';
            is_deeply [map { [@{$_}{qw(from to)}] } $lab->seat_changes($team)], [[0, 3]],
                'one effective write at Stripe';
        };
    }
}

subtest 'two bodies on one key' => sub {
    my $client = $lab->client($lab->team);
    my @bodies = map { body_new(name => "body $_") } 1, 2;
    my @all    = $client->post_streams_at_once([map { $bodies[$_ % 2] } 1 .. $CLIENTS],
        'Idempotency-Key' => 'two');
    my $count = answers_count(@all);
    my $right = qr/\A(?:201|409 request_in_progress|422 idempotency_key_reused)\z/;
    is_deeply [grep { $_ !~ $right } keys %$count], [], 'nothing else' or diag explain $count;
    my %names = map { $_->json->{name} => 1 } grep { $_->code == 201 } @all;
    is scalar(keys %names), 1, 'one body wins';
    is $count->{'422 idempotency_key_reused'}, $CLIENTS / 2, 'the other is refused each time';
};

$lab->stop;
done_testing;
