#!/usr/bin/perl
# The pages of /docs/ in a browser, against the running service: t/lib/docs_page.js does the work.
# It leaves pictures of what it saw in var/screenshots.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use File::Path qw(make_path);
use Headwater::Files qw(program_find);
use Headwater::Lab;
use Headwater::Requirement;
use Headwater::Suites qw(npm_find);
use IPC::Open2 qw(open2);
use Test::More;

my $TOP   = "$FindBin::RealBin/..";
my $build = $ENV{HW_BUILDDIR} // $TOP;

npm_find($_) for qw(playwright-core axe-core);
my $modules  = npm_find('swagger-ui-dist') =~ s{/[^/]*\z}{}r;
my $node     = program_find('node');
my $chromium = program_find('chromium');
Headwater::Requirement::missing('the console of /docs/')
    if !-e "$build/docs/site/console/swagger-ui-bundle.js";

my $lab         = Headwater::Lab->new;
my $team        = $lab->team;
my $screenshots = "$build/var/screenshots";
make_path($screenshots);

my $child = open2(my $answers, my $input, $node, "$FindBin::RealBin/lib/docs_page.js",
    $lab->base_url, $modules, $chromium, $screenshots);
print {$input} $team->{key};
close $input;
while (my $line = <$answers>) {
    if    ($line =~ /^(not )?ok \d+ - (.*)/) { ok !$1, $2 }
    elsif ($line =~ /^# (.*)/)               { diag $1 }
}
waitpid $child, 0;
is $?, 0, 'the browser ends well';

$lab->stop;
done_testing;
