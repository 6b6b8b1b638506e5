package Sandbox::Faults;

# The queue of faults a test has ordered. Each spoils the next requests it matches, then is gone.

use strict;
use warnings;
use feature 'signatures';

my %CHECK = (
    kind             => sub ($value) { !ref $value },
    match            => sub ($value) { !ref $value },
    method           => sub ($value) { $value =~ /\A(?:[A-Z]+|\*)\z/ },
    status           => sub ($value) { $value =~ /\A[2-5]\d\d\z/ },
    headers          => sub ($value) { ref $value eq 'HASH' },
    body             => sub ($value) { 1 },
    raw              => sub ($value) { !ref $value },
    delay_ms         => \&milliseconds_check,
    reply_delay_ms   => \&milliseconds_check,
    network_delay_ms => \&milliseconds_check,
    drop             => sub ($value) { $value =~ /\A(?:before|headers|body)\z/ },
    reset            => \&flag_check,
    times            => sub ($value) { $value =~ /\A[1-9]\d*\z/ },
    gate             => \&flag_check,
    apply            => \&flag_check,
    save             => \&flag_check,
    should_retry     => \&flag_check,
    reason           => sub ($value) { !ref $value },
);

# methods: which a fault without "method" spoils, e.g. ['POST'], or ['*'];
# kinds: name => sub ($fault) that returns the fields the kind stands for.
sub new ($class, %given) {
    return bless { list => [], next_id => 1, methods => $given{methods}, kinds => $given{kinds} },
        $class;
}

# Adds one fault or an array of them; all are checked before any is queued. Dies with a sentence.
sub add ($self, $given) {
    my @faults = ref $given eq 'ARRAY' ? @$given : ($given);
    $self->check($_) for @faults;
    for my $fault (@faults) {
        my %copy = (%$fault, id => $self->{next_id}++, hits => 0);
        $copy{times} = 1 if !exists $copy{times};
        push @{ $self->{list} }, \%copy;
    }
    return;
}

sub check ($self, $fault) {
    die "a fault must be a JSON object\n" if ref $fault ne 'HASH';
    for my $name (sort keys %$fault) {
        my $check = $CHECK{$name} or die "a fault has no field '$name'\n";
        next if !defined $fault->{$name} && ($name eq 'times' || $name eq 'body');
        die "field '$name' of the fault is not valid\n"
            if !defined $fault->{$name} || !$check->($fault->{$name});
    }
    my $kind = $fault->{kind};
    die "there is no fault of kind '$kind'\n" if defined $kind && !$self->{kinds}{$kind};
    die "field 'match' is not a regular expression\n"
        if defined $fault->{match} && !eval { qr/$fault->{match}/i };
    return;
}

# The first queued fault for this request, its kind spelt out, or undef. @subjects: path, handles.
sub take ($self, $method, @subjects) {
    my $list = $self->{list};
    return if !@$list;
    for my $i (0 .. $#$list) {
        my $fault = $list->[$i];
        next if !$self->applies($fault, $method, @subjects);
        $fault->{hits}++;
        splice @$list, $i, 1 if defined $fault->{times} && --$fault->{times} < 1;
        my $kind = $fault->{kind};
        return { %{ defined $kind ? $self->{kinds}{$kind}->($fault) : {} }, %$fault };
    }
    return;
}

sub applies ($self, $fault, $method, @subjects) {
    my @methods = defined $fault->{method} ? ($fault->{method}) : @{ $self->{methods} };
    return 0 if !grep { $_ eq '*' || $_ eq $method } @methods;
    return 1 if !defined $fault->{match};
    return scalar grep { /$fault->{match}/i } @subjects;
}

sub show ($self)  { return [ map { {%$_} } @{ $self->{list} } ] }
sub clear ($self) { $self->{list} = []; return }

sub milliseconds_check ($value) { return $value =~ /\A\d{1,6}\z/ }
sub flag_check ($value)         { return ref $value eq 'JSON::PP::Boolean' }

1;
