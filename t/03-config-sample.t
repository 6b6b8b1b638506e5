#!/usr/bin/perl
# etc/headwater.conf shows every option of the table in src/base/config.c, in its order, commented
# out, with its help above it and its default behind it; and nothing else.
use strict;
use warnings;

use FindBin qw($RealBin);
use Test::More;

my $source = "$RealBin/..";
my $build  = $ENV{HW_BUILDDIR} // $source;
my $dump   = "$build/t/unit/config_dump";

if (!-x $dump) {
    BAIL_OUT("$dump is missing") if $ENV{HW_REQUIRE_ALL};
    plan skip_all => "$dump is not built";
}

# The rows of the table: [section, name, default, help].
sub read_table {
    open my $pipe, '-|', $dump or die "$dump: $!\n";
    my @rows = map { chomp; [ split /\t/, $_, -1 ] } <$pipe>;
    close $pipe or die "$dump failed\n";
    return @rows;
}

# The same rows as the sample file shows them, and the lines that are part of none.
sub read_sample {
    my ($path) = @_;
    my ($section, $help, @rows, @strays) = ('');

    open my $file, '<', $path or die "$path: $!\n";
    while (my $line = <$file>) {
        chomp $line;
        if    ($line =~ /^\[(\w+)\]$/)           { $section = $1 }
        elsif ($line =~ /^#(\w+) =(?: (.+))?$/)  { push @rows, [ $section, $1, $2 // '', $help ] }
        elsif ($line =~ /^# (.+)$/)              { $help = $1 }
        elsif ($line ne '')                      { push @strays, "$.: $line" }
    }
    return \@rows, \@strays;
}

my @table = read_table();
my ($sample, $strays) = read_sample("$source/etc/headwater.conf");

cmp_ok scalar @table, '>', 15, 'the table has options';
is_deeply [ map { "[$_->[0]] $_->[1]" } @$sample ], [ map { "[$_->[0]] $_->[1]" } @table ],
    'the sample shows every option once, in the order of the table';
is_deeply $sample, \@table, 'with the defaults and the help of the table';
is_deeply $strays, [], 'and sets nothing';

done_testing;
