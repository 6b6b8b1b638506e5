#!/usr/bin/perl
# The fault points of the test builds do what they say, in a real create through nginx: a worker
# dies, stops or waits there, or the call fails, once and at the passing that was asked for.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_created answer_refused);
use Headwater::Wait qw(wait_for);
use POSIX qw(_exit);
use Test::More;
use Time::HiRes qw(time);

my $WORKERS = 4;

my $lab    = Headwater::Lab->new(faults => 1, workers => $WORKERS);
my $faults = $lab->faults;

# The process runs, or is stopped ('T'), or is gone (undef).
sub state_of ($pid) {
    open my $in, '<', "/proc/$pid/stat" or return;
    return (split ' ', (<$in> // return) =~ s/\A.*\)//sr)[0];
}

sub wait_for_workers () {
    return wait_for("$WORKERS workers", 20, sub { $lab->daemon->workers == $WORKERS });
}

# A create of a new account under a key, by a team of its own.
sub create_new () {
    my $client = $lab->client($lab->team);
    my ($body, @key) = (body_new(), 'Idempotency-Key' => 'fault');
    return sub { $client->post_stream($body, @key) };
}

subtest 'trace' => sub {
    my $create = create_new();
    $faults->trace;
    answer_created('a create', $create->());
    wait_for('the answer to be sent', 5, sub { grep { $_ eq 'answer:after' } $faults->points });
    $faults->disarm;
    my @points = $faults->points;
    my @order  = qw(sql:api_key_find:before sql:idempotency_key_claim:before
        sql:idempotency_key_claim:after http:GET:users:before http:GET:users:after begin:before
        begin:after sql:stream_add:before sql:stream_add:after
        commit:idempotency_key_set_reserved:before commit:idempotency_key_set_reserved:after
        sql:billing_take_lease:after commit:billing_add_attempt:after
        http:POST:subscription_items:before http:POST:subscription_items:after
        sql:billing_set_applied:after commit:idempotency_key_set_finished:before
        commit:idempotency_key_set_finished:after answer:before answer:after);
    my @left = @order;
    for my $point (@points) {
        shift @left if @left && $point eq $left[0];
    }
    is_deeply \@left, [], 'passes its points in order' or diag join "\n", @points;
    cmp_ok scalar($faults->points(alloc => 1)) - @points, '>', 100, 'and allocates';
};

subtest 'count' => sub {
    my $create = create_new();
    my $rule   = $faults->arm('commit:*', 'count');
    answer_created('a create', $create->());
    is $faults->passes($rule), 6, 'three COMMITs, before and after';
    is $faults->fired($rule),  0, 'nothing happened there';
    $faults->disarm($rule);
    answer_created('the same key', $create->());
    is $faults->passes($rule), 6, 'disarmed it counts no more';
};

subtest 'kill' => sub {
    my $create = create_new();
    my $rule   = $faults->arm('commit:*:before', 'kill');
    answer_created('a name is not the start of one', $create->());
    is $faults->passes($rule), 0, 'nothing matched';
    $faults->disarm($rule);
    $create = create_new();
    $rule   = $faults->arm('commit:idempotency_key_set_reserved:*', 'kill', nth => 2);
    answer_refused('killed behind the COMMIT', $create->(), 503, 'outcome_unknown');
    is $faults->passes($rule), 2, 'at the second passing';
    is $faults->fired($rule),  1, 'once';
    wait_for('the worker to be gone', 5, sub { !defined state_of($faults->fired_pid($rule)) });
    wait_for_workers();
    answer_refused('the key is locked', $create->(), 409, 'request_in_progress');
    $faults->clock_advance(61);
    answer_created('when the lock has ended', $create->());
};

subtest 'stop' => sub {
    my $create = create_new();
    my $rule   = $faults->arm('http:POST:subscription_items:after', 'stop');
    my $child  = fork // die "fork: $!";
    if ($child == 0) {
        my $pid = $faults->wait_until_fired($rule);
        eval { wait_for('it to stop', 10, sub { (state_of($pid) // '') eq 'T' }) } or _exit(1);
        kill 'CONT', $pid;
        _exit(0);
    }
    answer_created('a stopped worker goes on', $create->());
    waitpid $child, 0;
    is $?, 0, 'when it is told to';
    is $faults->fired($rule), 1, 'it was stopped';
};

subtest 'sleep' => sub {
    my $create = create_new();
    my $rule   = $faults->arm('sql:stream_add:before', 'sleep', ms => 700);
    my $start  = time;
    answer_created('a create', $create->());
    cmp_ok time - $start, '>', 0.7, 'takes as long';
    is $faults->fired($rule), 1, 'it slept';
};

# What an error at a point makes of a create that nobody repeats.
my %answers = (
    'sql:idempotency_key_claim:before'           => [503, 'overloaded'],
    'sql:stream_add:after'                       => [503, 'overloaded'],
    'begin:after'                                => [503, 'overloaded'],
    'http:GET:users:before'                      => [201],
    'http:POST:subscription_items:before'        => [201],
    'http:POST:subscription_items:after'         => [201],
    'commit:idempotency_key_set_reserved:before' => [201],
    'commit:idempotency_key_set_reserved:after'  => [201],
    'commit:idempotency_key_set_finished:after'  => [503, 'outcome_unknown'],
    'answer:before'                              => [503, 'outcome_unknown'],
    'answer:after'                               => [201],
);

for my $point (sort keys %answers) {
    my ($status, $code) = $answers{$point}->@*;
    subtest "error: $point" => sub {
        my $create = create_new();
        my $rule   = $faults->arm($point, 'error');
        my $answer = $create->();
        answer_refused('refused', $answer, $status, $code) if $code;
        answer_created('created', $answer) if !$code;
        wait_for('the point to be passed', 5, sub { $faults->fired($rule) });
        is_deeply answer_created('the same key', $create->()), $answer->json,
            'gets the same answer' if !$code;
        answer_created('the same key', $create->()) if $code;
    };
}

subtest 'error: alloc' => sub {
    my $create = create_new();
    my $rule   = $faults->arm('alloc', 'error', nth => 40);
    answer_refused('a worker without memory', $create->(), 503, 'outcome_unknown');
    is $faults->fired($rule), 1, 'it met the fault';
    wait_for('the worker to be gone', 5, sub { !defined state_of($faults->fired_pid($rule)) });
    wait_for_workers();
};

subtest 'error: connect' => sub {
    my $create = create_new();
    my @rules  = ($faults->arm('sql:api_key_find:after', 'error'),
        $faults->arm('connect:before', 'error'));
    answer_refused('the connection is lost', $create->(), 503, 'overloaded');
    wait_for('a worker that must connect', 10, sub {
        return $create->()->code == 503 || $faults->fired($rules[1]);
    });
    wait_for('the create', 5, sub { $create->()->code == 201 });
    is_deeply [map { $faults->fired($_) } @rules], [1, 1], 'both were met';
};

subtest 'the operator\'s command' => sub {
    my $rule = $faults->arm('sql:*', 'error');
    my ($status, $out, $err) = $lab->operator->try(qw(team create --name Nobody --plan free));
    isnt $status, 0, 'fails at a point';
    like $err, qr/fault point/, 'and says so';
    is $faults->fired($rule), 1, 'it met the fault';
    ok $lab->team, 'and works again';
};

$lab->stop;
done_testing;
