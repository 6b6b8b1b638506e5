#!/usr/bin/perl
# Allocations of a request fail, 20 of each kind of request, or all with HW_TORTURE=all: the worker
# dies and another takes its place, and the same key brings the request to its end.
use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Scenario;
use Headwater::Torture;
use Test::More;

# Many, because after ten crashes within a minute each waits five seconds for its successor.
my $lab     = Headwater::Lab->new(faults => 1, workers => 32);
my $torture = Headwater::Torture->new($lab);

$torture->allocations_fail($_) for Headwater::Scenario->names;
$torture->end;

$lab->stop;
done_testing;
