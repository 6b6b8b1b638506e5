# The manual pages and the completion say what the programs are: every command, option and default,
# in the programs' own words; the pages are clean, and their examples work.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use Test::More;

my $source     = "$FindBin::Bin/..";
my $build      = $ENV{HW_BUILDDIR} // $source;
my $completion = "$source/etc/headwater.bash-completion";
my %page       = map { $_ => file_read("$source/man/$_.scd") }
    qw(headwater.8 headwaterd.8 headwater.conf.5);

# Text as a reader sees it: one space between words.
sub words ($text) { return join ' ', split ' ', $text }

# Without scdoc's marks.
sub plain ($text) { return words($text =~ s/(?<!\\)[*]//gr =~ s/\\(.)/$1/gr) }

# { "team create" => [usage, help] } of what `headwater --help` says.
sub commands_of_help () {
    my ($body) = `'$build/headwater' --help` =~ /\n\n(.*?)\n\nEverywhere:/s;
    my %commands;
    for my $part (grep {/\S/} split /^  (?=headwater )/m, $body) {
        my ($usage, $help) = $part =~ /\A([^\n]*\n(?:      \[[^\n]*\n)*)(.*)\z/s;
        $commands{ name_of(words($usage)) } = [words($usage), words($help)];
    }
    return \%commands;
}

sub name_of ($usage) { return $usage =~ /\Aheadwater ([a-z]+(?: [a-z]+)?)(?= |\z)/ ? $1 : '' }

# The same of the page.
sub commands_of_page () {
    my ($body) = $page{'headwater.8'} =~ /^# COMMANDS\n\n(.*?)^# /ms;
    my %commands;
    for my $part (split /\n{2,}/, $body) {
        my ($usage, $help) = $part =~ /\A(.*?)\n(\t.*)\z/s;
        $commands{ name_of(plain($usage)) } = [plain($usage), plain($help)];
    }
    return \%commands;
}

# { "team create" => [sorted options] }.
sub options_of_completion () {
    my ($table) = file_read($completion) =~ /^_headwater_commands='\n(.*?)^'/ms;
    return { map { /^(.*?) :(.*)$/ ? ($1 => [sort split ' ', $2]) : () } split /\n/, $table };
}

my $help = commands_of_help();
cmp_ok scalar(keys %$help), '>', 25, 'the commands are found';
is_deeply commands_of_page(), $help, 'headwater(8) has every command in the words of its help';
is_deeply options_of_completion(),
    { map { $_ => [sort $help->{$_}[0] =~ /(--[a-z-]+)/g] } keys %$help },
    'the completion has every command with its options';

my @daemon = `'$build/headwaterd' --help` =~ /^  (--[a-z-]+)/mg;
my ($section) = $page{'headwaterd.8'} =~ /^# OPTIONS\n(.*?)^# /ms;
is_deeply [sort $section =~ /^\*(--[a-z-]+)\*/mg], [sort @daemon], 'headwaterd(8) has its options';
my ($daemon_list) = file_read($completion) =~ /^_headwaterd\(\) \{.*?-W '(.*?)'/ms;
is_deeply [sort split ' ', $daemon_list], [sort @daemon], 'and so has the completion';

# What bash would offer behind a command line.
sub offers ($line) {
    my $script = <<~'BASH';
        . /usr/share/bash-completion/bash_completion && . "$0"
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<<"$1"
        [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _headwater
        printf '%s\n' "${COMPREPLY[@]}"
        BASH
    open my $out, '-|', 'bash', '--norc', '-c', $script, $completion, $line or die "bash: $!\n";
    my %offers = map { chomp; $_ => 1 } grep {/\S/} <$out>;
    return [sort keys %offers];
}

SKIP: {
    skip 'bash-completion is not installed', 8 if !-e '/usr/share/bash-completion/bash_completion';
    my %nouns = map { (split)[0] => 1 } keys %$help;
    is_deeply offers('headwater '), [sort keys %nouns], 'nouns';
    is_deeply offers('headwater st'), ['stream'], 'a noun that was begun';
    is_deeply offers('headwater team '), [qw(create list set show)], 'verbs';
    is_deeply offers('headwater --json team s'), [qw(set show)], 'behind an option';
    is_deeply offers('headwater --config=/tmp/x team s'), [qw(set show)], 'with its value in it';
    is_deeply offers('headwater user create --e'), ['--email'], 'options';
    is_deeply offers('headwater team create --plan '), [qw(free paid)], 'words of a value';
    is_deeply offers('headwater user create --team '), [], 'no ids';
}

subtest 'the pages are built and clean' => sub {
    plan skip_all => 'scdoc is not installed' if !-e "$build/man/headwater.8";
    my $shown = `MANWIDTH=400 man -l '$build/man/headwater.conf.5' 2>/dev/null | col -b`;
    my ($text) = $shown =~ /^OPTIONS\n(.*?)^RULES/ms;
    for my $row (map { chomp; [split /\t/, $_, -1] } `'$build/t/unit/config_dump'`) {
        my ($name, $default, $about) = @$row[1 .. 3];
        my ($part) = $text =~ /^ *\[$row->[0]\]\n(.*?)(?=^ *\[|\z)/ms;
        $default = 'empty' if $default eq '';
        like $page{'headwaterd.8'} =~ s/\\//gr, qr{^_?(?:.*, _)?\Q$default\E_}m,
            "headwaterd(8) has the file $default"
            if $default =~ m{\A/(?:etc|run)/};
        like words($part), qr/\b$name \(default: \Q$default\E\) \Q$about\E/,
            "headwater.conf(5) has [$row->[0]] $name";
    }
    for my $name (sort keys %page) {
        # What scdoc itself does: an empty line too many in the source of the page.
        my @faults = grep { !/skipping paragraph macro/ }
            `mandoc -Tlint -Wwarning '$build/man/$name' 2>&1`,
            `man --warnings -l '$build/man/$name' 2>&1 >/dev/null`;
        is_deeply \@faults, [], "$name has no fault";
        unlike file_read("$build/man/$name"), qr/\@[A-Z]+\@/, "$name has its paths";
    }
};

# The lines of the examples of a page, or of one section of it.
sub examples ($name) {
    my ($body) = $page{$name} =~ /^# EXAMPLES\n(.*?)^# /ms;
    return $body =~ /^```\n(.*?)^```/msg;
}

subtest 'the examples of headwater(8) work' => sub {
    my $lab   = Headwater::Lab->new(parts => ['database', 'doubles', 'daemon']);
    my $owner = $lab->database->migrate_file;
    chmod 0755, $lab->dir;
    $lab->daemon->config_write('server.socket_group' => 'root') if $> == 0;
    my @lines = map { split /\n/ } examples('headwater.8');
    cmp_ok scalar @lines, '>', 6, 'they are found';
    for my $line (@lines) {
        my $call = $line =~ s/\@SYSCONFDIR\@\S+/$owner/r =~ s/ \| jq.*//r;
        $call =~ s/doctor$/doctor --web-user root/;
        my (undef, @words) = map {s/^'|'$//gr} $call =~ /('[^']*'|\S+)/g;
        my ($status, $out, $err) = $lab->operator->try(@words);
        is $status, 0, $line or diag $out, $err;
    }
    $lab->stop;
};

subtest 'the examples of headwater.conf(5) work' => sub {
    my $lab = Headwater::Lab->new(parts => ['database']);
    my ($config) = examples('headwater.conf.5');
    file_write($lab->dir . '/example.conf', $config);
    my $shown = `'$build/headwater' config show --config '@{[$lab->dir]}/example.conf'`;
    is $?, 0, 'the configuration is read';
    like $shown, qr/^server +workers +12 /m, 'as it stands there';
    $lab->stop;
};

done_testing;
