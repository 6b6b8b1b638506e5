package Headwater::Storm;

# Many clients at work while things go wrong, and then the rest: everything that was begun has to
# come to an end by itself, and the books have to balance.
#
#   my $storm = Headwater::Storm->new(lab => $lab, teams => [...], clients => 16, seed => 1,
#       every => { child_kill => 0.5, database_kill => 20, stripe_trouble => 0.3 });
#   $storm->run($seconds);
#   my @violations = $storm->violations;     # waits for the rest first

use v5.36;
use Headwater::Ledger;
use Headwater::Streams qw(handle_new pair_new);
use Headwater::Trouble;
use Time::HiRes qw(sleep time);

# What a client does after an answer that is not final: the same key once more, so often.
my $TRIES    = 6;
my $PAUSE_S  = 0.3;
my $STOP_S   = 35;     # longer than a lease
my $REST_S   = 60;     # all that is pending has to be healed by then

# new(lab, teams, clients, seed, every => { trouble => mean seconds between two })
sub new ($class, %given) {
    my $self = bless { clients => 16, every => {}, requests => 0, %given }, $class;
    srand $self->{seed};
    $self->{ledger}  = Headwater::Ledger->new(lab => $self->{lab});
    $self->{trouble} = Headwater::Trouble->new(lab => $self->{lab}, teams => $self->{teams});
    $self->{ledger}->refusal_expect('stream_cap_exceeded');
    $_->{client} //= $self->{lab}->client($_) for $self->{teams}->@*;
    return $self;
}

# Clients and troubles for so long; then the clients end what they have begun.
sub run ($self, $seconds) {
    $self->{end} = time + $seconds;
    my @timers = map { $self->trouble_start($_, $self->{every}{$_}) } sort keys $self->{every}->%*;
    push @timers, Mojo::IOLoop->recurring(1 => sub { $self->{trouble}->children_continue });
    Mojo::Promise->all(map { $self->client_run } 1 .. $self->{clients})->wait;
    Mojo::IOLoop->remove($_) for @timers;
    return $self->calm;
}

# From here on nothing goes wrong any more.
sub calm ($self) {
    $self->{trouble}->children_continue(1);
    $self->{trouble}->stripe_calm;
    $self->{calm_at} = time;
    return;
}

# Looked at ten times a second: the next one comes after a random time with that mean.
sub trouble_start ($self, $what, $mean_s) {
    my @arguments = $what eq 'child_stop' ? ($STOP_S) : ();
    return Mojo::IOLoop->recurring(0.1 => sub {
        return if time > $self->{end} || rand() > 0.1 / $mean_s;
        eval { $self->{trouble}->$what(@arguments); 1 } or $self->{failed} //= $@;
    });
}

# --- clients ----------------------------------------------------------------------------------

sub client_run ($self) {
    return Mojo::Promise->resolve if time > $self->{end};
    my $team = $self->{teams}[rand $self->{teams}->@*];
    my $key  = rand() < 0.7 ? sprintf('storm-%08x', rand 2**32) : undef;
    return $self->request_run($team, $self->body_new($team), $key, $TRIES)
        ->then(sub { $self->client_run });
}

# New accounts, known ones, both; some bodies name two.
sub body_new ($self, $team) {
    my @handles = map {
        my $known = $team->{handles} //= [];
        my $handle = @$known && rand() < 0.4 ? $known->[rand @$known] : handle_new('storm');
        push @$known, $handle;
        $handle;
    } 1 .. 1 + int rand 2;
    my @tiers = qw(starter growth pro);
    return { pairs => [map {
        pair_new(accountHandle => $_, accountTier => $tiers[ord(substr $_, -1) % 3])
    } @handles] };
}

sub request_run ($self, $team, $body, $key, $tries) {
    my $client = $team->{client};
    my $done   = sub ($response) {
        $self->{requests}++;
        $self->{ledger}->note($team, $key, $response);
        my $is_final = $response && $response->code && $response->code < 500
            && $response->code != 409 && $response->code != 202;
        return if $is_final || !defined $key || $tries <= 1;
        return Mojo::Promise->timer($PAUSE_S * (0.5 + rand))
            ->then(sub { $self->request_run($team, $body, $key, $tries - 1) });
    };
    return $client->ua->start_p($client->transaction(POST => '/v1/streams', $body,
        'Idempotency-Key' => $key))
        ->then(sub ($tx) { $done->($tx->res) }, sub ($) { $done->(undef) });
}

# --- the rest ---------------------------------------------------------------------------------

# What still waits: streams, quantities, attempts.
sub unsettled_count ($self) {
    my ($count) = $self->{lab}->dbh->selectrow_array(
        q{SELECT (SELECT COUNT(*) FROM stream WHERE status = 'pending')
            + (SELECT COUNT(*) FROM billing
                WHERE applied_version < desired_version OR attempt_key IS NOT NULL)});
    return $count;
}

# Waits until nothing waits; returns the seconds since the last trouble, undef if it takes too long.
sub rest ($self) {
    while (time - $self->{calm_at} <= $REST_S) {
        return time - $self->{calm_at} if $self->unsettled_count == 0;
        sleep 0.2;
    }
    return;
}

sub violations ($self) {
    my $rest = $self->{rest} = $self->rest;
    return (
        ($self->{failed} ? "a trouble could not be made: $self->{failed}" : ()),
        (defined $rest ? () : $self->unsettled_count . " wait still after $REST_S s"),
        $self->{ledger}->violations,
    );
}

# Figures of the run, for people.
sub report ($self) {
    my $answers = $self->{ledger}->counts;
    my %counts  = ($self->{trouble}->counts->%*,
        map { ("answers: $_" => $answers->{$_}) } keys %$answers);
    return { seed => $self->{seed}, requests => $self->{requests}, 'healed after, s' =>
        defined $self->{rest} ? sprintf('%.1f', $self->{rest}) : 'not', %counts };
}

1;
