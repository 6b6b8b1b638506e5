#!/usr/bin/perl
# One word for one thing, in code, SQL, configuration and documents; no unfinished business, no
# secret, nothing of the machine this was written on. And README.md knows the errors as they are.
use v5.36;

use FindBin qw($RealBin);
use lib "$RealBin/lib";
use Headwater::Source qw(text_names);
use Test::More;

my $top = "$RealBin/..";

my @FOLDERS = qw(src t sql nginx etc man docs build-aux debian .ci);
my @FILES   = qw(quickstart bootstrap configure.ac Makefile.am NEWS README.md HACKING.md);

# Made by the build; data; the words themselves.
my $LEFT_OUT = qr{^ (?: src/edge/ (?: migrations\.c | statements\.c | statement_names\.h )
    | sql/migrations/0002_label_catalogue\.sql | t/04-words\.t ) $
    | ^ build-aux/ (?! .*\.awk $ ) }x;

# Our word, and what would else be said for it.
my %WORD = (
    'API key'         => qr/\b(?:API|access|auth)[ -]token/i,
    'handle'          => qr/\bscreen[ _]name\b|\buser[ _]handle/i,
    'idempotency key' => qr/\bidempotence[ _-]key|\bidempotent[ _-]key/i,
    'lead'            => qr/\bprospect/i,
    'slot'            => qr/\btime[ _-]?slot/i,
    'team'            => qr/\btenant|\bworkspace\b|\borgani[sz]ation/i,
    'tier'            => qr/\bplan[ _]tier|\baccount[ _]plan|\bpricing/i,
    'tracked account' => qr/\btracker|\btracking[ _]account|\bmonitored[ _]account/i,
);
# The specification's other word for a stream may be said once, where a stream is explained.
my $EXPLAINS = qr{^(?:README\.md|sql/README\.md)$};
my $STREAM   = qr/\bcampaign/i;

# The doubles and the clients speak to the services in their words.
my $SERVICES = qr{^t/(?:sandbox/|1\d-|unit/(?:scrapebadger|stripe)_test\.c$)|^src/remote/};

my %NEVER = (
    'unfinished' => qr/\b(?:TODO|FIXME|XXX|HACK|WIP|TBD)\b|\bnot yet implemented\b/,
    "a machine's path" => qr{(?<![\w.\]\)\}])/(?:work|farm|home/\w+|root|Users)/\w|/tmp/brief},
    'a secret' => qr/\b[sr]k_live_[A-Za-z0-9]{8,} | \bwhsec_[A-Za-z0-9]{16,}
                     | -----BEGIN[ ](?:[A-Z]+[ ])?PRIVATE[ ]KEY-----/x,
);

sub text_of ($name) {
    open my $file, '<:encoding(UTF-8)', "$top/$name" or die "$name: $!\n";
    local $/;
    return <$file> // '';
}

# All our text files, by their path from the top.
sub names_of_texts () { return grep { $_ !~ $LEFT_OUT } text_names($top, \@FILES, \@FOLDERS) }

my @names = names_of_texts();
my %lines = map { $_ => [ split /\n/, text_of($_) ] } @names;

# "file:line: text" of each match in @where.
sub matches_of ($what, @where) {
    my @found;
    for my $name (@where) {
        my $lines = $lines{$name};
        push @found, map {"$name:" . ($_ + 1) . ": $lines->[$_]"}
            grep { $lines->[$_] =~ $what } 0 .. $#$lines;
    }
    return @found;
}

sub none_of ($what, @faults) {
    ok !@faults, $what or diag map {"$_\n"} @faults;
    return;
}

cmp_ok scalar @names, '>', 200, 'the texts are found';
my @ours = grep { $_ !~ $SERVICES } @names;
none_of "no other word for $_", matches_of($WORD{$_}, @ours) for sort keys %WORD;
none_of 'no other word for stream', matches_of($STREAM, grep { $_ !~ $EXPLAINS } @ours);
for my $name (grep { $_ =~ $EXPLAINS } @names) {
    cmp_ok scalar(matches_of($STREAM, $name)), '<=', 1, "$name explains the other name once";
}
none_of "nothing is $_", matches_of($NEVER{$_}, @names) for sort keys %NEVER;

# --- errors -------------------------------------------------------------------------------------

# code => status, from the C table.
sub errors_of_table () {
    my $text = text_of('src/api/error_table.c');
    return { $text =~ /\[ERR_\w+\]\s*=\s*\{\s*"(\w+)",\s*(\d{3}),/g };
}

# code => status, from a document's tables that have columns of these names. A row may hold several
# codes and as many statuses.
sub errors_of_document ($name) {
    my (%errors, $code, $status);
    for my $line (@{ $lines{$name} }) {
        my @cells = map {s/^\s+|\s+$//gr} split /\|/, $line;
        ($code, $status) = (undef, undef) if $line !~ /^\|/;
        if (defined $status) {
            my @codes = $cells[$code] =~ /`([a-z_]+)`/g;
            @errors{@codes} = $cells[$status] =~ /\b([1-5]\d\d)\b/g;
        }
        elsif ($line =~ /^\|/) {
            ($code)   = grep { $cells[$_] eq 'code' } 0 .. $#cells;
            ($status) = grep { defined $code && $cells[$_] =~ /^(?:status|HTTP)$/ } 0 .. $#cells;
        }
    }
    return \%errors;
}

# What nginx answers by itself.
my %BY_NGINX = (rate_limited => 429, bad_request => 400, not_implemented => 501);

my $table = errors_of_table();
cmp_ok scalar(keys %$table), '>', 20, 'the table of errors is found';
SKIP: {
    skip 'there is no README.md', 1 if !$lines{'README.md'};
    my $document = errors_of_document('README.md');
    my %expected = (%$table, map { $_ => $BY_NGINX{$_} } grep { $document->{$_} } keys %BY_NGINX);
    is_deeply $document, \%expected, 'README.md has every error with its status';
    ok $document->{rate_limited}, 'and the one that nginx answers';
}

done_testing;
