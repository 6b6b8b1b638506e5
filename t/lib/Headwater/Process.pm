package Headwater::Process;

# One program that runs beside the test: started in a process group of its own, its output in a log
# file, stopped by the id recorded here and by nothing else.

use v5.36;
use Carp qw(croak);
use Headwater::Wait qw(wait_for);
use POSIX qw(:sys_wait_h setsid _exit);

# Those that must not outlive this process; see the end of the file.
my %running;

# start(name => 'nginx', command => [...], log => FILE, [environment => {...}], [outlive => 1])
# The program ends with its starter, whatever becomes of that, unless told to outlive it.
sub start ($class, %given) {
    my $self = bless { exit => undef, %given{qw(name log)} }, $class;
    $self->{pid} = fork // croak "cannot fork: $!";
    child_run(%given) if $self->{pid} == 0;
    $running{ $self->{pid} } = $$;
    return $self;
}

sub child_run (%given) {
    setsid();
    $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
    %ENV = (%ENV, %{ $given{environment} // {} });
    open STDIN, '<', '/dev/null';
    my $ok = open(STDOUT, '>>', $given{log}) && open(STDERR, '>&', \*STDOUT);
    my @tie = $given{outlive} ? () : qw(setpriv --pdeathsig TERM --);
    no warnings 'exec';
    exec { (@tie, @{ $given{command} })[0] } @tie, @{ $given{command} } if $ok;
    _exit(127);
}

sub pid ($self) { return $self->{pid} }

# Whether it still runs; notes how it ended.
sub is_running ($self) {
    return 0 if defined $self->{exit};
    my $reaped = waitpid $self->{pid}, WNOHANG;
    return 1 if $reaped == 0;
    $self->{exit} = $reaped == $self->{pid} ? $? : -1;
    delete $running{ $self->{pid} };
    return 0;
}

# How it ended, as $?; undef while it runs.
sub exit_status ($self) {
    $self->is_running;
    return $self->{exit};
}

# Waits until $condition->() is true. Dies with the log's end if the program ends before.
sub wait_until_ready ($self, $seconds, $condition) {
    my $ready = eval {
        wait_for("$self->{name} to be ready", $seconds,
            sub { !$self->is_running || $condition->() });
    };
    return if $ready && $self->is_running;
    croak "$self->{name} did not start: " . ($@ || 'it ended') . "\n" . $self->log_tail;
}

sub signal ($self, $name) {
    return $self->is_running ? CORE::kill($name, $self->{pid}) : 0;
}

# Stops all its threads, and waits until the last has noticed; "thaw" lets them go on.
sub freeze ($self) {
    $self->signal('STOP');
    return wait_for("$self->{name} to stop", 10, sub {
        my @threads = glob "/proc/$self->{pid}/task/*/stat";
        return !grep { thread_state($_) ne 'T' } @threads;
    });
}

sub thaw ($self) { return $self->signal('CONT') }

# The letter of proc(5); T for a thread that is gone meanwhile.
sub thread_state ($file) {
    open my $in, '<', $file or return 'T';
    return (<$in> // '') =~ /.*\) (\S)/ ? $1 : 'T';
}

# Ends it without asking, and waits until it is gone.
sub kill ($self) {
    $self->signal('KILL');
    return wait_for("$self->{name} to die", 5, sub { !$self->is_running });
}

# Asks it to end, insists after $seconds. Returns a list of complaints: hard ending, left children.
sub stop ($self, $seconds = 10, $signal = 'TERM') {
    my @complaints;
    $self->signal($signal);
    if (!eval { wait_for("$self->{name} to end", $seconds, sub { !$self->is_running }) }) {
        push @complaints, "$self->{name} did not end within $seconds s";
        CORE::kill 'KILL', -$self->{pid};
        wait_for("$self->{name} to die", 5, sub { !$self->is_running });
    }
    return (@complaints, $self->orphans_end);
}

# Children that outlived it are in its process group.
sub orphans_end ($self) {
    my $gone = sub { !CORE::kill 0, -$self->{pid} };
    return if eval { wait_for('the process group', 5, $gone) };
    CORE::kill 'KILL', -$self->{pid};
    return "$self->{name} left processes behind";
}

# From now on it may run longer than this process.
sub release ($self) { delete $running{ $self->{pid} }; return }

# A test that dies half-way leaves nothing behind.
END {
    local $?;
    CORE::kill 'KILL', -$_ for grep { $running{$_} == $$ } keys %running;
}

sub log_text ($self) {
    open my $in, '<', $self->{log} or return '';
    local $/;
    return <$in> // '';
}

sub log_tail ($self, $lines = 20) {
    my @all = split /^/, $self->log_text;
    return join '', @all > $lines ? @all[-$lines .. -1] : @all;
}

1;
