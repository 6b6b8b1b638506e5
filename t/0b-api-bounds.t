#!/usr/bin/perl
# docs/openapi.yaml and the validator draw the same lines: what the document allows at each field is
# accepted, up to the last character and item, and one more is refused; every choice, every kind of
# value, null too. The bounds are read from the document, the verdicts come from the C code.
use v5.36;

use File::Temp ();
use FindBin qw($RealBin);
use lib "$RealBin/lib";
use Headwater::ApiDocument;
use Headwater::Requirement;
use JSON::PP ();
use Test::More;

my $build = $ENV{HW_BUILDDIR} // "$RealBin/..";
my $dump  = "$build/t/unit/input_dump";
Headwater::Requirement::missing('input_dump') if !-x $dump;

my $document = Headwater::ApiDocument->new($build);
my $json     = JSON::PP->new->utf8->canonical->allow_nonref;
my @cases;    # [what, body, pointer, code that is expected, undef for none]

# --- places -------------------------------------------------------------------------------------

my %stream  = map { ($_ => $document->schema('StreamRequest')->{properties}{$_}) }
    keys $document->schema('StreamRequest')->{properties}->%*;
my %pair    = $document->schema('PairRequest')->{properties}->%*;
my %segment = $document->schema('SegmentRequest')->{properties}->%*;
my %csv     = $stream{csvEmailRecipients}{properties}->%*;

sub pair (%changed) { return { accountHandle => 'a', segmentId => 1, %changed } }
sub body (%changed) { return { pairs => [pair()], %changed } }

# Each field: its pointer, its schema, and a body that has a value there.
my %place;
for my $name (grep { $_ ne 'pairs' } keys %stream) {
    my %with = $name eq 'deliveryDestination' ? (webhookUrl => 'https://example.com/') : ();
    $place{"/$name"} = [$stream{$name}, sub ($value) { body($name => $value, %with) }];
}
$place{'/pairs'} = [$stream{pairs}, sub ($value) { { pairs => $value } }];
for my $name (keys %pair) {
    my $without = { accountId => 'accountHandle', segment => 'segmentId' }->{$name};
    $place{"/pairs/0/$name"} = [$pair{$name}, sub ($value) {
        my $pair = pair($name => $value);
        delete $pair->{$without} if defined $without;
        return { pairs => [$pair] };
    }];
}
for my $name (keys %segment) {
    $place{"/pairs/0/segment/$name"} = [$document->resolve($segment{$name}), sub ($value) {
        my $segment = { description => 'd', $name => $value };
        return { pairs => [{ accountId => 1, segment => $segment }] };
    }];
}
for my $name (keys %csv) {
    $place{"/csvEmailRecipients/$name"} = [$csv{$name}, sub ($value) {
        return body(csvEmailRecipients => { to => 'a@b.co', $name => $value });
    }];
}
my $labels = $document->schema('Labels');
$place{'/pairs/0/segment/appliedSearchFilters/skill'} = [$labels, sub ($value) {
    return $place{'/pairs/0/segment/appliedSearchFilters'}[1]->({ skill => $value });
}];
$place{'/pairs/0/segment/appliedSearchFilters/skill/0'} = [$labels->{items}, sub ($value) {
    return $place{'/pairs/0/segment/appliedSearchFilters/skill'}[1]->([$value]);
}];

sub accepted ($pointer, $what, $value) {
    push @cases, ["$pointer: $what", $place{$pointer}[1]->($value), $pointer, undef];
    return;
}

sub refused ($pointer, $what, $value, $code) {
    push @cases, ["$pointer: $what", $place{$pointer}[1]->($value), $pointer, $code];
    return;
}

# --- kinds --------------------------------------------------------------------------------------

my %VALUE = (string => 'x', integer => 1, number => 1.5, boolean => JSON::PP::true(), array => [],
    object => {});

# The kinds that a schema takes; an alternative ($ref, anyOf, oneOf) takes those of its parts.
sub kinds_of ($schema) {
    $schema = $document->resolve($schema);
    my @parts = (($schema->{anyOf} // [])->@*, ($schema->{oneOf} // [])->@*);
    return map { kinds_of($_) } @parts if @parts;
    return ref $schema->{type} ? $schema->{type}->@* : $schema->{type};
}

# One of two must be there, and null is not.
my $ONE_OF_TWO = qr{^/pairs/0/(?:account(?:Id|Handle)|segment(?:Id)?)\z};

sub null_is_absent ($pointer) {
    refused($pointer, 'null', undef, 'required');
    $cases[-1][2] = '/pairs/0';
    return;
}

for my $pointer (sort keys %place) {
    my %takes = map { $_ => 1 } kinds_of($place{$pointer}[0]);
    for my $kind (grep { !$takes{$_} } sort keys %VALUE) {
        refused($pointer, $kind, $VALUE{$kind}, 'type');
    }
    if    ($pointer =~ $ONE_OF_TWO)  { null_is_absent($pointer) }
    elsif ($takes{null})             { accepted($pointer, 'null', undef) }
    elsif ($pointer =~ m{/\d+\z})    { refused($pointer, 'null', undef, 'type') }
}

# null counts as absent, which these may not be.
refused('/pairs', 'null', undef, 'required');
refused('/pairs/0/segment/description', 'null', undef, 'required');
refused('/csvEmailRecipients/to', 'null', undef, 'required');

# --- choices ------------------------------------------------------------------------------------

my %choices;    # pointer => what the document allows
for my $pointer (sort keys %place) {
    my ($schema, $is_list) = ($place{$pointer}[0]);
    ($schema, $is_list) = ($schema->{items}, 1) if ref $schema->{items} && $schema->{items}{enum};
    my @choices = grep { defined } ($schema->{enum} // [])->@*;
    next if !@choices;
    accepted($pointer, $_, $is_list ? [$_] : $_) for @choices;
    refused($pointer, 'no choice', $is_list ? ['x'] : 'x', 'enum');
    $cases[-1][2] .= '/0' if $is_list;
    $choices{ $cases[-1][2] } = [$cases[-1][1], @choices];
}

# --- lengths and counts -------------------------------------------------------------------------

# Text up to so many characters, of one byte and of four.
sub length_check ($pointer, $min, $max) {
    accepted($pointer, "$_->[1] characters", $_->[0] x $_->[1])
        for ['x', 1], ['x', $max], ["\x{1f680}", $max];
    refused($pointer, 'one more', $_ x ($max + 1), 'max_length') for 'x', "\x{1f680}";
    refused($pointer, 'none', '', 'min_length');
    is $min, 1, "$pointer: from one character on";
    return;
}

sub count_check ($pointer, $schema, $item) {
    my ($min, $max) = @{$schema}{qw(minItems maxItems)};
    accepted($pointer, "$_ items", [map { $item->($_) } 1 .. $_]) for $min, $max;
    refused($pointer, 'one item more', [map { $item->($_) } 1 .. $max + 1], 'max_items');
    refused($pointer, 'no item', [], 'min_items');
    return;
}

for my $pointer ('/name', '/pairs/0/segment/description', '/pairs/0/segment/name',
    '/pairs/0/segment/appliedSearchFilters/skill/0') {
    length_check($pointer, $place{$pointer}[0]->@{qw(minLength maxLength)});
}
my $quarter = sub ($i) { sprintf '%02d:%02d', ($i - 1) / 4 % 24, ($i - 1) % 4 * 15 };
my $address = sub ($i) {"user$i\@example.com"};
my ($list) = grep { $_->{items} } $document->schema('EmailAddresses')->{oneOf}->@*;
count_check('/pairs',     $stream{pairs},     sub ($i) { pair(accountHandle => "a$i") });
count_check('/syncTimes', $stream{syncTimes}, $quarter);
count_check("/csvEmailRecipients/$_", $list, $address) for qw(to cc);
count_check('/pairs/0/segment/appliedSearchFilters/skill', $labels, sub ($i) {"label $i"});

my $filters = '/pairs/0/segment/appliedSearchFilters';
my $most    = $place{$filters}[0]{maxProperties};
accepted($filters, "$most categories", { map { ("c$_" => ['x']) } 1 .. $most });
refused($filters, 'one category more', { map { ("c$_" => ['x']) } 0 .. $most }, 'max_items');
my $long = $place{$filters}[0]{propertyNames}{maxLength};
accepted($filters, 'a long category', { 'x' x $long => ['x'] });
my $longer = 'x' x ($long + 1);
$place{"$filters/$longer"} = [{}, $place{$filters}[1]];
refused("$filters/$longer", 'a longer one', { $longer => ['x'] }, 'max_length');

my $host = 'https://example.com/';
my $url  = $stream{webhookUrl}{maxLength} - length $host;
accepted('/webhookUrl', 'a long URL', $host . 'x' x $url);
refused('/webhookUrl', 'a longer one', $host . 'x' x ($url + 1), 'max_length');

my $mail = $document->schema('EmailAddress')->{maxLength};
my $part = join '.', ('y' x 63) x 2, 'y' x ($mail - 64 - 1 - 128 - 4), 'com';
accepted('/csvEmailRecipients/to', 'a long address', 'x' x 64 . "\@$part");
refused('/csvEmailRecipients/to', 'a longer one', 'x' x 64 . "\@y$part", 'email');

# Perl's numbers end where the document's do; one more is written as text.
my $greatest = $pair{accountId}{maximum};
for my $pointer ('/pairs/0/accountId', '/pairs/0/segmentId') {
    accepted($pointer, $_, $_) for $pair{accountId}{minimum}, $greatest;
    refused($pointer, $_, $_, 'minimum') for 0, -1;
}

# --- verdicts -----------------------------------------------------------------------------------

# The faults of each body, as "pointer code message".
sub faults_of (@bodies) {
    my $file = File::Temp->new;
    print {$file} $json->encode($_), "\n" for @bodies;
    close $file;
    open my $pipe, '-|', 'sh', '-c', 'exec "$1" - <"$2"', 'sh', $dump, "$file" or die "$dump: $!\n";
    my @faults = map { chomp; [split /\t/] } <$pipe>;
    close $pipe or die "$dump failed\n";
    return @faults;
}

cmp_ok scalar @cases, '>', 200, 'the document has bounds';
my @faults = faults_of(map { $_->[1] } @cases);
for my $i (0 .. $#cases) {
    my ($what, undef, $pointer, $code) = $cases[$i]->@*;
    my @found = $faults[$i]->@*;
    if (!defined $code) { is_deeply \@found, [], $what }
    else { ok scalar(grep {/^\Q$pointer $code\E /} @found), "$what: $code" or diag @found }
}
for my $pointer (sort keys %choices) {
    my ($body, @choices) = $choices{$pointer}->@*;
    my ($said) = grep {/^\Q$pointer\E enum/} (faults_of($body))[0]->@*;
    is_deeply [$said =~ /"(\w+)"/g], \@choices, "$pointer: the same choices";
}

done_testing;
