package Headwater::PidFile;

# The programs of a quickstart that goes on without its starter: name, id and start time of each,
# one a line, in the order in which they are to be stopped. An id whose start time differs belongs
# to somebody else by now and is left alone.

use v5.36;
use Headwater::Files qw(file_read file_write);
use Headwater::Wait qw(wait_for);

my $STOP_WAIT_S = 40;

# put($file, [name, pid], ...)
sub put ($class, $file, @programs) {
    my @lines = map {
        my $start = start_time($_->[1]) // die "there is no /proc to tell when $_->[0] started\n";
        "$_->[0] $_->[1] $start\n";
    } @programs;
    file_write($file, join('', @lines), 0600);
    return;
}

# The recorded programs that still run, each { name, pid, start }.
sub alive ($class, $file) {
    return if !-e $file;
    my @all = map { my %row; @row{qw(name pid start)} = split; \%row } split /\n/, file_read($file);
    return grep { is_alive($_) } @all;
}

sub is_alive ($program) {
    my $start = start_time($program->{pid});
    return defined $start && $start eq $program->{start};
}

# Field 22 of /proc/PID/stat, in clock ticks since the machine started; undef if there is no such
# process, or only its remains. The name in field 2 may hold anything, hence the last parenthesis.
sub start_time ($pid) {
    open my $in, '<', "/proc/$pid/stat" or return;
    my $line = <$in> // return;
    my @field = split ' ', $line =~ s/\A.*\)//sr;
    return $field[0] eq 'Z' ? undef : $field[19];
}

# Asks each to end, one after the other, and insists. Returns the names of those that were stopped.
sub stop ($class, $file) {
    my @stopped;
    for my $program ($class->alive($file)) {
        kill 'TERM', $program->{pid};
        my $gone = sub { !is_alive($program) };
        kill 'KILL', $program->{pid} if !eval { wait_for($program->{name}, $STOP_WAIT_S, $gone) };
        push @stopped, $program->{name};
    }
    unlink $file;
    return @stopped;
}

1;
