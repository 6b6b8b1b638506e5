#!/usr/bin/perl
# The programs are built hard to attack: position-independent, with read-only relocations bound at
# start, stack canaries, checked libc calls, and no stack or page that is both writable and
# executable. They have no fault points; the builds for tests, which are never installed, do.
use v5.36;

use FindBin qw($RealBin);
use Test::More;
use lib "$RealBin/lib";
use Headwater::Requirement;

my $build    = $ENV{HW_BUILDDIR} // "$RealBin/..";
my @PROGRAMS = qw(headwaterd headwater);
my @FAULTS   = map {"t/$_-faults"} @PROGRAMS;

# What only fault points leave in a program.
my @POINT_TRACES = ('HEADWATER_FAULTS', 'a fault point', "\0before\0");

sub readelf ($path, @options) {
    open my $pipe, '-|', 'readelf', '-W', @options, $path or die "readelf: $!\n";
    local $/;
    my $output = <$pipe>;
    close $pipe or die "readelf $path failed\n";
    return $output;
}

# The flags of the program headers of a type.
sub segment_flags ($headers, $type) {
    return $headers =~ /^\s+$type(?:\s+0x[0-9a-f]+){5}\s([R ][W ][E ])/mg;
}

sub is_hardened ($path) {
    my $headers = readelf($path, '-h', '-l');
    my $dynamic = readelf($path, '-d');
    my $symbols = readelf($path, '--dyn-syms');
    my @stack   = segment_flags($headers, 'GNU_STACK');
    my @load    = segment_flags($headers, 'LOAD');

    plan skip_all => 'a build with sanitizers' if $symbols =~ /\b__(?:asan|ubsan|tsan|msan)_/;
    like $headers, qr/^\s+Type:\s+DYN\b/m,         'it is position-independent';
    like $dynamic, qr/\(FLAGS_1\).*\bPIE\b/,       'and a program, not a library';
    like $headers, qr/^\s+GNU_RELRO\s/m,           'relocations are read-only after start';
    like $dynamic, qr/\(FLAGS_1\).*\bNOW\b/,       'and all bound by then';
    like $symbols, qr/\b__stack_chk_fail\b/,       'stacks have canaries';
    like $symbols, qr/\b__\w+_chk\b/,             'libc calls are checked (FORTIFY)';
    is_deeply [ map {s/ //gr} @stack ], ['RW'],    'the stack is not executable';
    is scalar(grep {/WE/} @load), 0,               'no segment is writable and executable';
    unlike $dynamic, qr/\((?:RPATH|RUNPATH|TEXTREL)\)/, 'it brings no library path of its own';
    return;
}

sub traces_of ($path) {
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    my $bytes = <$file>;
    return grep { index($bytes, $_) >= 0 } @POINT_TRACES;
}

Headwater::Requirement::missing('readelf')
    if !grep { -x "$_/readelf" } split /:/, $ENV{PATH} // '';
for my $program (@PROGRAMS) {
    Headwater::Requirement::missing($program) if !-x "$build/$program";
}
Headwater::Requirement::missing(s{^t/}{}r) for grep { !-x "$build/$_" } @FAULTS;
subtest $_ => \&is_hardened, "$build/$_" for @PROGRAMS;
is_deeply [traces_of("$build/$_")], [], "$_ has no fault point" for @PROGRAMS;
is_deeply [traces_of("$build/$_")], \@POINT_TRACES, "$_ has some" for @FAULTS;

done_testing;
