package Bench::Load;

# The loads: wrk with one script a case, the bare loop, and the two measurements that need no load.

use v5.36;
use Bench::Report;
use Headwater::Daemon;
use Headwater::Wait qw(wait_for);
use Mojo::JSON qw(decode_json);
use Time::HiRes qw(time);

my $CONNECTIONS = 32;
my $LATENCY_MS  = 100;

# The statuses that belong to a case; another one ends the benchmark.
my %GOOD = (get => 200, known_account => 201, fifty_pairs => 201, new_handle => 201);

# new(lab =>, meter =>, teams =>, folder => t/bench, bare_loop => program, workers =>, seconds =>)
sub new ($class, %given) { return bless { round => 0, %given }, $class }

# One round of a case through nginx. Returns { rps, p50_ms, p99_ms, cpu_ms => { by group },
# statements, round_trips }, all but the first three for one request.
sub service ($self, $case) {
    my $tag = sprintf 'b%x_%d', $$, $self->{round}++;
    $self->{lab}->billing_rest;
    my ($wrk, $cost) = $self->{meter}->measure(sub { $self->wrk_run($case, $tag) });
    my $count = $self->answers_check($case, $wrk, $cost->{answers});
    return {
        rps => $wrk->{requests} / $wrk->{seconds},
        $wrk->%{qw(p50_ms p99_ms)},
        per_request($cost, $count),
    };
}

sub wrk_run ($self, $case, $tag) {
    my ($lab, $folder) = @{$self}{qw(lab folder)};
    local $ENV{LUA_PATH} = "$folder/?.lua;;";
    my $out = output_of('wrk', '-t2', "-c$CONNECTIONS", "-d$self->{seconds}s", '-s',
        "$folder/$case.lua", $lab->base_url, '--', $self->{teams}->file, $tag);
    my ($result) = $out =~ /^bench (.*)$/m or die "wrk said nothing of its result:\n$out";
    return decode_json($result);
}

# wrk drops what is under way when its time is up, so nginx's log says how much was really done.
sub answers_check ($self, $case, $wrk, $answers) {
    my $good = $answers->{ $GOOD{$case} } // 0;
    my @bad  = grep { $_ != $GOOD{$case} && $_ != 499 } sort keys %$answers;
    return $good if !@bad && !$wrk->{errors} && $good;
    die "$case: $wrk->{errors} errors, answers: "
        . join(', ', map { "$answers->{$_} x $_" } sort keys %$answers) . "\n";
}

sub per_request ($cost, $count) {
    return (
        cpu_ms      => { map { $_ => 1000 * $cost->{cpu_s}{$_} / $count } keys $cost->{cpu_s}->%* },
        statements  => $cost->{statements} / $count,
        round_trips => $cost->{round_trips} / $count,
    );
}

# One round of the bare loop: the same, without HTTP's part.
sub bare ($self) {
    my ($loop, $cost) = $self->{meter}->measure(sub {
        decode_json(output_of($self->{bare_loop}, $self->{lab}->database->defaults_file,
            $self->{teams}->file, $self->{workers}, $self->{seconds}));
    });
    my %round = (rps => $loop->{creates} / $loop->{seconds}, per_request($cost, $loop->{creates}));
    $round{$_} = $loop->{$_} / $loop->{creates} for qw(statements round_trips);
    return \%round;
}

sub output_of (@command) {
    open my $out, '-|', @command or die "cannot run $command[0]: $!\n";
    my $text = join '', <$out>;
    close $out or die "$command[0] failed\n";
    return $text;
}

# Milliseconds from starting headwaterd until its log says that all workers are ready.
sub startup_ms ($self, $dir) {
    mkdir $dir or die "cannot make $dir: $!\n";
    my $daemon = Headwater::Daemon->new(
        dir      => $dir,
        program  => $self->{lab}->daemon->{program},
        settings => { $self->{lab}->daemon->{settings}->%*, 'server.socket' => "$dir/app.sock",
            'server.quick_socket' => "$dir/quick.sock" },
    );
    my $begin   = time;
    my $process = Headwater::Process->start(name => 'headwaterd', log => "$dir/headwaterd.log",
        command => [$daemon->{program}, '--config', $daemon->config]);
    wait_for('the workers', 20, sub { $process->log_text =~ /"message":"ready"/ }, 0.0005);
    my $ms         = 1000 * (time - $begin);
    my @complaints = $process->stop(40);
    die "headwaterd: @complaints\n" if @complaints;
    return $ms;
}

# Creates with handles never seen, each look-up taking 100 ms: milliseconds with one handle and with
# 50, medians of five.
sub lookups_ms ($self) {
    $self->{lab}->scrapebadger->options(latency_ms => $LATENCY_MS);
    my $one   = Bench::Report::median(map { $self->lookup_ms(1) } 1 .. 5);
    my $fifty = Bench::Report::median(map { $self->lookup_ms(50) } 1 .. 5);
    $self->{lab}->scrapebadger->options(latency_ms => 0);
    return ($one, $fifty);
}

sub lookup_ms ($self, $count) {
    my $team   = $self->{teams}->first;
    my $client = $self->{client} //= $self->{lab}->client($team);
    my $tag    = sprintf 'l%x_%d', $$, $self->{round}++;
    my @pairs  = map { { accountHandle => "${tag}_$_", segmentId => $team->{segment} + 0 } }
        1 .. $count;
    $self->{lab}->billing_rest;
    my $begin = time;
    my $code  = $client->post_stream({ pairs => \@pairs })->code;
    my $ms    = 1000 * (time - $begin);
    die "a create with $count new handles was answered with $code\n" if $code != 201;
    return $ms;
}

1;
