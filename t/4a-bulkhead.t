#!/usr/bin/perl
# Both outside services are silent, and twice as many creates are under way as there are workers:
# whatever calls no outside service is answered at once, again and again, until the creates end.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use Headwater::Streams qw(answer_created body_new handle_new pair_new);
use List::Util qw(max);
use POSIX qw(_exit WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

my $WORKERS   = 4;
my $RESERVED  = 2;
my $LOOKUP_S  = 2;
my $AT_ONCE_S = $LOOKUP_S / 2;

my $lab = Headwater::Lab->new(workers => $WORKERS, rate => 600_000, config => {
    'scrapebadger.deadline_ms' => 1000 * $LOOKUP_S,
    'stripe.timeout_ms'        => 1500,
    'server.deadline_ms'       => 4000,
});
my $team   = $lab->team;
my $client = $lab->client($team);
my @cached = map { handle_new('cached') } 1 .. $WORKERS;
my $known  = body_new(pairs => [pair_new(accountHandle => handle_new('known'))]);
my $stream = answer_created('a stream', $client->post_stream($known))->{id};

# Handles that another team has had looked up: only Stripe keeps their creates waiting.
answer_created('handles in the cache', $lab->client($lab->team)->post_stream(
    { pairs => [map { pair_new(accountHandle => $_) } @cached] }));

for my $double ($lab->scrapebadger, $lab->stripe) {
    $double->requests_clear;
    $double->fault(method => '*', delay_ms => 60_000, times => undef);
}

# A process of its own posts the creates, all at once, and writes down what came of them.
my @bodies = map { (body_new(), body_new(pairs => [pair_new(accountHandle => $_)])) } @cached;
my $result = $lab->dir . '/creates';
my $start  = time;
my $poster = fork // die "cannot fork: $!";
if (!$poster) {
    my @codes = map { $_ ? $_->code : 0 } $lab->client($team)->post_streams_at_once(\@bodies);
    file_write($result, "@codes");
    _exit(0);
}

my (@seconds, %codes);
while (waitpid($poster, WNOHANG) == 0) {
    for my $path ("/v1/streams/$stream", '/v1/nothing') {
        my $asked = time;
        $codes{ "$path " . $client->get($path)->code }++;
        push @seconds, time - $asked;
    }
    sleep 0.01; # the machine has other things to do
}
my $took = time - $start;

note sprintf '%d reads in %.1f s, the slowest %.3f s', scalar @seconds, $took, max(@seconds);
is_deeply [sort keys %codes], ['/v1/nothing 404', "/v1/streams/$stream 200"], 'reads are answered';
cmp_ok max(@seconds), '<', $AT_ONCE_S, 'each of them at once';
cmp_ok scalar @seconds, '>', 20, 'again and again';

my @answers = split ' ', file_read($result);
is scalar(grep { $_ == 503 || $_ == 202 } @answers), 2 * $WORKERS, 'creates were silent that long'
    or diag "@answers";
cmp_ok $took, '>', $LOOKUP_S * @bodies / 2 / $WORKERS, 'they did wait for the services';
for my $double ($lab->scrapebadger, $lab->stripe) {
    my $most = $double->requests->{max_in_flight};
    ok $most >= 1 && $most <= $WORKERS - $RESERVED, "$most at most were inside a call";
    $double->faults_clear;
}

answer_created('a create with a known account goes on', $client->post_stream($known)) for 1, 2;
answer_created('and one that needs both', $lab->client($lab->team)->post_stream(body_new()));

$lab->stop;
done_testing;
