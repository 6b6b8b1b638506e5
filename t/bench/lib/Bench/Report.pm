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
    [worker_pss  => 'PSS of a worker, known account',               max => 1.5,  'MB'],
    [startup     => 'until all workers are ready',                  max => 100,  'ms'],
    [fifty_cost  => '50 pairs, times the cost of one',              max => 4,    ''],
    [lookup_cost => 'look-up of 50 new handles, times one alone',  max => 2,    ''],
);

# new($rounds, $other). $rounds: { case => [round, ...] }; $other: { pss => { known_account,
# all_cases, lookups } in MB, startup => [...], lookups => [one, fifty], workers, seconds, rounds }.
sub new ($class, $rounds, $other) {
    my $self = bless { setting => { $other->%{qw(workers seconds rounds)} } }, $class;
    $self->{case} = { map { $_ => case_of($rounds->{$_}) } keys %$rounds };
    my ($one, $fifty) = $other->{lookups}->@*;
    $self->{lookup_ms} = { one => $one, fifty => $fifty };
    $self->{pss_mb}    = $other->{pss};
    $self->{figure}    = {
        round_trips => $self->{case}{known_account}{round_trips},
        bare_ratio  => ratio($rounds->{known_account}, $rounds->{bare}),
        worker_cpu  => $self->{case}{known_account}{cpu_ms}{workers},
        worker_pss  => $other->{pss}{known_account},
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

# Names of figures that were not measured.
sub gaps ($self) {
    return (
        (grep { !($self->{case}{$_}{rps} // 0) } map { $_->[0] } @CASES),
        (grep { !($self->{figure}{$_} // 0) } map { $_->[0] } @TARGETS),
    );
}

sub json ($self) {
    my %targets = map { $_->[0] => { $_->[2] => $_->[3], value => $self->{figure}{ $_->[0] },
            reached => $self->is_reached($_) ? Mojo::JSON->true : Mojo::JSON->false } } @TARGETS;
    my %all = ($self->%{qw(setting case lookup_ms pss_mb)}, targets => \%targets);
    return encode_json(\%all) . "\n";
}

sub text ($self) {
    my $setting = $self->{setting};
    return "Medians of $setting->{rounds} interleaved rounds of $setting->{seconds} s, "
        . "$setting->{workers} workers, TLS, 32 connections.\n\n"
        . $self->case_table . "\n" . $self->lines . "\n" . $self->target_table;
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

sub lines ($self) {
    return sprintf("At 100 ms a look-up: a create with one new handle takes %.0f ms, "
        . "one with 50 takes %.0f ms.\n", $self->{lookup_ms}->@{qw(one fifty)})
        . sprintf("PSS of a worker: %.2f MB after creates with known accounts, %.2f MB after all "
        . "cases, %.2f MB after look-ups of 50.\n",
        $self->{pss_mb}->@{qw(known_account all_cases lookups)});
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
