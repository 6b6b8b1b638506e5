package Headwater::Torture;

# Every fallible call of a request fails once: counted first, then the first one fails, then the
# second, and so on, each in a new request (the manner of curl's torture tests). The request must
# end in time and with an honest answer, and repeated under its key it must come to its end with
# everything in order.
#
#   my $torture = Headwater::Torture->new($lab);
#   $torture->calls_fail('new_accounts');         # statements, COMMITs, HTTP, the answer
#   $torture->allocations_fail('new_accounts');   # a sample; all with HW_TORTURE=all
#   $torture->end;

use v5.36;
use Headwater::Scenario;
use Headwater::Wait qw(wait_for);
use Test::More;
use Time::HiRes qw(time);

# nginx gives up after 25 seconds; what takes longer hangs.
my $LIMIT_S = 27;

# A key is locked for 60 seconds, a lease lasts 30.
my $LOCK_S = 61;

# Allocations that fail in each scenario.
my $SAMPLE_COUNT = 20;

# What may be said when a call has failed for a moment.
my %PASSING = map { $_ => 1 } qw(overloaded outcome_unknown handle_lookup_failed
    billing_unavailable);

# The most that a worker holds: its log, sockets, the database, libcurl's kept connections.
my $FD_MAX = 40;

sub new ($class, $lab) {
    my $self = bless { lab => $lab, faults => $lab->faults }, $class;
    $self->{worker_count} = $lab->daemon->workers;
    return $self;
}

# [point, number of its passing] for each fallible call of a scenario, in order. The first run
# makes connections and prepares statements.
sub calls_count ($self, $name) {
    my ($faults, %seen) = ($self->{faults});
    $self->scenario_run($name) for 1 .. $self->{worker_count};
    my $trace = $self->scenario_run($name, '*');
    return map { [$_, ++$seen{$_}] } grep { !/^answer:after|^connect/ } @$trace;
}

# Runs a scenario without a fault; the points it passes, if asked for.
sub scenario_run ($self, $name, $trace = undef) {
    my $faults = $self->{faults};
    my $case   = Headwater::Scenario->new($self->{lab}, $name);
    $faults->trace($trace) if $trace;
    my $response = $case->send;
    wait_for('the end', 5, sub { grep { $_ eq 'answer:after' } $faults->points }) if $trace;
    $faults->disarm;
    my @points = $trace ? $faults->points(alloc => 1) : ();
    is $response->code, $case->status, "$name: without a fault" if $trace;
    $case->end;
    return \@points;
}

sub calls_fail ($self, $name) {
    my @calls = grep { $_->[0] ne 'alloc' } $self->calls_count($name);
    cmp_ok scalar @calls, '>', 4, "$name: there are calls that can fail";
    $self->case_run($name, @$_) for @calls;
    return;
}

# Another worker may need fewer allocations than the one that was counted: then nothing happens.
sub allocations_fail ($self, $name) {
    my $count = grep { $_->[0] eq 'alloc' } $self->calls_count($name);
    my $all   = ($ENV{HW_TORTURE} // '') eq 'all';
    my $step  = $all || $count < $SAMPLE_COUNT ? 1 : $count / $SAMPLE_COUNT;
    note "$name: every allocation of $count, step $step";
    for (my $nth = 1; $nth <= $count; $nth += $step) {
        $self->case_run($name, 'alloc', int $nth);
    }
    return;
}

# One request with one failing call; a line for it.
sub case_run ($self, $name, $point, $nth) {
    my $case   = Headwater::Scenario->new($self->{lab}, $name);
    my $rule   = $self->{faults}->arm($point, 'error', nth => $nth);
    my $start  = time;
    my $first  = $case->send;
    my @faults = time - $start > $LIMIT_S ? 'it hangs' : ();
    my $fired  = $self->{faults}->fired($rule);
    $self->{faults}->disarm;
    push @faults, 'the call was not met' if !$fired && $point ne 'alloc';
    push @faults, $self->answer_faults($case, $first);
    push @faults, $case->answer_lies($first) if !@faults;
    push @faults, $self->repeat_faults($case, $first) if $case->has_key || $case->status == 200;
    $self->pending_settle if !$case->has_key;
    push @faults, $case->rest_faults;
    $case->end;
    ok !@faults, "$name: $point, $nth: " . $first->code or diag map {"$_\n"} @faults;
    return;
}

# Pending streams of requests without a key have nobody who repeats them but the reconciler.
sub pending_settle ($self) {
    $self->{faults}->clock_advance($LOCK_S);
    $self->{lab}->operator->run(qw(reconcile --no-audit --older-than 0));
    return;
}

# The right answer, a 202, or a refusal that passes, in its envelope.
sub answer_faults ($self, $case, $response) {
    my ($status, $json) = ($response->code, $response->json // {});
    return if $status == $case->status;
    return if $status == 202 && $case->status == 201 && $json->{status} eq 'pending';
    my $code = $json->{error}{code} // '';
    return "it answers $status '$code': " . $response->body if $status != 503 || !$PASSING{$code};
    my @missing = grep { !defined $json->{error}{$_} } qw(message requestId details);
    return map {"the envelope has no $_"} @missing;
}

# The same again, when all locks have ended: it comes to its end, and from then on is replayed.
sub repeat_faults ($self, $case, $first) {
    $self->{faults}->clock_advance($LOCK_S);
    my $again = $case->send;
    return 'then it answers ' . $again->code . ': ' . $again->body
        if $again->code != $case->status;
    return if !$case->has_key;
    my @faults;
    push @faults, 'the same key has another stream'
        if $first->code < 300 && $first->json->{id} != $again->json->{id};
    push @faults, 'the same key has another answer'
        if $first->code == $case->status && $first->body ne $again->body;
    my $replay = $case->send;
    push @faults, 'it is not replayed'
        if ($replay->headers->header('Idempotent-Replayed') // '') ne 'true'
        || $replay->body ne $again->body;
    return @faults;
}

# All workers are there, and none has kept what a failure left: descriptors, connections.
sub end ($self) {
    my $daemon = $self->{lab}->daemon;
    ok wait_for('all workers', 20, sub { $daemon->workers == $self->{worker_count} }),
        'all workers are there';
    my @counts = map { scalar @{[glob "/proc/$_/fd/*"]} } $daemon->workers;
    ok !(grep { $_ > $FD_MAX } @counts), 'descriptors are not lost' or diag "@counts";
    my ($connections) = $self->{lab}->dbh->selectrow_array(
        q{SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'headwater'});
    cmp_ok $connections, '<=', $self->{worker_count}, 'nor are connections';
    return;
}

1;
