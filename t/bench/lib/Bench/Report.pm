package Bench::Report;

# Medians, targets, and the table.

use v5.36;
use Mojo::JSON qw(encode_json);

my @CASES = (
    [bare          => 'bare loop, known account'],
    [known_account => 'create, known account'],
    [new_handle    => 'create, new handle'],
    [fifty_pairs   => 'create, 50 pairs'],
    [get           => 'GET'],
);
my @GROUPS = qw(nginx workers mariadb doubles load);

# Each: name, what it is, the bound ('max' or 'min'), the target, unit.
my @TARGETS = (
    [round_trips => 'round trips of a create, known account',      max => 8,    ''],
    [bare_ratio  => 'creates/s as a part of the bare loop',         min => 0.65, ''],
    [worker_cpu  => 'worker CPU of a create, known account',        max => 0.3,  'ms'],
    [worker_pss  => 'PSS of a worker after the load',               max => 1.5,  'MB'],
    [startup     => 'until all workers are ready',                  max => 100,  'ms'],
    [fifty_cost  => '50 pairs, times the cost of one',              max => 4,    ''],
    [lookup_cost => '50 new handles, times the slowest one alone',  max => 2,    ''],
);

# $rounds: { case => [round, ...] }; $other: { worker_pss => [...], startup => [...],
# lookups => [one, fifty], workers, seconds, rounds }. Returns all that is to be said.
sub make ($class, $rounds, $other) {
    my $self = bless { setting => { $other->%{qw(workers seconds rounds)} } }, $class;
    $self->{case} = { map { $_ => case_of($rounds->{$_}) } keys %$rounds };
    my ($one, $fifty) = $other->{lookups}->@*;
    $self->{lookup_ms} = { one => $one, fifty => $fifty };
    $self->{figure}    = {
        round_trips => $self->{case}{known_account}{round_trips},
        bare_ratio  => ratio($rounds->{known_account}, $rounds->{bare}),
        worker_cpu  => $self->{case}{known_account}{cpu_ms}{workers},
        worker_pss  => median($other->{worker_pss}->@*),
        startup     => median($other->{startup}->@*),
        fifty_cost  => ratio($rounds->{known_account}, $rounds->{fifty_pairs}),
        lookup_cost => $fifty / $one,
    };
    return $self;
}

sub case_of ($rounds) {
    my %case;
    for my $name (grep { defined $rounds->[0]{$_} } qw(rps p50_ms p99_ms statements round_trips)) {
        $case{$name} = median(map { $_->{$name} } @$rounds);
    }
    for my $group (@GROUPS) {
        $case{cpu_ms}{$group} = median(map { $_->{cpu_ms}{$group} } @$rounds);
    }
    return \%case;
}

# Of two cases' rates, each round with its neighbour.
sub ratio ($rounds, $others) {
    return median(map { $rounds->[$_]{rps} / $others->[$_]{rps} } 0 .. $#$rounds);
}

sub median (@numbers) {
    my @sorted = sort { $a <=> $b } @numbers;
    return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2;
}

# Judged as printed: two decimals.
sub is_reached ($self, $target) {
    my ($name, undef, $bound, $limit) = @$target;
    my $figure = sprintf '%.2f', $self->{figure}{$name};
    return $bound eq 'max' ? $figure <= $limit : $figure >= $limit;
}

sub json ($self) {
    my %targets = map { $_->[0] => { $_->[2] => $_->[3], value => $self->{figure}{ $_->[0] },
            reached => $self->is_reached($_) ? Mojo::JSON->true : Mojo::JSON->false } } @TARGETS;
    return encode_json({ $self->%{qw(setting case lookup_ms)}, targets => \%targets }) . "\n";
}

sub text ($self) {
    my $setting = $self->{setting};
    return "Medians of $setting->{rounds} interleaved rounds of $setting->{seconds} s, "
        . "$setting->{workers} workers, TLS, 32 connections.\n\n"
        . $self->case_table . "\n" . $self->lookup_line . "\n" . $self->target_table;
}

sub case_table ($self) {
    my $text = sprintf "%-26s %8s %7s %7s | %-39s | %10s %11s\n", '', 'requests', 'p50', 'p99',
        'CPU ms a request', 'statements', 'round trips';
    $text .= sprintf "%-26s %8s %7s %7s | %7s %7s %7s %7s %7s |\n", '', 'a second', 'ms', 'ms',
        qw(nginx workers MariaDB doubles load);
    for my $case (@CASES) {
        my ($name, $title) = @$case;
        my $row = $self->{case}{$name};
        $text .= sprintf "%-26s %8.0f %7s %7s | %s | %10.2f %11.2f\n", $title, $row->{rps},
            (map { defined $row->{$_} ? sprintf '%.1f', $row->{$_} : '' } qw(p50_ms p99_ms)),
            join(' ', map { sprintf '%7.3f', $row->{cpu_ms}{$_} } @GROUPS),
            @{$row}{qw(statements round_trips)};
    }
    return $text;
}

sub lookup_line ($self) {
    return sprintf "At 100 ms a look-up: a create with one new handle takes %.0f ms at most, "
        . "one with 50 takes %.0f ms.\n", $self->{lookup_ms}->@{qw(one fifty)};
}

sub target_table ($self) {
    my $text = sprintf "%-48s %10s %12s\n", 'target', 'measured', 'wanted';
    for my $target (@TARGETS) {
        my ($name, $title, $bound, $limit, $unit) = @$target;
        $text .= sprintf "%-48s %10s %12s  %s\n", $title,
            sprintf('%.2f %2s', $self->{figure}{$name}, $unit),
            ($bound eq 'max' ? '<= ' : '>= ') . sprintf('%s %2s', $limit, $unit),
            $self->is_reached($target) ? 'reached' : 'NOT REACHED';
    }
    return $text;
}

1;
