package Headwater::Faults;

# The fault points of the test builds (src/base/fault.h), steered through the file that their
# processes map.
#
#   my $lab    = Headwater::Lab->new(faults => 1);
#   my $faults = $lab->faults;
#   my $rule   = $faults->arm('commit:stream_add_slots:after', 'kill');
#   ... a request ...
#   $faults->fired($rule) == 1 and $faults->fired_pid($rule) is the worker that died
#   $faults->disarm;
#
#   $faults->trace;
#   ... a request ...
#   my @points = $faults->points;    # in the order in which they were passed
#
#   $faults->clock_advance(61);      # for all processes; MariaDB and the doubles keep their time

use v5.36;
use Carp qw(croak);
use Fcntl qw(O_RDWR SEEK_SET);
use Headwater::Files qw(file_read file_write);
use Headwater::Wait qw(wait_for);

# struct fault_board and struct fault_rule.
my $CLOCK_BYTES = 8;
my $RULES_MAX   = 8;
my $POINT_BYTES = 96;
my %OFFSET      = (point => 0, action => 96, sleep_us => 104, countdown => 112, passes => 120,
    fired => 128, fired_pid => 136);
my $RULE_BYTES  = 144;

my @ACTIONS = qw(count trace kill stop sleep error);
my %ACTION  = map { $ACTIONS[$_] => $_ } 0 .. $#ACTIONS;

my $FOR_EVER = 2**53;

# new(FILE): a board on which nothing is armed.
sub new ($class, $file) {
    my $self = bless { file => $file, last => -1 }, $class;
    file_write($file, "\0" x ($CLOCK_BYTES + $RULES_MAX * $RULE_BYTES), 0600);
    sysopen $self->{handle}, $file, O_RDWR or croak "$file: $!";
    return $self;
}

# What the programs must find in their environment.
sub environment ($self) { return { HEADWATER_FAULTS => $self->{file} } }

# arm(POINT, ACTION, [nth => 1], [ms => 0])
# At the nth passing from now on, in whichever process: kill, stop, sleep (for ms), error (the call
# fails as the real one would), count (nothing). It acts once. POINT is a name, or the start of
# names with a * behind it. Returns the number of the rule; up to eight may be armed at a time.
sub arm ($self, $point, $action, %given) {
    my $rule = $self->rule_take;
    croak "the point's name is too long: $point" if length $point >= $POINT_BYTES;
    $self->bytes_put($rule, 'point', pack "a$POINT_BYTES", $point);
    $self->number_put($rule, 'action',   $ACTION{$action} // croak "no such action: $action");
    $self->number_put($rule, 'sleep_us', 1000 * ($given{ms} // 0));
    $self->number_put($rule, $_, 0) for qw(passes fired fired_pid);
    my $standard = $action eq 'count' || $action eq 'trace' ? $FOR_EVER : 1;
    $self->number_put($rule, 'countdown', $given{nth} // $standard);
    return $rule;
}

# In turn, so that what a rule has counted can be read until seven others were armed.
sub rule_take ($self) {
    for (1 .. $RULES_MAX) {
        my $rule = $self->{last} = ($self->{last} + 1) % $RULES_MAX;
        return $rule if $self->number_get($rule, 'countdown') <= 0;
    }
    croak 'no rule is free';
}

# Takes a rule back, or all.
sub disarm ($self, @rules) {
    $self->number_put($_, 'countdown', 0) for @rules ? @rules : 0 .. $RULES_MAX - 1;
    return;
}

# How often a rule has acted (0 or 1), in which process, and how often its point was passed since
# it was armed, up to the passing at which it acted.
sub fired ($self, $rule)     { return $self->number_get($rule, 'fired') }
sub fired_pid ($self, $rule) { return $self->number_get($rule, 'fired_pid') }
sub passes ($self, $rule)    { return $self->number_get($rule, 'passes') }

# Waits until a rule has acted; returns the process in which it did.
sub wait_until_fired ($self, $rule, $seconds = 10) {
    wait_for('the fault to happen', $seconds, sub { $self->fired($rule) });
    return $self->fired_pid($rule);
}

# From now on the passings of points are written down, until disarmed. Anew each time.
sub trace ($self, $point = '*') {
    unlink "$self->{file}.trace";
    return $self->arm($point, 'trace');
}

# The points that were passed since trace(), in order; allocations only if asked for.
sub points ($self, %given) {
    return if !-e "$self->{file}.trace";
    my @points = map { (split ' ')[0] } split /\n/, file_read("$self->{file}.trace");
    return $given{alloc} ? @points : grep { $_ ne 'alloc' } @points;
}

# Moves the programs' clock forward; never back. Returns how far it is moved in all, in seconds.
sub clock_advance ($self, $seconds) {
    my $offset_us = unpack('q', $self->bytes_get(0, $CLOCK_BYTES)) + int $seconds * 1_000_000;
    $self->bytes_put_at(0, pack 'q', $offset_us);
    return $offset_us / 1_000_000;
}

sub offset_of ($rule, $field) { return $CLOCK_BYTES + $rule * $RULE_BYTES + $OFFSET{$field} }

sub number_get ($self, $rule, $field) {
    return unpack 'q', $self->bytes_get(offset_of($rule, $field), 8);
}

sub number_put ($self, $rule, $field, $number) {
    return $self->bytes_put($rule, $field, pack 'q', $number);
}

sub bytes_get ($self, $offset, $length) {
    sysseek $self->{handle}, $offset, SEEK_SET or croak "$self->{file}: $!";
    my $read = sysread($self->{handle}, my ($bytes), $length) // 0;
    croak "$self->{file} is cut short" if $read != $length;
    return $bytes;
}

sub bytes_put ($self, $rule, $field, $bytes) {
    return $self->bytes_put_at(offset_of($rule, $field), $bytes);
}

sub bytes_put_at ($self, $offset, $bytes) {
    sysseek $self->{handle}, $offset, SEEK_SET or croak "$self->{file}: $!";
    (syswrite($self->{handle}, $bytes) // 0) == length $bytes or croak "$self->{file}: $!";
    return;
}

1;
