package Bench::Teams;

# The data a benchmark runs on: many paid teams with a key and a segment each, and tracked accounts
# with so much room that no cap is met. Every invariant of the database holds.

use v5.36;
use Headwater::Files qw(file_write);

# Ids of a team's accounts are consecutive, so that its line in the file is short.
my $ACCOUNT_STEP  = 1000;
my $FIRST_X_USER  = 1_000_000_000;
my $STREAM_CAP    = 1000;

# new(lab => ..., file => FILE, teams => 300, accounts => 100)
sub new ($class, %given) {
    my $self = bless {%given}, $class;
    $self->{lab}->dbh->do('UPDATE tier SET stream_cap = ?', undef, $STREAM_CAP);
    $self->{list} = [map { $self->team_add($_) } 1 .. $self->{teams}];
    $self->list_write;
    return $self;
}

sub team_add ($self, $number) {
    my $team = $self->{lab}->team;
    my $dbh  = $self->{lab}->dbh;
    $dbh->do(q{INSERT INTO segment (team_id, name, description, gender_values,
                 follower_count_tiers, created_at)
               VALUES (?, ?, ?, '', '', UTC_TIMESTAMP(6))},
        undef, $team->{id}, "Segment $number", 'AI founders building developer tools');
    $team->{segment} = $dbh->last_insert_id(undef, undef, 'segment', 'id');
    $team->{first}   = $number * $ACCOUNT_STEP;
    $self->accounts_add($team);
    $self->quantity_set($team);
    return $team;
}

sub accounts_add ($self, $team) {
    my @rows = map { "($_, $team->{id}, " . ($FIRST_X_USER + $_)
            . ", 'account_$_', 'starter', 'active', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))" }
        $team->{first} .. $team->{first} + $self->{accounts} - 1;
    $self->{lab}->dbh->do('INSERT INTO tracked_account
        (id, team_id, x_user_id, handle, tier, state, activated_at, created_at) VALUES '
        . join ', ', @rows);
    return;
}

# The accounts are paid for: Stripe knows their number, and the database knows that it does.
sub quantity_set ($self, $team) {
    my $count = $self->{accounts};
    $self->{lab}->dbh->do(q{UPDATE billing SET applied_quantity = ?
                            WHERE team_id = ? AND tier = 'starter'}, undef, $count, $team->{id});
    $self->{lab}->stripe->control(POST => "subscriptions/$team->{subscription}",
        { items => [{ id => $team->{items}{starter}, price => 'price_starter',
                      quantity => $count }] });
    return;
}

# One line a team; bench.lua and bare_loop.c read it.
sub list_write ($self) {
    my $stream = $self->{lab}->dbh->selectall_hashref(
        'SELECT team_id, MAX(id) AS id FROM stream GROUP BY team_id', 'team_id');
    my @lines = map { join(' ', $_->{key}, substr($_->{key}, 8, 8), @{$_}{qw(id segment first)},
            $self->{accounts}, $stream->{ $_->{id} }{id} // 0) . "\n" } $self->{list}->@*;
    file_write($self->{file}, join('', @lines), 0600);
    return;
}

# True once every team has a stream that can be read.
sub have_streams ($self) {
    my ($teams) = $self->{lab}->dbh->selectrow_array(
        'SELECT COUNT(DISTINCT team_id) FROM stream');
    return $teams == $self->{teams};
}

sub file ($self)  { return $self->{file} }
sub first ($self) { return $self->{list}[0] }

1;
