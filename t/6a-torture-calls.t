#!/usr/bin/perl
# Every statement, COMMIT, HTTP call and answer of a request fails once: the answer is honest, the
# same key brings the request to its end, and nothing is lost. Leaks show in a build with
# sanitizers, when the workers leave.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Scenario;
use Headwater::Torture;
use Test::More;

my $lab     = Headwater::Lab->new(faults => 1, workers => 4);
my $torture = Headwater::Torture->new($lab);

$torture->calls_fail($_) for Headwater::Scenario->names;
$torture->end;

$lab->stop;
done_testing;
