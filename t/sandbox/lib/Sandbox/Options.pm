package Sandbox::Options;

# Switches of a double that hold until changed. Each has a name, a type and a default; a wrong name
# or type is refused, so that a misspelt switch cannot make a test pass.

use strict;
use warnings;
use feature 'signatures';

use Mojo::JSON qw(true false);

my %CHECK = (
    bool  => sub ($value) { ref $value eq ref(true) },
    count => sub ($value) { defined $value && !ref $value && $value =~ /\A\d+\z/ },
    int_or_null => sub ($value) { !defined $value || !ref $value && $value =~ /\A-?\d+\z/ },
);

# %table: name => [type, default]; a type is bool, count, int_or_null, or an array of words.
sub new ($class, %table) {
    my $self = bless { table => \%table }, $class;
    $self->reset;
    return $self;
}

sub get ($self, $name) { return $self->{value}{$name} }

sub put ($self, $given) {
    die "the options must be a JSON object\n" if ref $given ne 'HASH';
    $self->check($_, $given->{$_}) for sort keys %$given;
    $self->{value}{$_} = $given->{$_} for keys %$given;
    return;
}

sub check ($self, $name, $value) {
    my $row = $self->{table}{$name} or die "there is no option '$name'\n";
    my ($type) = @$row;
    return if ref $type && grep { ($value // '') eq $_ } @$type;
    return if !ref $type && $CHECK{$type}->($value);
    my $wanted = ref $type ? 'one of ' . join(', ', @$type) : $type;
    die "option '$name' must be $wanted\n";
}

sub show ($self) {
    my %shown;
    for my $name (keys %{ $self->{table} }) {
        my $value = $self->{value}{$name};
        my $bool  = $self->{table}{$name}[0] eq 'bool';
        $shown{$name} = $bool ? ($value ? true : false) : $value;
    }
    return \%shown;
}

sub reset ($self) {
    $self->{value} = { map { $_ => $self->{table}{$_}[1] } keys %{ $self->{table} } };
    return;
}

1;
