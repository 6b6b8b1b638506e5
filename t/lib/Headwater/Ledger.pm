package Headwater::Ledger;

# What clients asked for and what they were told, held against the database and against Stripe's
# double once all is at rest. A violation is a sentence; there must be none.
#
#   my $ledger = Headwater::Ledger->new(lab => $lab);
#   $ledger->note($team, $key, $response);     # key undef: asked without one; response undef: none
#   my @violations = $ledger->violations;

use v5.36;
use List::Util qw(max);

# What may end a request that could not be carried through, by its code.
my %HONEST = map { $_ => 1 }
    qw(outcome_unknown overloaded handle_lookup_failed billing_unavailable request_in_progress);

# new(lab => ...)
sub new ($class, %given) {
    my %empty = map { $_ => {} } qw(counts teams keys keyless expected);
    return bless { %empty, odd => [], %given }, $class;
}

# Notes one answer. Refusals that a scenario provokes are named by refusal_expect.
sub note ($self, $team, $key, $response) {
    my $word = word_of($response);
    $self->{counts}{$word}++;
    $self->{teams}{ $team->{id} } = $team;
    my $of = $self->entry($team, $key);
    $of->{asked}++;
    return if !$response || !$response->code;
    my ($status, $code) = ($response->code, $word =~ / (\w+)\z/);
    if ($status == 201 || $status == 202) {
        my $id = $response->json->{id};
        $of->{streams}{$id} = $team->{id};
        $of->{active}{$id} = 1 if $status == 201;
        $of->{body} //= $response->body if $status == 201;
        push $self->{odd}->@*, "key $key: two different answers 201"
            if defined $key && $status == 201 && $of->{body} ne $response->body;
    } elsif ($status == 402 || $status == 403) {
        $of->{refused}++;
    } elsif (!$HONEST{$code}) {
        push $self->{odd}->@*, "team $team->{id}: an answer that is not due: $word"
            if !($self->{expected}{$code});
    }
    return;
}

# What was asked under a key, or by a team without one.
sub entry ($self, $team, $key) {
    my $new = { asked => 0, refused => 0, streams => {}, active => {} };
    return $self->{keyless}{ $team->{id} } //= $new if !defined $key;
    return $self->{keys}{"$team->{id} $key"} //= $new;
}

# These codes are answers that the scenario may well get.
sub refusal_expect ($self, @codes) { $self->{expected}{$_} = 1 for @codes; return }

# "201", "400 stream_cap_exceeded", "none".
sub word_of ($response) {
    return 'none' if !$response || !$response->code;
    my $json = $response->json;
    my $code = ref $json eq 'HASH' && ref $json->{error} eq 'HASH' ? $json->{error}{code} : undef;
    return join ' ', grep { defined } $response->code, $code // ($response->code < 300 ? () : '?');
}

sub counts ($self) { return $self->{counts} }

# All that is wrong now; to be asked at rest.
sub violations ($self) {
    return ($self->{odd}->@*, $self->streams_check, $self->keys_check, $self->keyless_check,
        $self->stripe_check,
        $self->{lab}->database->invariants_check($self->{lab}->invariants_file));
}

sub rows ($self, $sql, @values) {
    return $self->{lab}->dbh->selectall_array($sql, undef, @values);
}

# Whoever was told 201 has an active stream; whoever was told 202 too, unless Stripe refused in the
# end.
sub streams_check ($self) {
    my %status = map { $_->[0] => $_->[1] } $self->rows('SELECT id, status FROM stream');
    my @wrong;
    for my $of (values $self->{keys}->%*, values $self->{keyless}->%*) {
        for my $id (sort keys $of->{streams}->%*) {
            my $state = $status{$id} // 'gone';
            next if $state eq 'active' || ($state eq 'gone' && !$of->{active}{$id});
            push @wrong, "stream $id was answered and is $state";
        }
    }
    my @waiting = grep { $status{$_} eq 'pending' } sort keys %status;
    return (@wrong, map {"stream $_ is pending"} @waiting);
}

# One key, one stream; a key that was refused has none.
sub keys_check ($self) {
    my @wrong;
    for my $name (sort keys $self->{keys}->%*) {
        my $of  = $self->{keys}{$name};
        my @ids = keys $of->{streams}->%*;
        push @wrong, "key $name has the streams @ids" if @ids > 1;
        push @wrong, "key $name was answered 201 and refused"
            if $of->{refused} && $of->{active}->%*;
    }
    return @wrong;
}

# Without keys every request makes one stream at most, and each 201 at least one.
sub keyless_check ($self) {
    my @wrong;
    for my $team (keys $self->{teams}->%*) {
        my $of    = $self->entry({ id => $team }, undef);
        my $keyed = grep { /^\Q$team\E / } keys $self->{keys}->%*;
        my ($count) = map { $_->[0] } $self->rows(
            'SELECT COUNT(*) FROM stream WHERE team_id = ?', $team);
        my $most  = ($of->{asked} // 0) + $keyed;
        my $least = keys $of->{active}->%*;
        push @wrong, "team $team has $count streams, of $most requests" if $count > $most;
        push @wrong, "team $team has $count streams, for $least answers" if $count < $least;
    }
    return @wrong;
}

# Stripe bills each team for its accounts; no idempotency key had an effect twice; and while Stripe
# has refused nothing, no write was above the number of accounts there are in the end, or went down.
sub stripe_check ($self) {
    my $stripe  = $self->{lab}->stripe;
    my %said    = map { $_->{id} => $_->{quantity} } map { items_of($_) }
        subscriptions_of($stripe->control(GET => 'subscriptions'));
    my %count   = map { ("$_->[0] $_->[1]" => $_->[2]) } $self->rows(
        q{SELECT team_id, tier, COUNT(*) FROM tracked_account WHERE state <> 'sleeping'
          GROUP BY 1, 2});
    my @journal = grep { $_->{effective} && defined $_->{from} } $stripe->journal->@*;
    my (@wrong, %used);
    push @wrong, "Stripe executed the key $_->{idempotency_key} twice"
        for grep { $used{ $_->{idempotency_key} }++ } @journal;
    for my $team (values $self->{teams}->%*) {
        for my $tier (sort keys $team->{items}->%*) {
            my $item  = $team->{items}{$tier};
            my $count = $count{"$team->{id} $tier"} // 0;
            push @wrong, "team $team->{id}, $tier: Stripe bills $said{$item}, there are $count"
                if $said{$item} != $count;
            next if $team->{refuses};
            my @to = map { $_->{to} } grep { $_->{item} eq $item } @journal;
            push @wrong, "team $team->{id}, $tier: a write of " . max(@to) . ", there are $count"
                if @to && max(@to) > $count;
            push @wrong, "team $team->{id}, $tier: the quantity went down: @to"
                if grep { $to[$_] < $to[$_ - 1] } 1 .. $#to;
        }
    }
    return @wrong;
}

# A list, bare or under a name.
sub subscriptions_of ($said) {
    return ref $said eq 'ARRAY' ? @$said : map { ref $_ eq 'ARRAY' ? @$_ : () } values %$said;
}

sub items_of ($subscription) {
    my $items = $subscription->{items};
    return ref $items eq 'HASH' ? $items->{data}->@* : @$items;
}

1;
