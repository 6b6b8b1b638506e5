package Sandbox::ScrapeBadger::Magic;

# Handles whose name says how the look-up goes. Letter case does not matter.

use strict;
use warnings;
use feature 'signatures';

use Digest::SHA qw(sha256);

my @GARBLES = qw(html cut empty blank error noid badid other list);
my $GARBLES = join '|', @GARBLES;

# Returns {case, slow_ms?, garble?}; case is one of public, protected, missing, suspended, broken,
# limited, garbled. slow_ms undef with slow => 1 means the configured delay.
sub read_handle ($handle) {
    my $lower = lc $handle;
    return { case => $1 } if $lower =~ /\A(missing|protected|suspended|broken|limited)_/;
    return { case => 'garbled', garble => garble_choose($lower) } if $lower =~ /\Agarbled_/;
    return { case => 'public', slow => 1, slow_ms => $1 * 100 }
        if $lower =~ /\Aslow_(\d{1,3})(?:_|\z)/;
    return { case => 'public', slow => 1 } if $lower =~ /\Aslow_/;
    return { case => 'public' };
}

# The variant in the name, e.g. garbled_cut_1, else one that the name always gets.
sub garble_choose ($lower) {
    return $1 if $lower =~ /\Agarbled_($GARBLES)(?:_|\z)/;
    return $GARBLES[unpack('N', sha256("garble $lower")) % @GARBLES];
}

1;
