# "headwater check": one line for each thing the service needs, and the mend for what is wrong.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my $dir      = $lab->dir;
my @names    = ('configuration', 'scrapebadger key', 'stripe key', 'time zones', 'database',
    'schema', 'charset', 'isolation');

# Runs the check; returns the messages of what failed, by name.
sub failures ($name) {
    my ($status, $out) = $operator->try(qw(check --json));
    my $checks = Mojo::JSON::decode_json($out)->{checks};
    is_deeply [map { $_->{name} } @$checks], \@names, "$name: all are looked at";
    my %failed = map { $_->{ok} ? () : ($_->{name} => $_->{message}) } @$checks;
    is $status, %failed ? 1 : 0, "$name: the exit code agrees";
    return \%failed;
}

sub only_fails ($what, $pattern, $name) {
    my $failed = failures($name);
    is_deeply [keys %$failed], [$what], "$name: found";
    like $failed->{$what} // '', $pattern, "$name: with the mend";
    return;
}

is_deeply failures('all is well'), {}, 'all is well';
my ($status, $out) = $operator->try('check');
is scalar(() = $out =~ /^.{16}  ok +\S/mg), 8, 'people get a line for each';

chmod 0644, "$dir/stripe.key";
only_fails('stripe key', qr/stripe\.key/, 'a secret that all can read');
chmod 0600, "$dir/stripe.key";
rename "$dir/scrapebadger.key", "$dir/away.key";
only_fails('scrapebadger key', qr/scrapebadger\.key.*No such file/, 'a secret that is not there');
rename "$dir/away.key", "$dir/scrapebadger.key";

$lab->daemon->config_write('headwater.zoneinfo_dir' => "$dir/none");
only_fails('time zones', qr/tzdata/, 'no time zones');
$lab->daemon->config_write('headwater.zoneinfo_dir' => undef);

$dbh->do('DELETE FROM schema_migration WHERE version > 1');
only_fails('schema', qr/1 of \d+ migrations are applied; run `headwater migrate`/, 'an old schema');
$dbh->do('RENAME TABLE schema_migration TO migration_away');
only_fails('schema', qr/0 of \d+ migrations are applied; run `headwater migrate`/, 'no schema');
$dbh->do('RENAME TABLE migration_away TO schema_migration');
$operator->run('migrate', '--defaults-file', $lab->database->migrate_file);

$dbh->do('ALTER TABLE x_profile DEFAULT CHARACTER SET latin1');
only_fails('charset', qr/x_profile \(InnoDB, latin1_swedish_ci\); alter/, 'a table in latin1');
$dbh->do('ALTER TABLE x_profile CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin');

$lab->daemon->config_write('database.defaults_file' => "$dir/none.cnf");
is_deeply [sort keys failures('no database file')->%*], [qw(charset database isolation schema)],
    'without the database, what hangs on it fails too';
$lab->daemon->config_write('database.defaults_file' => $lab->database->defaults_file);

$dbh->do('ALTER USER headwater@localhost ACCOUNT LOCK');
like failures('a locked account')->{database}, qr/connect.*locked/, 'the server is quoted';
$dbh->do('ALTER USER headwater@localhost ACCOUNT UNLOCK');

$lab->daemon->config_write('server.workers' => 0);
my $failed = failures('a bad configuration');
is scalar(keys %$failed), 8, 'nothing else can be looked at';
like $failed->{configuration}, qr/headwater\.conf:\d+:.*workers/, 'file, line and option are named';
$lab->daemon->config_write('server.workers' => 1);
is_deeply failures('mended'), {}, 'all is well again';

$lab->stop;
done_testing;
