package Sandbox::ScrapeBadger::Accounts;

# The X accounts: every handle is one, made from a stable hash of its lower-cased name, so it is the
# same on every host and in every run. Only renames and the ids handed out are remembered.

use strict;
use warnings;
use feature 'signatures';

use Digest::SHA qw(sha256);

my $ID_FIRST         = 1_000_000_000_000_000_000;
my $ID_RANGE         = 900_000_000_000_000_000;
my $SNOWFLAKE_ZERO_S = 1_288_834_974.657;

sub new ($class) {
    my $self = bless {}, $class;
    $self->reset;
    return $self;
}

sub reset ($self) {
    @$self{qw(renamed gone by_id)} = ({}, {}, {});
    return;
}

# The account now found under the handle: {id, username, identity}, or undef if it was renamed away.
# "identity" is the lower-cased name everything about it is derived from.
sub find ($self, $handle) {
    my $lower = lc $handle;
    return if $self->{gone}{$lower};
    my $renamed  = $self->{renamed}{$lower};
    my $identity = $renamed ? $renamed->{identity} : $lower;
    my $account  = {
        id       => id_derive($identity),
        username => $renamed ? $renamed->{username} : username_derive($lower),
        identity => $identity,
    };
    $self->{by_id}{ $account->{id} } = $lower;
    return $account;
}

# The lower-cased handle that now has the id, or undef: only ids handed out before are known.
sub find_handle ($self, $id) { return $self->{by_id}{$id} }

# From now on "to" is the account "from" was. "from" is gone, or, with "reused", somebody else's.
sub rename ($self, $from, $to, $reused) {
    for my $handle ($from, $to) {
        die "from and to must be handles\n" if ($handle // '') !~ /\A[A-Za-z0-9_]{1,20}\z/;
    }
    my $account = $self->find($from) or die "'$from' was renamed already\n";
    delete $self->{renamed}{ lc $from };
    $self->{gone}{ lc $from } = 1;
    if ($reused) {
        delete $self->{gone}{ lc $from };
        $self->{renamed}{ lc $from } =
            { identity => "$account->{identity}'", username => username_derive(lc $from) };
    }
    delete $self->{gone}{ lc $to };
    $self->{renamed}{ lc $to } = { identity => $account->{identity}, username => $to };
    return $self->find($to);
}

# A snowflake of 19 digits, far above 2^53, and odd: no double can hold it.
sub id_derive ($identity) {
    my $hash = unpack 'Q>', sha256("x account $identity");
    return ($ID_FIRST + $hash % $ID_RANGE) | 1;
}

# Lower case as a rule. cased_ and protected_ handles have capitals whatever was asked for.
sub username_derive ($lower) {
    return $lower if $lower !~ /\A(?:cased|protected)_/;
    return join '_', map { ucfirst } split /_/, $lower, -1;
}

# The moment the id was made, in Unix seconds, as a snowflake tells it.
sub created_s ($id) { return int($SNOWFLAKE_ZERO_S + ($id >> 22) / 1000) }

1;
