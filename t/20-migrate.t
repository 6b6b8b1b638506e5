# "headwater migrate": applies what is missing, once, whatever happened before; and neither program
# works on a schema it does not know.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Wait qw(wait_for);
use POSIX ();
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my $program  = ($ENV{HW_BUILDDIR} // "$FindBin::Bin/..") . '/headwater';
my @owner    = ('migrate', '--defaults-file', $lab->database->migrate_file);
my @files    = map { m{/(\d{4})_(\w+)\.sql\z} ? [$1 + 0, $2] : () }
    sort glob "$FindBin::Bin/../sql/migrations/*.sql";

sub database_renew ($charset = 'utf8mb4') {
    $dbh->do('DROP DATABASE headwater');
    $dbh->do("CREATE DATABASE headwater CHARACTER SET $charset");
    $dbh->do('USE headwater');
    return;
}

sub all_rows ($query) { return $dbh->selectall_arrayref($query) }

# What a migration must leave the same when it runs again.
sub content () {
    return { map { $_ => all_rows("SELECT COUNT(*) FROM `$_`")->[0][0] }
            map { $_->[0] } all_rows('SHOW TABLES')->@* };
}

sub refused_like ($pattern, $name) {
    my ($status, $out, $err) = $operator->try(@owner);
    is $status, 1, "$name: refused";
    like $err, $pattern, "$name: says why";
    is $out, '', "$name: nothing on standard output";
    return;
}

subtest 'a fresh database, with the rights of sql/grants.sql and no more' => sub {
    my %real = (DATABASE => 'headwater', OWNER_USER => 'headwater_owner',
        SERVICE_USER => 'headwater');
    my $grants = file_read("$FindBin::Bin/../sql/grants.sql") =~ s/^--.*\n//mgr
        =~ s/\@(DATABASE|OWNER_USER|SERVICE_USER)\@/$real{$1}/gr;
    $dbh->do("REVOKE ALL PRIVILEGES, GRANT OPTION FROM $_\@localhost")
        for qw(headwater headwater_owner);
    $dbh->do($_) for grep { /\S/ } split /;$/m, $grants;
    database_renew();
    my $answer = $operator->run(@owner);
    is_deeply $answer->{migrations},
        [map { { version => $_->[0], name => $_->[1], state => 'applied now' } } @files],
        'every file was applied, in order';
    my @rights = sort map { $_->[0] } all_rows('SHOW GRANTS FOR headwater@localhost')->@*;
    is_deeply \@rights,
        ['GRANT SELECT, INSERT, UPDATE, DELETE ON `headwater`.* TO `headwater`@`localhost`',
        'GRANT USAGE ON *.* TO `headwater`@`localhost`'],
        'the service may read and write rows';
    my ($status, undef, $err) = $operator->try('migrate');
    is $status, 1, 'the service may not migrate';
};

subtest 'once more: nothing to do' => sub {
    my $before = all_rows('SELECT * FROM schema_migration');
    my $answer = $operator->run(@owner);
    is_deeply [map { $_->{state} } $answer->{migrations}->@*],
        [('applied') x @files], 'nothing is applied';
    is_deeply all_rows('SELECT * FROM schema_migration'), $before, 'the records are the same';
    my ($status, $out, $err) = $operator->try(@owner);
    like $out, qr/^1 +schema +applied$/m, 'a person reads what happened';
};

my $whole = content();

subtest 'two at once' => sub {
    database_renew();
    my @runs = map { my $file = $lab->dir . "/two.$_"; [$file, run_in_background($file)] } 1, 2;
    waitpid $_->[1], 0 and is $?, 0, 'exit 0' for @runs;
    my @applied = sort map { file_read($_->[0]) =~ /applied now/ ? 1 : 0 } @runs;
    is_deeply \@applied, [0, 1], 'one applied all, the other nothing';
    is_deeply content(), $whole, 'the tables are whole';
};

sub run_in_background ($file) {
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    open STDOUT, '>', $file;
    { exec $program, '--config', $lab->daemon->config, @owner }
    POSIX::_exit(127);
}

subtest 'after a crash' => sub {
    for my $kept (reverse 0 .. $#files) {
        $dbh->do('DELETE FROM schema_migration WHERE version > ?', undef,
            $kept ? $files[$kept - 1][0] : 0);
        my $answer = $operator->run(@owner);
        is_deeply [map { $_->{state} eq 'applied now' ? 1 : 0 } $answer->{migrations}->@*],
            [(0) x $kept, (1) x (@files - $kept)], "those above $kept run again";
        is_deeply content(), $whole, 'and change nothing';
    }
    database_renew();
    my $pid = run_in_background('/dev/null');
    wait_for('the first table', 20, sub {
        $dbh->selectrow_array(q{SELECT 1 FROM information_schema.tables
            WHERE table_schema = 'headwater' AND table_name = 'tracked_account'}) });
    kill 'KILL', $pid;
    waitpid $pid, 0;
    $operator->run(@owner);
    is_deeply content(), $whole, 'killed half-way and run again: whole';
};

subtest 'the defaults of the database do not matter' => sub {
    database_renew('latin1 COLLATE latin1_swedish_ci');
    $operator->run(@owner);
    is_deeply content(), $whole, 'the tables are whole';
    is_deeply all_rows(q{SELECT DISTINCT table_collation FROM information_schema.tables
        WHERE table_schema = 'headwater'}), [['utf8mb4_nopad_bin']], 'and no table is latin1';
};

subtest 'a schema that is not ours' => sub {
    my ($last, $name) = $files[-1]->@*;
    $dbh->do('UPDATE schema_migration SET checksum = REPEAT(0x00, 32) WHERE version = ?', undef,
        $last);
    refused_like(qr/^headwater: Migration $last \($name\) was applied with another text/,
        'a changed file');
    $dbh->do('DELETE FROM schema_migration WHERE version = ?', undef, $last);
    $operator->run(@owner);

    $dbh->do('UPDATE schema_migration SET version = 9000 WHERE version = ?', undef, $last);
    refused_like(qr/has migration 9000 \($name\) where this program expects $last/, 'a gap');
    $dbh->do('UPDATE schema_migration SET version = ? WHERE version = 9000', undef, $last);

    $dbh->do(q{INSERT INTO schema_migration VALUES (9001, 'later', REPEAT(0x00, 32), NOW(6))});
    refused_like(qr/newer than this program: it has migration 9001 \(later\).*; upgrade headwater/,
        'a later version');
    my ($status, $out) = $operator->try(qw(key list --team 1 --json));
    is $status, 3, 'no other command works on it';
    like Mojo::JSON::decode_json($out)->{error}{message}, qr/newer than this program/, 'and why';
    daemon_refuses(qr/newer than this program/, 'a later version');

    $dbh->do('DELETE FROM schema_migration WHERE version > 1');
    daemon_refuses(qr/older than this program.*run `headwater migrate`/, 'an older version');
    database_renew();
    daemon_refuses(qr/no schema \(run `headwater migrate`\)/, 'no schema');
};

# headwaterd does not start; if it did, timeout(1) would end it.
sub daemon_refuses ($pattern, $name) {
    my $config = $lab->daemon->config;
    my $text   = `timeout 20 '${program}d' --config '$config' 2>&1`;
    is $? >> 8, 1, "$name: headwaterd does not start";
    like $text, qr/^headwaterd: .*$pattern/m, "$name: and says why";
    return;
}

$operator->run(@owner);
$lab->stop;
done_testing;
