#!/usr/bin/perl
# The Grafana dashboard and the alert rules speak of metrics, labels and commands that there are,
# and count nothing twice.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Metrics;
use Mojo::JSON qw(decode_json);
use Test::More;

my $top = "$FindBin::Bin/..";
my $lab = Headwater::Lab->new;

# One request of each sort that leaves a label behind.
my $client = $lab->client($lab->team);
$client->post_stream(
    { pairs => [{ accountHandle => 'board_a', segment => { description => 'x' } }] });
$client->post_stream('{');
my $text    = $lab->client->get('/metrics')->body;
my $metrics = Headwater::Metrics->new($text);

# What is known: each name of a sample, and for each the labels it has.
my %labels;
for my $sample ($metrics->samples(qr/./)) {
    my ($name, $inside) = $sample =~ /\A([a-z_]+)(?:\{(.*)\})?\z/;
    $labels{$name}{$_} = 1 for 'instance', 'job', ($inside // '') =~ /(?:\A|,)([a-z_]+)=/g;
}

# Names of ours in an expression, each with the labels that it is asked by.
sub uses_of ($expression) {
    my @uses;
    while ($expression =~ /\b(headwater_[a-z_]+)(?:\{([^}]*)\})?/g) {
        my ($name, $matchers) = ($1, $2 // '');
        push @uses, [$name, $matchers =~ /(?:\A|,)\s*([a-z_]+)\s*(?:=~|!=|!~|=)/g];
    }
    return @uses;
}

sub fine ($what, @expressions) {
    my @unknown;
    for my $use (map { uses_of($_) } @expressions) {
        my ($name, @asked) = @$use;
        push @unknown, $labels{$name} ? grep { !$labels{$name}{$_} } @asked : $name;
    }
    is_deeply(\@unknown, [], $what);
    return;
}

my $board  = decode_json(file_read("$top/etc/grafana-dashboard.json"));
my @panels = grep { $_->{type} ne 'row' } $board->{panels}->@*;
cmp_ok(@panels, '>', 10, 'the dashboard has panels');
fine("panel: $_->{title}", map { $_->{expr} } $_->{targets}->@*) for @panels;
ok(uses_of($_->{targets}[0]{expr}) > 0, "$_->{title} shows something of ours") for @panels;

my @places = map { my $p = $_->{gridPos}; [$_->{title}, @$p{qw(x y w h)}] } $board->{panels}->@*;
for my $a (@places) {
    my @over = grep { $_ ne $a && $a->[1] < $_->[1] + $_->[3] && $_->[1] < $a->[1] + $a->[3]
            && $a->[2] < $_->[2] + $_->[4] && $_->[2] < $a->[2] + $a->[4] } @places;
    is_deeply([map { $_->[0] } @over], [], "$a->[0] lies over no other");
}

my $rules = file_read("$top/etc/prometheus-alerts.yml");
my @alerts = $rules =~ /^\s*expr: (.+)$/mg;
cmp_ok(@alerts, '>', 8, 'there are alert rules');
fine("alert: $_", $_) for @alerts;

# Every metric is watched or shown somewhere.
my $shown = join ' ', @alerts, map { map { $_->{expr} } $_->{targets}->@* } @panels;
for my $family (grep { $_ ne 'headwater_build_info' } $metrics->families) {
    like($shown, qr/\b\Q$family\E/, "$family is used");
}

# What all hosts read from the one database is told and shown once, not once for each of them.
my $shared = qr/headwater_(?:pending|reconciler|quantities)_\w+/;
my $once   = qr/\bmax (?: [ ] without [ ] \(instance\) [ ] | [ ] by [ ] \(\w+\) [ ] )?
    \( (?:increase\()? $shared/x;
for my $expression (@alerts, map { map { $_->{expr} } $_->{targets}->@* } @panels) {
    my $count = () = $expression =~ /$shared/g or next;
    is(scalar(() = $expression =~ /$once/g), $count, "once: $expression");
}

# Each command that a rule advises is there; the program refuses help on one that it does not know.
sub command_is_there ($command) {
    my (undef, @words) = split ' ', $command;
    return system("'$lab->{program}{headwater}' @words --help >/dev/null 2>&1") == 0;
}
ok(!command_is_there('headwater stream guess'), 'no help on what is not there');
my %advised = map { $_ => 1 } $rules =~ /`(headwater [a-z ]+)`/g;
cmp_ok(keys %advised, '>=', 2, 'the rules advise commands');
ok(command_is_there($_), "command: $_") for sort keys %advised;

$lab->stop;
done_testing;
