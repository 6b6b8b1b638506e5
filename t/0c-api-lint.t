#!/usr/bin/perl
# docs/openapi.yaml is a good OpenAPI 3.1 document, as Redocly's strictest rules have it
# (docs/redocly.yaml), examples included.
use v5.36;

use FindBin qw($RealBin);
use lib "$RealBin/lib";
use Headwater::Files qw(program_find);
use Headwater::Requirement;
use Headwater::Suites qw(npm_find);
use Test::More;

my $redocly = npm_find('@redocly/cli/bin/cli.js');
my $node    = program_find('node');

# It asks nobody: no newer version, no count of its users.
$ENV{REDOCLY_TELEMETRY}             = 'off';
$ENV{REDOCLY_SUPPRESS_UPDATE_NOTICE} = 'true';
chdir "$RealBin/../docs" or die "docs: $!\n";
open my $pipe, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'redocly', $node, $redocly, 'lint', '--config',
    'redocly.yaml', 'openapi.yaml' or die "redocly: $!\n";
my @said = <$pipe>;
ok close $pipe, 'the document is fine' or diag @said;
ok scalar(grep {/Your API description is valid/} @said), 'and said to be' or diag @said;

done_testing;
