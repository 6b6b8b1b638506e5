#!/usr/bin/perl
# Each migration is in the file of the release that brings it, for without one dbconfig-common makes
# no backup before the Debian package migrates.
use v5.36;

use FindBin qw($RealBin);
use Test::More;
use lib "$RealBin/lib";
use Headwater::Files qw(file_read);

my $folder     = "$RealBin/../debian/dbconfig/upgrade/mysql";
my @migrations = map {m{/(\d{4})_\w+\.sql\z}} sort glob "$RealBin/../sql/migrations/*.sql";
my @releases   = sort map {m{/([\d.]+)\z}} glob "$folder/*";
my ($version)  = file_read("$RealBin/../debian/changelog") =~ /\A\w+ \(([\d.]+)\)/;

# The numbers in a file's line "-- Brings: ...".
sub brought_by ($release) {
    my ($numbers) = file_read("$folder/$release") =~ /^-- Brings: ([\d ]+)$/m;
    return split / /, $numbers // '';
}

sub version_number ($text) { return sprintf '%03d%03d%03d', split /[.]/, $text }

ok @migrations > 0 && @releases > 0, 'there are migrations and releases';
is_deeply [sort map { brought_by($_) } @releases], \@migrations, 'each migration has one release';
is_deeply [grep { version_number($_) gt version_number($version) } @releases], [],
    'which is none that is still to come';
done_testing;
