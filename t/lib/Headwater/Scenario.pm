package Headwater::Scenario;

# Requests whose fallible calls are made to fail, each prepared anew, with what must stand when all
# is said and done.
#
#   my $case   = Headwater::Scenario->new($lab, 'new_accounts');
#   my $answer = $case->send;             # the same request each time, under its key if it has one
#   my @faults = $case->rest_faults;      # nothing, if all that stands is right
#   $case->end;

use v5.36;
use Headwater::Streams qw(body_new pair_new);

my $INVARIANTS = __FILE__ =~ s{lib/Headwater/Scenario\.pm\z}{../sql/invariants.sql}r;

# A segment that has its labels looked up.
my %SEGMENT = (description => 'AI founders', appliedSearchFilters => { skill => ['Rust'] });

# What each fills in: the body; and status (final), streams, accounts, seats (changes at Stripe).
my %PREPARE = (
    known_account    => \&known_account,
    new_accounts     => \&new_accounts,
    without_key      => \&without_key,
    sleeping_account => \&sleeping_account,
    refused          => \&refused,
    replayed         => \&replayed,
    dry_run          => \&dry_run,
    read             => \&read_back,
);

sub names ($class) { return sort keys %PREPARE }

sub new ($class, $lab, $name) {
    my $team = $lab->team;
    my $self = bless { lab => $lab, team => $team, client => $lab->client($team), status => 201,
        streams => 1, accounts => 1, key => 'torture', seats => [[0, 1]] }, $class;
    $PREPARE{$name}->($self);
    $self->{before} = $self->rows('SELECT COUNT(*) FROM stream');
    return $self;
}

sub status ($self) { return $self->{status} }
sub has_key ($self) { return defined $self->{key} }

sub send ($self) {
    return $self->{client}->get($self->{path}) if $self->{path};
    return $self->{client}->validate_stream($self->{body}) if $self->{is_dry_run};
    my $response = $self->{client}->post_stream($self->{body}, 'Idempotency-Key' => $self->{key});
    $self->{is_created} ||= $response->code =~ /\A20[12]\z/;
    return $response;
}

# The stream that was there before the torture.
sub first_stream ($self) {
    my $response = $self->{client}->post_stream(body_new());
    die 'the first stream: ' . $response->code . ' ' . $response->body if $response->code != 201;
    return $response->json;
}

sub known_account ($self) {
    my $account = $self->first_stream->{accounts}[0]{accountId};
    $self->{body}    = { pairs => [pair_new(accountId => 0 + $account)] };
    $self->{streams} = 2;
    return;
}

sub new_accounts ($self) {
    $self->{body}     = { pairs => [map { pair_new(segment => {%SEGMENT}) } 1 .. 2] };
    $self->{accounts} = 2;
    $self->{seats}    = [[0, 2]];
    return;
}

sub without_key ($self) {
    $self->{body} = body_new();
    $self->{key}  = undef;
    return;
}

# The account of the first stream fell asleep, and Stripe knows.
sub sleeping_account ($self) {
    my ($lab, $team) = @{$self}{qw(lab team)};
    my $account = $self->first_stream->{accounts}[0]{accountId};
    $lab->dbh->do(q{UPDATE tracked_account SET state = 'sleeping' WHERE id = ?}, undef, $account);
    $lab->dbh->do('UPDATE billing SET applied_quantity = 0 WHERE team_id = ?', undef, $team->{id});
    $lab->stripe->control(POST => "subscriptions/$team->{subscription}",
        { items => [{ id => $team->{items}{starter}, quantity => 0 }] });
    $self->{body}    = { pairs => [pair_new(accountId => 0 + $account)] };
    $self->{streams} = 2;
    $self->{seats}   = [[0, 1], [0, 1]];
    return;
}

# Stripe declines the card, and goes on to.
sub refused ($self) {
    $self->{lab}->stripe->fault(times => undef, match => $self->{team}{items}{starter},
        kind => 'card_declined');
    $self->{body}   = body_new();
    $self->{status} = 402;
    @{$self}{qw(streams accounts)} = (0, 0);
    $self->{seats} = [];
    return;
}

sub replayed ($self) {
    $self->{body} = body_new();
    my $response = $self->send;
    die 'the first answer: ' . $response->code if $response->code != 201;
    return;
}

# Whatever fails on its way, all that stands in the end is the first stream.
sub dry_run ($self) {
    my $account = $self->first_stream->{accounts}[0]{accountId};
    $self->{body}       = { pairs => [pair_new(accountId => 0 + $account), pair_new()] };
    $self->{is_dry_run} = 1;
    $self->{status}     = 200;
    $self->{key}        = undef;
    return;
}

sub read_back ($self) {
    $self->{path}   = '/v1/streams/' . $self->first_stream->{id};
    $self->{status} = 200;
    $self->{key}    = undef;
    return;
}

sub end ($self) {
    $self->{lab}->stripe->faults_clear;
    return;
}

# What an answer says is true at that moment: a 201 speaks of an active stream, and after a refusal
# nothing was done, unless that says that the outcome is not known.
sub answer_lies ($self, $response) {
    my ($status, $json) = ($response->code, $response->json);
    return if $status == 200 || $status == 202;
    return $self->not_active($json->{id}) if $status == 201;
    return if $json->{error}{code} eq 'outcome_unknown';
    my $streams = $self->rows('SELECT COUNT(*) FROM stream');
    return $streams == $self->{before} ? () : "$streams streams, and it answers $status";
}

sub not_active ($self, $stream) {
    my ($status) = $self->{lab}->dbh->selectrow_array('SELECT status FROM stream WHERE id = ?',
        undef, $stream);
    return $status eq 'active' ? () : "it answers 201 and the stream is $status";
}

# Sentences about what is wrong with the rows and at Stripe.
sub rest_faults ($self) {
    my @faults = $self->{lab}->database->invariants_check($INVARIANTS);
    push @faults, $self->has_key || $self->{path} ? $self->settled_faults : $self->open_faults;
    return @faults;
}

# What a query of the team's rows answers, in one line: "active active".
sub rows ($self, $sql) {
    return join ' ', map { $_ // 'NULL' } $self->{lab}->dbh->selectcol_arrayref("$sql
        WHERE team_id = ?", undef, $self->{team}{id})->@*;
}

# Everything is as the final answer says, and nothing is under way.
sub settled_faults ($self) {
    my $team   = $self->{team};
    my $seats  = join ' ', map {"$_->[0]>$_->[1]"} $self->{seats}->@*;
    my @wanted = (
        ['streams',  $self->rows('SELECT status FROM stream'), 'active', $self->{streams}],
        ['accounts', $self->rows('SELECT state FROM tracked_account'), 'active',
            $self->{accounts}],
        ['pending', $self->rows('SELECT SUM(attempt_key IS NOT NULL OR lease_owner IS NOT NULL)
            FROM billing'), '0', 1],
        ['quantity', $self->rows('SELECT SUM(applied_quantity) FROM billing'),
            $self->{accounts}, 1],
        ['keys', $self->rows('SELECT state FROM idempotency_key'), 'finished',
            $self->has_key ? 1 : 0],
        ['seats', join(' ', map {"$_->{from}>$_->{to}"} $self->{lab}->seat_changes($team)),
            $seats, 1],
    );
    return map { "$_->[0]: '$_->[1]'" } grep { $_->[1] ne join ' ', ($_->[2]) x $_->[3] } @wanted;
}

# A request without a key that got no answer may have left its stream or nothing; a stream is rolled
# forward and paid for.
sub open_faults ($self) {
    return $self->settled_faults
        if $self->{is_created} || $self->rows('SELECT COUNT(*) FROM stream');
    local @{$self}{qw(streams accounts seats)} = (0, 0, []);
    return $self->settled_faults;
}

1;
