#!/usr/bin/perl
# What our C does without: calls that overrun, guess or block, typedefs, // comments, and printing
# outside the places that talk to a person.
use v5.36;

use FindBin qw($RealBin);
use Test::More;

my $top = "$RealBin/..";

# Made by the build.
my $MADE = qr{^src/edge/(?:migrations|statements|statement_names)\.};

# Calls that are banned everywhere, and what to use instead.
my %BANNED = (
    (map { $_ => 'buf, arena_printf or snprintf' } qw(strcpy strcat stpcpy sprintf vsprintf)),
    (map { $_ => 'fgets or getline' } qw(gets)),
    (map { $_ => 'strchr, strpbrk or a loop: strtok keeps state' } qw(strtok)),
    (map { $_ => 'number_read or strtoll with its checks' } qw(atoi atol atoll atof)),
    (map { $_ => 'the arena' } qw(alloca)),
    (map { $_ => 'nothing: no shell is ever started' } qw(system popen)),
    (map { $_ => 'enum err' } qw(setjmp longjmp sigsetjmp siglongjmp)),
    (map { $_ => 'a prepared statement, by db_query' } qw(mysql_query mysql_escape_string)),
    (map { $_ => 'clock.h and tz.h: these depend on TZ or share a buffer' }
        qw(localtime mktime gmtime asctime ctime)),
    (map { $_ => 'digest_random' } qw(rand srand rand_r random srandom drand48)),
    (map { $_ => 'fcgi_write' }
        qw(FCGI_printf FCGI_fprintf FCGI_puts FCGX_FPrintF FCGX_VFPrintF)),
    (map { $_ => 'time in microseconds, clock_sleep_us' } qw(sleep usleep)),
);

# Calls with one home. mysql_real_query sends session settings, BEGIN, COMMIT and migrations; all
# else is prepared. tz.c is the one file that sets TZ, for a zone that the list knows.
my %HOME = (
    mysql_real_query => qr{^src/edge/db\.c$},
    localtime_r      => qr{^src/edge/tz\.c$},
    tzset            => qr{^src/edge/tz\.c$|^t/unit/},
    fork             => qr{^src/serve/|^t/unit/},
);

# Only these write to standard output or error: the log, and what a person has asked for.
my $PRINT = qr/\b(?:v?f?printf|dprintf|f?puts|putchar|f?putc|perror)\b/;
my $PRINTER = qr{^src/(?:serve/main\.c|admin/\w+\.c)$};

# A rule does no I/O.
my $IO = qr/(?<![>.])\b(?:f?open|fread|fwrite|read|write|socket|getenv|time|clock_gettime)\b/;

sub text_of ($name) {
    open my $file, '<', "$top/$name" or die "$name: $!\n";
    local $/;
    return <$file>;
}

# The text without comments and with empty strings; the lines stay where they are.
sub code_of ($text) {
    return $text =~ s{(/\*.*?\*/)|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'}
                     { $1 ? $1 =~ s/[^\n]//gr : '""' }gser;
}

# [line number, what was found] for each match of $what in a text.
sub matches_of ($text, $what) {
    my @found;
    while ($text =~ /($what)/g) {
        my $match = $1;
        push @found, [ 1 + (substr($text, 0, $-[0]) =~ tr/\n//), $match =~ s/\s*\(?$//r ];
    }
    return @found;
}

my @paths = glob "$top/src/*/*.[ch] $top/t/unit/*.[ch]";
my @names = grep { $_ !~ $MADE } map { s{^\Q$top\E/}{}r } @paths;
my %code  = map { $_ => code_of(text_of($_)) } @names;

# One check: no file of @where has $what in its code.
sub none_has ($title, $what, @where) {
    my @faults;
    for my $name (@where) {
        push @faults, map {"$name:$_->[0]: $_->[1]"} matches_of($code{$name}, $what);
    }
    ok !@faults, $title or diag map {"$_\n"} @faults;
    return;
}

sub not_in ($home, @where) { return grep { $_ !~ $home } @where }

my @ours = grep {m{^src/}} @names;
cmp_ok scalar @ours, '>', 100, 'the sources are found';

my $banned = join '|', sort keys %BANNED;
none_has 'no banned call', qr/\b(?:$banned)\s*\(/, @names;
diag map {"instead of $_: $BANNED{$_}\n"} grep { my $call = $_; grep {/\b$call\s*\(/} values %code }
    sort keys %BANNED;
none_has "$_ only at home", qr/\b$_\s*\(/, not_in($HOME{$_}, @names) for sort keys %HOME;
none_has 'printing only by the programs\' mains and the operator\'s command', qr/$PRINT\s*\(/,
    not_in($PRINTER, @ours);
none_has 'no I/O in a rule', qr/$IO\s*\(/, grep {m{^src/rule/}} @ours;
none_has 'no typedef',       qr/\btypedef\b/, @names;
none_has 'no goto',          qr/\bgoto\b/,    @names;
none_has 'comments are /* */', qr{//.*}, @names;

done_testing;
