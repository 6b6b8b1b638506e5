#!/usr/bin/perl
# The client of ScrapeBadger against its double: the program t/unit/scrapebadger_test does the work.
use strict;
use warnings;

use FindBin qw($Bin);
use lib "$Bin/sandbox/lib";
use File::Temp qw(tempdir);
use Sandbox::Launcher;

my $program = ($ENV{HW_BUILDDIR} // "$Bin/..") . '/t/unit/scrapebadger_test';
if (!-x $program) {
    die "$program is not built\n" if $ENV{HW_REQUIRE_ALL};
    print "1..0 # SKIP $program is not built\n";
    exit 0;
}

my $double = Sandbox::Launcher->start('scrapebadger', tempdir(CLEANUP => 1));
local $ENV{HW_SCRAPEBADGER_URL}    = $double->url;
local $ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';
my $status = system $program;
$double->stop;
exit($status == 0 ? 0 : 1);
