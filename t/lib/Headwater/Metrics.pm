package Headwater::Metrics;

# GET /metrics, read: every line is held against the text format of Prometheus, 0.0.4.

use v5.36;
use Carp qw(croak);

my $NAME   = qr/[a-z][a-z0-9_]*/;
my $LABELS = qr/$NAME="[^"\\\n]*"(?:,$NAME="[^"\\\n]*")*/;
my $VALUE  = qr/-?[0-9]+(?:\.[0-9]+)?/;

# new($text): dies with the first line that is not of the format.
sub new ($class, $text) {
    my $self = bless { type => {}, help => {}, value => {} }, $class;
    croak 'no line end' if $text !~ /\n\z/;
    $self->line_read($_) for split /\n/, $text;
    return $self;
}

sub line_read ($self, $line) {
    if ($line =~ /\A# HELP ($NAME) (\S.*)\z/) { $self->{help}{$1} = $2; return }
    if ($line =~ /\A# TYPE ($NAME) (counter|gauge|histogram)\z/) {
        croak "$1 comes twice" if $self->{type}{$1};
        $self->{type}{ $self->{family} = $1 } = $2;
        return;
    }
    my ($name, $labels, $value) = $line =~ /\A($NAME)(?:\{($LABELS)\})? ($VALUE)\z/
        or croak "not a sample: $line";
    $name =~ /\A\Q$self->{family}\E(?:_bucket|_sum|_count)?\z/ or croak "stray sample: $line";
    my $key = defined $labels ? "$name\{$labels}" : $name;
    croak "$key comes twice" if exists $self->{value}{$key};
    $self->{value}{$key} = $value;
    return;
}

# The value of a sample, by its name and labels as they stand; 0 for one that is not there.
sub value ($self, $sample) { return $self->{value}{$sample} // 0 }

sub has ($self, $sample) { return exists $self->{value}{$sample} }

# Names of families, and of samples that match.
sub families ($self) { return sort keys $self->{type}->%* }
sub type ($self, $family) { return $self->{type}{$family} }
sub samples ($self, $pattern) { return sort grep { $_ =~ $pattern } keys $self->{value}->%* }

1;
