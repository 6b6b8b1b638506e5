package Bench::Meter;

# What a span of work cost: CPU by group of processes, what MariaDB was asked, what nginx answered,
# memory of the workers.

use v5.36;
use POSIX qw(sysconf _SC_CLK_TCK);
use Time::HiRes qw(sleep);

my $TICKS_PER_S = sysconf(_SC_CLK_TCK);

# Requests that were under way when the load ended are finished by then.
my $SETTLE_S = 0.2;

# Statements in the protocol's prepared form, and the few that go out as text.
my @EXECUTED = qw(COM_STMT_EXECUTE COM_BEGIN COM_COMMIT COM_ROLLBACK);
my @COUNTERS = (@EXECUTED, 'COM_STMT_PREPARE');

sub new ($class, $lab) {
    my $self = bless { lab => $lab }, $class;
    $self->{group} = {
        nginx   => [$lab->nginx->process->pid],
        workers => [$lab->daemon->process->pid],
        mariadb => [$lab->database->process->pid],
        doubles => [map { $lab->$_->process->pid } qw(scrapebadger stripe)],
    };
    return $self;
}

# Runs $work->() and returns what it returned and a hash of what it cost: cpu_s by group, executed
# and round_trips of the database, answers by status.
sub measure ($self, $work) {
    my $place  = -s $self->log_file || 0;
    my $before = $self->snapshot;
    my @clock  = times;
    my $result = $work->();
    sleep $SETTLE_S;
    my $after = $self->snapshot;
    my @then  = times;
    my %cost  = (
        cpu_s       => { map { $_ => $after->{cpu}{$_} - $before->{cpu}{$_} } keys $self->{group}->%* },
        executed    => sum(map { $after->{status}{$_} - $before->{status}{$_} } @EXECUTED),
        round_trips => sum(map { $after->{status}{$_} - $before->{status}{$_} } @COUNTERS),
        answers     => $self->answers_count($place),
    );
    $cost{cpu_s}{load} = $then[2] + $then[3] - $clock[2] - $clock[3];
    return ($result, \%cost);
}

# The meter's own statement goes out as text, so none of the counters sees it.
sub snapshot ($self) {
    my $names  = join ', ', map { "'$_'" } @COUNTERS;
    my $status = $self->{lab}->dbh->selectall_hashref("SELECT variable_name AS name,
        variable_value AS value FROM information_schema.global_status
        WHERE variable_name IN ($names)", 'name');
    return {
        cpu    => { map { $_ => sum(map { cpu_s($_) } $self->{group}{$_}->@*) }
                        keys $self->{group}->%* },
        status => { map { $_ => $status->{$_}{value} } @COUNTERS },
    };
}

# CPU seconds of a process, of its children that live, and of those that were replaced.
sub cpu_s ($pid) {
    my @own = stat_fields($pid);
    my @children = map { [stat_fields($_)] } children($pid);
    return sum(@own[11 .. 14], map { @{$_}[11, 12] } @children) / $TICKS_PER_S;
}

# The fields of /proc/PID/stat behind the name: state is 0, utime 11, stime 12, cutime 13, cstime 14.
sub stat_fields ($pid) {
    open my $in, '<', "/proc/$pid/stat" or die "process $pid is gone\n";
    return split ' ', <$in> =~ s/\A.*\)//sr;
}

sub children ($pid) {
    open my $in, '<', "/proc/$pid/task/$pid/children" or return;
    return split ' ', <$in> // '';
}

sub log_file ($self) { return "$self->{lab}{dir}/nginx/access.log" }

# How many requests nginx has answered since its log was $place bytes long, by status.
sub answers_count ($self, $place) {
    my %count;
    open my $in, '<', $self->log_file or die 'cannot read ' . $self->log_file . ": $!\n";
    seek $in, $place, 0;
    while (my $line = <$in>) {
        $count{$1}++ if $line =~ /"status":(\d+)/;
    }
    return \%count;
}

# Mean over the workers, in MB.
sub worker_pss ($self) {
    my @kb = map { pss_kb($_) } $self->{lab}->daemon->workers;
    return sum(@kb) / @kb / 1000 * 1.024;
}

sub pss_kb ($pid) {
    open my $in, '<', "/proc/$pid/smaps_rollup" or die "cannot read the memory of $pid: $!\n";
    my ($kb) = join('', <$in>) =~ /^Pss:\s+(\d+) kB/m;
    return $kb;
}

sub sum (@numbers) {
    my $sum = 0;
    $sum += $_ for @numbers;
    return $sum;
}

1;
