# The operator's command as a command: help, exit codes, and failures that say what to do.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database']);
my $operator = $lab->operator;
my $program  = ($ENV{HW_BUILDDIR} // "$FindBin::Bin/..") . '/headwater';

sub bad_usage ($words, $pattern, $name) {
    my ($status, $out, $err) = $operator->try(@$words);
    is $status, 2, "$name: exit 2";
    like $err, qr/\Aheadwater: $pattern[^\n]*\n\z/, "$name: one sentence";
    is $out, '', "$name: nothing on standard output";
    ($status, $out) = $operator->try(@$words, '--json');
    is $status, 2, "$name: exit 2 with --json";
    like Mojo::JSON::decode_json($out)->{error}{message}, qr/\A$pattern/, "$name: in JSON too";
    return;
}

bad_usage([], 'Name a command', 'no command');
bad_usage(['tea'], 'There is no command `headwater tea`', 'unknown noun');
bad_usage([qw(team destroy)], 'There is no command `headwater team destroy`', 'unknown verb');
bad_usage(['team'], 'There is no command `headwater team`', 'no verb');
bad_usage([qw(doctor all)], 'One word too many: "all"', 'a word too many');
bad_usage([qw(team show)], 'This command needs an ID', 'a word too few, with a vowel');
bad_usage([qw(key revoke)], 'This command needs a PUBLIC_ID', 'a word too few');
bad_usage([qw(doctor --colour)], 'There is no option --colour', 'unknown option');
bad_usage([qw(doctor --email a@example.com)], 'This command takes no --email', 'strange option');
bad_usage([qw(team create --plan free)], 'This command needs --name', 'missing option');
bad_usage([qw(key list --team 1 --team 2)], 'Give --team once', 'option given twice');
bad_usage([qw(key list --team), $_], '--team must be an id', "team '$_'")
    for '', '0', '-1', '1x', ' 1', '9' x 30;

my @commands = (['migrate'], ['doctor'], [qw(team create)], [qw(user create)], [qw(key create)],
    [qw(key list)], [qw(key revoke)]);
for my $words (@commands) {
    my ($status, $out, $err) = $operator->try(@$words, '--help');
    is $status, 0, "help on @$words";
    like $out, qr/^  headwater @$words\b/m, 'names the command';
    is $err, '', 'and complains of nothing';
}
my ($status, $all) = $operator->try('--help');
is $status, 0, 'help on all';
like $all, qr/^  headwater @$_\b/m, "names @$_" for @commands;
is scalar(grep { length > 100 } split /\n/, $all =~ s/\(default: [^)]*\)//gr), 0,
    'in lines of at most 100 characters, but for the path of the configuration';

($status, undef, my $fault) = $operator->try(qw(key list --team));
is $status, 2, 'no value: exit 2';
like $fault, qr/\Aheadwater: --team needs a value/, 'says so';

($status, my $version) = $operator->try('--version');
is $status, 0, 'version';
like $version, qr/\Aheadwater \d+\.\d+\S*\n\z/, 'name and number';

my $elsewhere = Headwater::Operator->new(program => $program,
    config => $lab->dir . '/none.conf', log => $lab->dir . '/elsewhere.log');
($status, my $out, my $err) = $elsewhere->try(qw(key list --team 1));
is $status, 1, 'no configuration: exit 1';
like $err, qr/\Aheadwater: Cannot read \S+none\.conf: No such file/, 'and the file by name';

($status, undef, $err) = $operator->try('migrate', '--defaults-file', $lab->dir . '/none.cnf');
is $status, 1, 'no defaults file: exit 1';
like $err, qr/\Aheadwater: Cannot read \S+none\.cnf: No such file/, 'and the file by name';

my $defaults = file_read($lab->database->defaults_file);
file_write($lab->database->defaults_file, $defaults =~ s/^socket = \K.*/\/nonexistent/mr, 0600);
($status, undef, $err) = $operator->try(qw(team list));
is $status, 4, 'no database: exit 4';
like $err, qr/\Aheadwater: cannot connect .*; see `headwater doctor`\.\n\z/, 'with what to do';
file_write($lab->database->defaults_file, $defaults =~ s/^database.*\n//mr, 0600);
($status, undef, $err) = $operator->try('migrate');
is $status, 1, 'no name of a database: exit 1';
like $err, qr/No database is named: write database = \.\.\. below \[headwater\] in \S+\.\n\z/,
    'and where to write it';
file_write($lab->database->defaults_file, $defaults, 0600);

my $command = join ' ', map { "'$_'" } $program, '--config',
    $lab->daemon->config, qw(team create --name Full --plan free);
is system("$command >/dev/full 2>/dev/null") >> 8, 1, 'an answer that is lost is a failure';

$lab->stop;
done_testing;
