#!/usr/bin/perl
# The documents are true as far as a program can tell: the tour names every source file, every path
# that any of them names is there, and every name from the code.
use v5.36;

use FindBin qw($RealBin);
use Test::More;

my $top = "$RealBin/..";

my @DOCUMENTS =
    qw(README.md HACKING.md src/README.md sql/README.md t/README.md t/sandbox/README.md);

# Made by the build or by running, and so not there yet.
my $MADE = qr{^var/ | (?:^|/) (?: migrations\.c | statements\.c | statement_names\.h ) $}x;

sub text_of ($name) {
    open my $file, '<:encoding(UTF-8)', "$top/$name" or die "$name: $!\n";
    local $/;
    return <$file>;
}

sub none_of ($what, @faults) {
    ok !@faults, $what or diag map {"$_\n"} @faults;
    return;
}

my %text = map { $_ => text_of($_) } grep { -e "$top/$_" } @DOCUMENTS;
my @sources = grep { $_ !~ $MADE } map { s{^\Q$top\E/src/}{}r } glob "$top/src/*/*.[ch]";

# --- the tour -----------------------------------------------------------------------------------

# `flow/stream_create.c` stands for its header too; the row of base/ has its files by their nouns.
my $tour   = $text{'src/README.md'};
my ($base) = $tour =~ /^\| `base\/` \|(.*)$/m;
my %named  = map { $_ => 1 } $tour =~ m{`([a-z]+/\w+)\.[ch]`}g, map {"base/$_"} $base =~ /(\w+)/g;

cmp_ok scalar @sources, '>', 150, 'the sources are found';
none_of 'src/README.md names every source file',
    grep { $_ ne 'base/base.h' && !$named{s/\.[ch]$//r} } @sources;

# --- paths --------------------------------------------------------------------------------------

# Paths in back quotes; those with a placeholder or a wildcard are patterns.
sub paths_of ($text) {
    return grep { $_ !~ /[<>*\$@]|NN|\.\.\.|^\/|::|^https?:/ && $_ !~ /-\w\.t$/ }
        $text =~ m{`([\w.-]+/[^`\s]*|[\w-]+\.(?:c|h|t|md|sql|conf|pm))`}g;
}

# A path is given from the top, from src/, or from the document's own folder; a module of the
# doubles by its name alone.
sub is_there ($document, $path) {
    my $folder = $document =~ s{[^/]*$}{}r;
    return 1 if $path =~ $MADE || $path =~ m{^application/};
    return grep { -e "$top/$_$path" } '', 'src/', $folder, "${folder}lib/Sandbox/";
}

for my $document (sort keys %text) {
    none_of "every path in $document is there",
        grep { !is_there($document, $_) } paths_of($text{$document});
}

# --- names --------------------------------------------------------------------------------------

# What looks like a name from the code or the Makefile is one.
my $code  = join '', text_of('Makefile.am'), map { text_of("src/$_") } @sources;
my %words = map { $_ => 1 } 'noun_verb', $code =~ /\b(\w+)\b/g;

for my $document (grep {m{^(?:HACKING|src/README)\.md$}} sort keys %text) {
    none_of "every name in $document is there",
        grep { !$words{$_} } $text{$document} =~ /`([a-z]+_[a-z_]+)`/g;
}

done_testing;
