package Bench::Meter;

# What a span of work cost: CPU by group of processes, what MariaDB was asked, what nginx answered,
# memory of the workers.

use v5.36;
use POSIX qw(sysconf _SC_CLK_TCK);
use Time::HiRes qw(sleep);

my $TICKS_PER_S = sysconf(_SC_CLK_TCK);

# Requests that were under way when the load ended are finished by then.
my $SETTLE_S = 0.2;

# Questions are all statements that clients had executed, prepared ones among them; preparing is a
# round trip of its own. Between two readings lies one statement of the meter itself.
my @COUNTERS = qw(QUESTIONS COM_STMT_PREPARE);
my $OWN      = 1;

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

# Runs $work->() and returns what it returned and a hash of what it cost: cpu_s by group,
# statements and round_trips of the database, answers by status.
sub measure ($self, $work) {
    my $place  = -s $self->log_file || 0;
    my $before = $self->snapshot;
    my @clock  = times;
    my $result = $work->();
    sleep $SETTLE_S;
    my $after = $self->snapshot;
    my @then  = times;
    my $asked = difference($after->{status}, $before->{status});
    my %cost  = (
        cpu_s       => difference($after->{cpu}, $before->{cpu}),
        statements  => $asked->{QUESTIONS} - $OWN,
        round_trips => $asked->{QUESTIONS} - $OWN + $asked->{COM_STMT_PREPARE},
        answers     => $self->answers_count($place),
    );
    $cost{cpu_s}{load} = $then[2] + $then[3] - $clock[2] - $clock[3];
    return ($result, \%cost);
}

sub snapshot ($self) {
    my $names = join ', ', map { "'$_'" } @COUNTERS;
    my $rows  = $self->{lab}->dbh->selectall_arrayref("SELECT variable_name, variable_value
        FROM information_schema.global_status WHERE variable_name IN ($names)");
    my $group = $self->{group};
    return {
        cpu    => { map { $_ => sum(map { cpu_s($_) } $group->{$_}->@*) } keys %$group },
        status => { map { @$_ } @$rows },
    };
}

sub difference ($after, $before) {
    return { map { $_ => $after->{$_} - $before->{$_} } keys %$after };
}

# CPU seconds of a process, of its children that live, and of those that were replaced.
sub cpu_s ($pid) {
    my @own = stat_fields($pid);
    my @children = map { [stat_fields($_)] } children($pid);
    return sum(@own[11 .. 14], map { @{$_}[11, 12] } @children) / $TICKS_PER_S;
}

# The fields of /proc/PID/stat behind the name: state is 0, utime 11, stime 12, cutime 13 and
# cstime 14.
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
