#!/usr/bin/perl
# The double of Stripe makes events of subscriptions and delivers them, signed, as often and in
# whatever order it is told. The other double takes them in: it notes all that it gets.

use v5.36;
use Digest::SHA qw(hmac_sha256_hex);
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/sandbox/lib";
use Test::More;

BEGIN {
    plan skip_all => 'needs libmojolicious-perl' if !eval { require Mojo::UserAgent; 1 };
}
use Mojo::JSON qw(decode_json);
use Sandbox::Launcher;

my $dir      = tempdir(CLEANUP => 1);
my $stripe   = Sandbox::Launcher->start('stripe',       $dir);
my $endpoint = Sandbox::Launcher->start('scrapebadger', $dir);
my %to       = (url => $endpoint->url . '/hook', secret => 'whsec_1');

$stripe->control(POST => 'subscriptions/sub_1',
    { items => [{ id => 'si_1', price => 'price_a', quantity => 1 }] });

sub event (%given) {
    return $stripe->control(POST => 'events', { subscription => 'sub_1', %given });
}

# What came in since the last look: signature header and body of each.
sub taken () {
    my $requests = $endpoint->control(GET => 'requests')->{requests};
    $endpoint->control(DELETE => 'requests');
    return map { [$_->{headers}{'stripe-signature'}, $_->{body}] } @$requests;
}

sub deliver ($event, %order) {
    my $answers = $stripe->control(POST => "events/$event->{id}", { %to, %order });
    return ($answers, taken());
}

# The sentence with which a control call is refused.
sub refusal ($path, $data) {
    return eval { $stripe->control(POST => $path, $data); 1 } ? 'none' : $@;
}

subtest 'an event' => sub {
    my $event = event(status => 'past_due');
    is $event->{object}, 'event', 'object';
    like $event->{id}, qr/\Aevt_\w{14}\z/, 'id';
    is $event->{type}, 'customer.subscription.updated', 'type';
    is $event->{data}{object}{status}, 'past_due', 'the status is new';
    is_deeply $event->{data}{previous_attributes}, { status => 'active' }, 'and was another';
    cmp_ok abs($event->{created} - time), '<', 5, 'created';
    is $stripe->control(GET => 'subscriptions/sub_1')->{status}, 'past_due', 'the subscription too';
    is_deeply event()->{data}{previous_attributes}, {}, 'an update of something else';
    my $end = event(status => 'canceled', created => 100);
    is $end->{type}, 'customer.subscription.deleted', 'a cancellation';
    is $end->{created}, 100, 'at a given second';
    ok !exists $end->{data}{previous_attributes}, 'only updates say what was before';
    is event(type => 'created')->{type}, 'customer.subscription.created', 'a given type';
    is event(type => 'invoice.paid')->{type}, 'invoice.paid', 'any type';
    is $stripe->control(GET => 'events')->@*, 5, 'all are listed';
};

subtest 'a delivery' => sub {
    my $event = event(status => 'active');
    my ($answers, $got) = deliver($event);
    is_deeply [map { $_->{status} } @$answers], [404], 'what the endpoint has answered';
    like $answers->[0]{body}, qr/detail/, 'with its body';
    my ($header, $body) = @$got;
    is_deeply decode_json($body), $event, 'the event';
    my ($time, $digest) = $header =~ /\At=(\d+),v1=([0-9a-f]{64})\z/;
    is $digest, hmac_sha256_hex("$time.$body", 'whsec_1'), 'is signed';
    cmp_ok abs($time - time), '<', 5, 'now';
    my ($again, @both) = deliver($event, times => 2);
    is_deeply [map { $_->[1] } @both], [$body, $body], 'the same bytes, twice';
};

subtest 'signatures' => sub {
    my $event = event(status => 'unpaid');
    my ($old, $stale) = deliver($event, signed_at => 1000);
    my $body = $stale->[1];
    is $stale->[0], 't=1000,v1=' . hmac_sha256_hex("1000.$body", 'whsec_1'), 'at a given time';
    my ($two, $both) = deliver($event, signed_at => 1000, secrets => ['whsec_0', 'whsec_1']);
    is $both->[0], join(',', 't=1000', map { 'v1=' . hmac_sha256_hex("1000.$body", "whsec_$_") }
        0, 1), 'two secrets';
    is +(deliver($event, signature => 'anything'))[1][0], 'anything', 'a given one';
    is +(deliver($event, signature => undef))[1][0], undef, 'none';
};

subtest 'refusals' => sub {
    my $event = event();
    like refusal('events', { subscription => 'sub_x' }), qr/no such subscription/, 'subscription';
    like refusal('events', { subscription => 'sub_1', status => 'x' }), qr/must be one of/,
        'status';
    like refusal('events', { subscription => 'sub_1', sttus => 1 }), qr/no field 'sttus'/, 'field';
    like refusal('events/evt_x', {%to}), qr/404/, 'event';
    like refusal("events/$event->{id}", { url => $to{url} }), qr/secret is missing/, 'no secret';
    like refusal("events/$event->{id}", { secret => 'x' }), qr/url is missing/, 'no URL';
    like refusal("events/$event->{id}", { %to, url => 'http://127.0.0.1:1/' }), qr/400/,
        'nobody there';
    $stripe->control(POST => 'reset');
    is_deeply $stripe->control(GET => 'events'), [], 'reset forgets all';
};

is $stripe->stop,   0, 'it ends';
is $endpoint->stop, 0, 'the other too';
open my $log, '<', "$dir/stripe.log" or die $!;
is join('', <$log>), '', 'it has printed nothing';

done_testing;
