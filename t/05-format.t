#!/usr/bin/perl
# The tools agree: clang-format with our C, shellcheck with our scripts, Perl with our Perl.
use v5.36;

use File::Find qw(find);
use FindBin qw($RealBin);
use Test::More;
use lib "$RealBin/lib";
use Headwater::Requirement;

my $top = "$RealBin/..";

# Made by the build.
my $MADE = qr{/src/edge/(?:migrations|statements|statement_names)\.};

# What a command prints, standard error included, and whether it succeeded.
sub run (@command) {
    open my $pipe, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command or die "sh: $!\n";
    local $/;
    my $output = <$pipe> // '';
    return (close($pipe), $output);
}

sub need ($program) {
    return if grep { -x "$_/$program" } split /:/, $ENV{PATH} // '';
    Headwater::Requirement::missing($program);
}

subtest 'C has the form of .clang-format' => sub {
    need('clang-format');
    my @files = grep { $_ !~ $MADE } glob "$top/src/*/*.[ch] $top/t/unit/*.[ch]";
    cmp_ok scalar @files, '>', 150, 'the files are found';
    my ($ok, $output) = run('clang-format', '--dry-run', '-Werror', @files);
    ok $ok, 'clang-format would change nothing' or diag grep {/error:/} $output =~ /^.*\n/mg;
};

subtest 'shell scripts are sound' => sub {
    need('shellcheck');
    my @files = grep { -e } map {"$top/$_"}
        qw(quickstart bootstrap .ci/run t/package/run debian/configuration);
    my @tests = grep { -x && -f } glob "$top/debian/tests/*";
    cmp_ok scalar @files, '>=', 2, 'the scripts are found';
    my ($ok, $output) = run('shellcheck', '-x', '-P', 'SCRIPTDIR', @files, @tests);
    ok $ok, 'shellcheck finds nothing' or diag $output;

    # Those of the package work with what debconf and dbconfig-common define.
    my @maintained = glob "$top/debian/*.{config,postinst,postrm,prerm}";
    ($ok, $output) = run('shellcheck', '-e', 'SC1091,SC2034,SC2154', @maintained);
    ok $ok, 'nor in the scripts of the package' or diag $output;
};

# Modules of ours, by their first name. A file that lacks another is left to a machine that has it.
my $OURS = qr{^(?:Headwater|Sandbox|Bench)/};

sub is_perl ($path) {
    return 1 if $path =~ /\.(?:pm|t|pl)$/;
    return 0 if $path =~ m{\.[^/]*$} || !-x $path;
    open my $file, '<', $path or return 0;
    return (<$file> // '') =~ /^#!.*\bperl\b/;
}

sub perl_files () {
    my @files;
    my $visit = sub { push @files, $_ if -f && is_perl($_) };
    find({ wanted => $visit, no_chdir => 1 }, "$top/t");
    return sort @files;
}

subtest 'Perl compiles without a warning' => sub {
    my @files = perl_files();
    my @libs  = map {"-I$top/t/$_"} qw(lib sandbox/lib bench/lib);
    my (@faults, @left_out);
    cmp_ok scalar @files, '>', 60, 'the files are found';
    for my $file (@files) {
        my ($ok, $output) = run($^X, @libs, '-c', $file);
        $output =~ s/^Name ".*" used only once: possible typo.*\n//mg;    # of a module loaded later
        next if $ok && $output =~ /\A\S+ syntax OK\n\z/;
        my ($lacks) = $output =~ /^Can't locate (\S+) in \@INC/m;
        if ($lacks && $lacks !~ $OURS && !$ENV{HW_REQUIRE_ALL}) { push @left_out, $file }
        else                                                    { push @faults,   $output }
    }
    ok !@faults, 'perl -c has nothing to say' or diag @faults;
    note "left out for want of a module: $_" for @left_out;
};

done_testing;
