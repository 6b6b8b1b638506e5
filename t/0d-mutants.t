#!/usr/bin/perl
# Each mutant fits the sources, as t/mutants/run applies it, and names tests that are there. Whether
# they catch it is for `make mutants` to show.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(program_find);
use Test::More;

program_find('patch');
my $folder  = "$FindBin::Bin/mutants";
my %result  = map { /^(.+) (\S+)$/ ? ($2 => $1) : () } qx{$^X $folder/run --applies};
my @mutants = map { m{([^/]+)\.patch$} } glob "$folder/*.patch";
cmp_ok(@mutants, '>', 20, 'there are mutants');
is($result{$_}, 'applies', $_) for @mutants;
done_testing;
