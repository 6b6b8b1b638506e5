# "headwater migrate status", and the line that shows a person how far long work has come.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use Headwater::Requirement;
use Headwater::Wait qw(wait_for);
use POSIX ();
use Test::More;

Headwater::Requirement::modules_load('IO::Pty');
my $lab      = Headwater::Lab->new(parts => ['database', 'doubles']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my @owner    = ('--defaults-file', $lab->database->migrate_file);
my @files    = map { m{/(\d{4})_(\w+)\.sql\z} ? [$1 + 0, $2] : () }
    sort glob "$FindBin::Bin/../sql/migrations/*.sql";

# Exit code, and the states by version.
sub status () {
    my ($code, $out) = $operator->try(qw(migrate status --json));
    my $rows = Mojo::JSON::decode_json($out)->{migrations};
    return ($code, { map { $_->{version} => $_->{state} } @$rows }, $rows);
}

subtest 'status' => sub {
    my ($code, $states, $rows) = status();
    is $code, 0, 'all is applied: exit 0';
    is_deeply [map { [@$_{qw(version name)}] } @$rows], \@files, 'every migration is shown';
    is_deeply [grep { $_ ne 'applied' } values %$states], [], 'as applied';
    like $rows->[0]{appliedAt}, qr/\A\d{4}-\d\d-\d\dT[\d:]{8}Z\z/, 'with its time';

    $dbh->do('DELETE FROM schema_migration WHERE version > 1');
    $dbh->do('UPDATE schema_migration SET checksum = REPEAT(0x00, 32) WHERE version = 1');
    $dbh->do(q{INSERT INTO schema_migration VALUES (9001, 'later', REPEAT(0x00, 32), NOW(6))});
    ($code, $states, $rows) = status();
    is $code, 3, 'not the schema of this program: exit 3';
    is_deeply $states, { 1 => 'changed since', 9001 => 'unknown to this program',
        map { $_->[0] => 'pending' } @files[1 .. $#files] }, 'each is told apart';
    is $rows->[1]{appliedAt}, undef, 'what is pending has no time';

    $dbh->do('DROP TABLE schema_migration');
    ($code, $states) = status();
    is_deeply [$code, grep { $_ ne 'pending' } values %$states], [3],
        'without a record: all pending';
    my (undef, $text) = $operator->try(qw(migrate status));
    like $text, qr/^VERSION +NAME +STATE +APPLIED\n1 +schema +pending +-$/ms, 'for people';
    my ($word_code, undef, $err) = $operator->try(qw(migrate stats));
    is $word_code, 2, 'another word: exit 2';
    like $err, qr/One word too many: "stats"/, 'says so';
};

# The exit code and what it says, with a my.cnf file that has these lines for its client.
sub try_client ($lines, @command) {
    my $file = $lab->dir . '/client.cnf';
    file_write($file, "[client]\n$lines\n[headwater]\ndatabase = headwater\n");
    my ($code, undef, $err) = $operator->try(@command, '--defaults-file', $file);
    return ($code, $err);
}

subtest 'a database that does not answer is told apart from one that refuses' => sub {
    my ($socket) = file_read($lab->database->migrate_file) =~ /^(socket\s*=.*)$/m;
    for my $command ([qw(migrate status)], ['migrate']) {
        my ($code, $err) = try_client('socket = /nonexistent/mysqld.sock', @$command);
        is $code, 4, "@$command: no server: exit 4";
        like $err, qr/cannot connect to the database/, 'says so';
        ($code) = try_client("host = name.invalid\nuser = nobody", @$command);
        is $code, 4, "@$command: a host that has no address: exit 4";
        ($code, $err) = try_client("$socket\nuser = stranger\npassword = wrong", @$command);
        is $code, 1, "@$command: refused by the server: exit 1";
        like $err, qr/Access denied/, 'says so';
    }
    my ($code) = $operator->try(qw(team list));
    is $code, 3, 'another command on a schema that is not its own: exit 3';
};

# Runs a command with standard error on a terminal; returns what it showed there, and its output.
sub watch (@arguments) { return watch_and(shift @arguments, sub ($) { }, @arguments) }

# The same; $note gets what was shown so far, each time there is more.
sub watch_and ($command, $note, @arguments) {
    my $pty   = IO::Pty->new;
    my $slave = $pty->slave;
    my $file  = $lab->dir . '/watched';
    my $pid   = fork // die "fork: $!\n";
    if ($pid == 0) {
        close $pty;
        open STDOUT, '>', $file;
        open STDERR, '>&', $slave;
        { exec $operator->command($command, @arguments) }
        POSIX::_exit(127);
    }
    close $slave;
    my $shown = '';
    $note->($shown) while sysread $pty, $shown, 4096, length $shown;
    waitpid $pid, 0;
    is $?, 0, "$command: exit 0";
    return ($shown, file_read($file));
}

subtest 'progress of a migration' => sub {
    my ($shown, $out) = watch('migrate', @owner);
    like $shown, qr/\r\e\[Kmigration 1 \(schema\), statement 1: 0 of @{[scalar @files]}/,
        'the first statement';
    like $shown, qr/\r\e\[Kmigration 2 \([^)]*\), statement \d+: 1 of /, 'the next migration';
    unlike $shown, qr/\n/, 'all in one line';
    like $shown, qr/\r\e\[K\z/, 'which is taken away in the end';
    like $out, qr/^1 +schema +applied now$/m, 'before the answer';

    $dbh->do('DELETE FROM schema_migration WHERE version > 1');
    ($shown, $out) = watch('migrate', @owner, '--json');
    like $shown, qr/\r\e\[Kmigration 2 /, 'with --json too';
    is_deeply [map { $_->{state} } Mojo::JSON::decode_json($out)->{migrations}->@*],
        ['applied', ('applied now') x (@files - 1)], 'which tells what was there before';
    $dbh->do('DELETE FROM schema_migration WHERE version > 1');
    my (undef, undef, $err) = $operator->try('migrate', @owner);
    is $err, '', 'nothing where there is no terminal';
};

subtest 'progress of an audit' => sub {
    my $team = $lab->team(plan => 'paid');
    $dbh->do(q{UPDATE billing SET desired_version = 1, applied_version = 1,
        last_attempt_at = UTC_TIMESTAMP(6) - INTERVAL 1 DAY});
    my ($shown, $out) = watch('reconcile');
    like $shown, qr/\r\e\[Kcomparing quantities with Stripe's: 1 of 3.*\r\e\[K.*: 3 of 3\r\e\[K\z/s,
        'each comparison counts';
    like $out, qr/^QUANTITIES COMPARED +3$/m, 'before the answer';

    $dbh->do('UPDATE billing SET desired_version = desired_version + 1');
    ($shown) = watch(qw(reconcile --no-audit));
    like $shown, qr/\r\e\[Ksettling quantities with Stripe: 0 of 3.*: 2 of 3\r\e\[K\z/s,
        'each quantity that is settled too';
};

subtest 'progress beside the log' => sub {
    my $broken = sub {
        $dbh->do(q{UPDATE billing SET desired_version = desired_version + 1, applied_quantity = 7,
            last_attempt_at = NULL});
        $lab->stripe->fault(kind => 'unauthorized', times => undef);
    };
    $broken->();
    my ($shown) = watch(qw(reconcile --no-audit));
    like $shown, qr/: 0 of 3\r\e\[K\{"time"/,
        'a line of the log takes the place of the progress';
    unlike $shown, qr/of 3\{/, 'and is not torn';
    like $shown, qr/"level":"warning"/, 'a warning among them';
    $lab->stripe->faults_clear;

    $broken->();
    $lab->daemon->config_write('headwater.log_level' => 'error');
    ($shown) = watch(qw(reconcile --no-audit));
    like $shown, qr/"level":"error"/, 'errors still';
    unlike $shown, qr/"level":"warning"/, 'but log_level counts';
    $lab->stripe->faults_clear;
    $lab->daemon->config_write('headwater.log_level' => 'info');
};

subtest 'the log of a reconciler that goes on' => sub {
    my $file = $lab->dir . '/reconciler.log';
    $lab->daemon->config_write('headwater.log_file' => $file);
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        { exec $operator->command(qw(reconcile --every 1)) }
        POSIX::_exit(127);
    }
    $dbh->do(q{UPDATE billing SET desired_version = desired_version + 1, last_attempt_at = NULL});
    $lab->stripe->fault(status => 402, times => undef, method => 'POST');
    ok(eval { wait_for('the log', 10, sub { -s $file }) }, 'is in log_file');
    kill 'TERM', $pid;
    waitpid $pid, 0;
    is $?, 0, 'it ends when it is told to';
    $lab->stripe->faults_clear;
    $lab->daemon->config_write('headwater.log_file' => undef);
};

subtest 'another migration' => sub {
    my $lock = q{SHA1(CONCAT('headwater migrate', ' ', 'headwater'))};
    $dbh->selectrow_array("SELECT GET_LOCK($lock, 0)");
    my ($shown) = watch_and('migrate', sub ($seen) {
        $dbh->selectrow_array("SELECT RELEASE_LOCK($lock)") if $seen =~ /waiting/ }, @owner);
    like $shown, qr/\r\e\[Kwaiting for another migrate, in seconds: 0 of 60/, 'is waited for';
};

$lab->stop;
done_testing;
