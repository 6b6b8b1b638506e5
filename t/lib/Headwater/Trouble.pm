package Headwater::Trouble;

# What goes wrong while clients are at work: processes that are killed or stopped, and a Stripe that
# is silent, late or contradicts itself. Every choice comes from rand(), so a seed names a run.

use v5.36;
use Time::HiRes qw(time);

# Stripe's troubles that leave an outcome open, and those that refuse.
our @SILENCE = (
    { kind => 'drop' }, { kind => 'apply_then_drop' }, { drop => 'headers', reset => \1 },
    { network_delay_ms => 1500 }, { reply_delay_ms => 1500 }, { kind => 'error_saved' },
    { kind => 'error_saved_applied' }, { kind => 'error_unsaved' },
    { kind => 'error_unsaved_applied' }, { kind => 'in_flight' }, { kind => 'rate_limit' },
    { kind => 'lock_timeout' }, { kind => 'unavailable' }, { kind => 'html', apply => \1 },
);
our @REFUSALS = ({ kind => 'card_declined' }, { kind => 'card_declined_lost' });

# new(lab => ..., teams => [...])
sub new ($class, %given) { return bless { counts => {}, stopped => {}, %given }, $class }

sub counts ($self) { return $self->{counts} }

sub count ($self, $what) { $self->{counts}{$what}++; return }

# kill -9 of a worker or the reconciler, whichever comes.
sub child_kill ($self) {
    my @children = grep { !$self->{stopped}{$_} } $self->{lab}->daemon->workers;
    return if !@children;
    kill 'KILL', $children[rand @children];
    return $self->count('children killed');
}

# Stops a worker as if it had been forgotten by the scheduler, for longer than its lease.
sub child_stop ($self, $seconds) {
    my @children = grep { !$self->{stopped}{$_} } $self->{lab}->daemon->workers;
    return if !@children;
    my $pid = $children[rand @children];
    kill 'STOP', $pid;
    $self->{stopped}{$pid} = time + $seconds;
    return $self->count('children stopped');
}

# Lets those go on whose time is over, or all.
sub children_continue ($self, $all = 0) {
    my $now = time;
    for my $pid (grep { $all || $self->{stopped}{$_} <= $now } keys $self->{stopped}->%*) {
        kill 'CONT', $pid;
        delete $self->{stopped}{$pid};
    }
    return;
}

# kill -9 of MariaDB, which is started again at once and recovers.
sub database_kill ($self) {
    my $database = $self->{lab}->database;
    $database->kill;
    $database->process_start;
    return $self->count('databases killed');
}

# One trouble at Stripe for one of the teams: for a call or two, or for a while.
sub stripe_trouble ($self) {
    my @teams = $self->{teams}->@*;
    my $team  = $teams[rand @teams];
    my @kinds = (@SILENCE, $team->{refuses} ? (@REFUSALS) x 2 : ());
    my $items = join '|', values $team->{items}->%*;
    $self->{lab}->stripe->fault($kinds[rand @kinds]->%*, times => 1 + int rand 2,
        match => "($items)\$");
    return $self->count('Stripe troubled');
}

sub stripe_calm ($self) { return $self->{lab}->stripe->faults_clear }

1;
