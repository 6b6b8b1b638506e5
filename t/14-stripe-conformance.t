#!/usr/bin/perl
# The double of Stripe, judged by Stripe's own client: t/lib/stripe_conformance.js does the work.
use v5.36;

use File::Temp qw(tempdir);
use FindBin qw($Bin);
use lib "$Bin/lib", "$Bin/sandbox/lib";
use Headwater::Files qw(program_find);
use Headwater::Requirement;
use Headwater::Suites qw(npm_find);
use Sandbox::Launcher;

Headwater::Requirement::modules_load('Mojo::UserAgent');
my $folder = npm_find('stripe');
my $node   = program_find('node');
my $double = Sandbox::Launcher->start('stripe', tempdir(CLEANUP => 1));
my $status = system $node, "$Bin/lib/stripe_conformance.js", $double->url, $folder;
$double->stop;
exit($status == 0 ? 0 : 1);
