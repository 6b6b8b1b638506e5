#!/usr/bin/perl
# Everything can be read at a sitting: 400 lines a file, 60 a function, 100 characters a line; and
# plain text: LF, no tabs, no blanks at a line's end, a line end at the file's.
use v5.36;

use FindBin qw($RealBin);
use lib "$RealBin/lib";
use Headwater::Source qw(text_names);
use Test::More;

my $top = "$RealBin/..";

my $FILE_LINES_MAX     = 400;
my $FUNCTION_LINES_MAX = 60;
my $LINE_CHARS_MAX     = 100;

my @FOLDERS = qw(src t sql nginx etc man docs build-aux debian .ci);
my @FILES   = qw(quickstart bootstrap configure.ac Makefile.am .clang-format .editorconfig NEWS
    README.md HACKING.md LICENSE);

# Made by the build, or by autotools.
my $MADE = qr{^ (?: src/edge/ (?: migrations\.c | statements\.c | statement_names\.h ) $
                  | build-aux/ (?! .*\.awk $ ) ) }x;

# Tabs are their syntax.
my $TABBED = qr{^(?:Makefile\.am|debian/rules|man/.*\.scd)$};

# A list, a source a line; data; and the one document of the API.
my %LONG = map { $_ => 1 } qw(Makefile.am sql/migrations/0002_label_catalogue.sql
    docs/openapi.yaml);

# All our text files, by their path from the top.
sub names_of_texts () { return grep { $_ !~ $MADE } text_names($top, \@FILES, \@FOLDERS) }

sub text_of ($name) {
    open my $file, '<:raw', "$top/$name" or die "$name: $!\n";
    local $/;
    my $text = <$file> // '';
    utf8::decode($text) or return "\0";
    return $text;
}

# Where a function begins, by kind of file; it ends at the next } in column 0.
my %BEGIN = (
    c   => qr/^\{$/,
    h   => qr/^\{$/,
    pm  => qr/^sub .*\{$/,
    t   => qr/^sub .*\{$/,
    sh  => qr/^(?:sub .*|\w+\(\) )\{$/,
    awk => qr/^\S.*\{$/,
    js  => qr/^(?:async )?function.*\{$/,
);

# A script without a suffix is a shell's or Perl's.
sub kind_of ($name) { return $name =~ /\.(\w+)$/ ? $1 : 'sh' }

# [line, length] of each function, braces included.
sub functions_of ($name, $lines) {
    my $begin = $BEGIN{ kind_of($name) } or return;
    my ($start, @functions);
    for my $i (0 .. $#$lines) {
        $start = $i if !defined $start && $lines->[$i] =~ $begin;
        next if !defined $start || $lines->[$i] ne '}';
        push @functions, [ $start + 1, $i - $start + 1 ];
        undef $start;
    }
    return @functions;
}

# What cannot be broken may be longer: a row of a table, a word such as a list of ciphers, and the
# rows of data.
sub is_too_long ($name, $line) {
    return 0 if length $line <= $LINE_CHARS_MAX || $line =~ /\S{80}/;
    return 0 if $name =~ /\.md$/ && $line =~ /^\|/;
    return !($LONG{$name} && $name =~ /\.sql$/);
}

sub none_of ($what, @faults) {
    ok !@faults, "no $what" or diag map {"$_\n"} @faults;
    return;
}

my (@long_files, @long_functions, @long_lines, @unclean, @lengths);
my @names = names_of_texts();
for my $name (@names) {
    my $text  = text_of($name);
    my @lines = split /\n/, $text;

    push @unclean, "$name: is not UTF-8, or holds a NUL" if $text =~ /\0/;
    push @unclean, "$name: does not end with one line end" if $text !~ /[^\n]\n\z/;
    push @long_files, "$name: " . @lines . ' lines' if @lines > $FILE_LINES_MAX && !$LONG{$name};
    for my $i (0 .. $#lines) {
        my $where = "$name:" . ($i + 1);
        push @long_lines, "$where: " . length($lines[$i]) if is_too_long($name, $lines[$i]);
        push @unclean, "$where: has a tab" if $lines[$i] =~ /\t/ && $name !~ $TABBED;
        push @unclean, "$where: has a carriage return" if $lines[$i] =~ /\r/;
        push @unclean, "$where: ends with a blank"     if $lines[$i] =~ /[ \t]$/;
    }
    for my $function (functions_of($name, \@lines)) {
        my ($line, $length) = @$function;
        push @long_functions, "$name:$line: $length lines" if $length > $FUNCTION_LINES_MAX;
        push @lengths, $length if $name =~ m{^src/};
    }
}

cmp_ok scalar @names,   '>', 200, 'the text files are found';
cmp_ok scalar @lengths, '>', 400, 'their functions are found';
none_of "file is longer than $FILE_LINES_MAX lines",         @long_files;
none_of "function is longer than $FUNCTION_LINES_MAX lines", @long_functions;
none_of "line is longer than $LINE_CHARS_MAX characters",    @long_lines;
none_of 'text is unclean',                                   @unclean;

@lengths = sort { $a <=> $b } @lengths;
diag sprintf 'functions in src/: %d, median %d lines, 90th percentile %d, longest %d',
    scalar @lengths, $lengths[ @lengths / 2 ], $lengths[ @lengths * 0.9 ], $lengths[-1];

done_testing;
