# "headwater doctor": one line for each thing the service needs, and the mend for what is wrong.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(time);
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database', 'doubles']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my $dir      = $lab->dir;
my @names    = ('configuration', 'scrapebadger key', 'stripe key', 'webhook secret', 'time zones',
    'database', 'schema', 'charset', 'isolation', 'rights', 'reconciler', 'socket',
    'quick socket', 'scrapebadger', 'stripe', 'clock', 'database disk', 'log disk');

# Nothing here is about the web server: root may connect anywhere. No service runs, and none need.
# The doubles are on this host, which takes a sandbox.
my %usual = (configuration => 'warn', socket => 'warn', 'quick socket' => 'warn');

# Whoever runs this test runs the service too.
my $self = getpwuid $>;

# Runs the doctor; returns { name => { state, message, remedy } }.
sub examine ($name) {
    my ($status, $out) = $operator->try(qw(doctor --web-user root --service-user), $self, '--json');
    my $checks = Mojo::JSON::decode_json($out)->{checks};
    is_deeply [map { $_->{name} } @$checks], \@names, "$name: all are looked at";
    my @failed = grep { $_->{state} eq 'fail' } @$checks;
    is $status, @failed ? 1 : 0, "$name: the exit code agrees";
    is_deeply [map { $_->{name} } grep { $_->{state} =~ /fail|warn/ && !$_->{remedy} } @$checks],
        [], "$name: what is not well has a remedy";
    return { map { $_->{name} => $_ } @$checks };
}

# One thing is wrong, and it alone is named; what hangs on it is skipped.
sub only_is ($state, $what, $pattern, $name, @skipped) {
    my $found = examine($name);
    my %states = map { $_ => $found->{$_}{state} } grep { $found->{$_}{state} ne 'ok' } @names;
    is_deeply \%states, { %usual, $what => $state, map { $_ => 'skipped' } @skipped },
        "$name: found";
    like "$found->{$what}{message} | $found->{$what}{remedy}", $pattern, "$name: with the mend";
    return;
}

sub all_is_well ($name) {
    my $found = examine($name);
    is_deeply { map { $_ => $found->{$_}{state} } grep { $found->{$_}{state} ne 'ok' } @names },
        \%usual, "$name: all is well";
    return;
}

all_is_well('at first');
my ($status, $out) = $operator->try(qw(doctor --web-user root --service-user), $self);
is $status, 0, 'people get exit code 0 too';
is scalar(() = $out =~ /^.{16}  (?:ok  |warn)  +\S/mg), scalar @names, 'and a line for each';
like $out, qr/^socket +warn +\S.*\n {25}Start headwaterd/m, 'the remedy below what is not well';

subtest 'files' => sub {
    $lab->daemon->config_write('headwater.sandbox' => undef,
        map { ("$_.url" => "https://$_.invalid") } qw(scrapebadger stripe));
    is examine('no sandbox')->{configuration}{state}, 'ok', 'without a sandbox: ok';
    $lab->daemon->config_write('headwater.sandbox' => 'yes',
        map { ("$_.url" => $lab->$_->url) } qw(scrapebadger stripe));
    like examine('a sandbox')->{configuration}{message}, qr/sandbox = yes/, 'else it says so';

    chmod 0644, "$dir/stripe.key";
    only_is('fail', 'stripe key', qr/stripe\.key.*0640/, 'a secret that all can read', 'stripe');
    chmod 0600, "$dir/stripe.key";
    rename "$dir/scrapebadger.key", "$dir/away.key";
    only_is('fail', 'scrapebadger key', qr/scrapebadger\.key.*No such file.*Write ScrapeBadger's/,
        'a secret that is not there', 'scrapebadger');
    rename "$dir/away.key", "$dir/scrapebadger.key";
    $lab->daemon->config_write('stripe.webhook_secret_file' => '');
    only_is('warn', 'webhook secret', qr/lapses.*endpoint/, 'no webhook secret');
    $lab->daemon->config_write('stripe.webhook_secret_file' => $lab->daemon->webhook_secret_file);

    $lab->daemon->config_write('headwater.zoneinfo_dir' => "$dir/none");
    only_is('fail', 'time zones', qr/tzdata/, 'no time zones');
    mkdir "$dir/zones";
    symlink "/usr/share/zoneinfo/$_", "$dir/zones/$_" for qw(Europe UTC);
    file_write("$dir/zones/tzdata.zi", "# version 2019c\nZ Europe/Berlin 1 - CET\n");
    $lab->daemon->config_write('headwater.zoneinfo_dir' => "$dir/zones");
    only_is('warn', 'time zones', qr/2019c.*Upgrade the package tzdata/, 'old time zones');
    file_write("$dir/zones/tzdata.zi", "Z Europe/Berlin 1 - CET\n");
    only_is('warn', 'time zones', qr/does not say.*tzdata/, 'time zones of no release');
    $lab->daemon->config_write('headwater.zoneinfo_dir' => undef);
};

subtest 'schema' => sub {
    $dbh->do('DELETE FROM schema_migration WHERE version > 1');
    only_is('fail', 'schema', qr/1 of \d+ migrations are applied.*`headwater migrate`/,
        'an old schema', 'rights', 'reconciler');
    $dbh->do('RENAME TABLE schema_migration TO migration_away');
    only_is('fail', 'schema', qr/0 of \d+ migrations are applied.*`headwater migrate`/,
        'no schema', 'rights', 'reconciler');
    $dbh->do('RENAME TABLE migration_away TO schema_migration');
    $operator->run('migrate', '--defaults-file', $lab->database->migrate_file);
    $dbh->do(q{INSERT INTO schema_migration VALUES (9001, 'later', REPEAT(0x00, 32), NOW(6))});
    only_is('fail', 'schema', qr/newer than this program.*upgrade headwater/, 'a later schema',
        'rights', 'reconciler');
    $dbh->do('DELETE FROM schema_migration WHERE version = 9001');

    $dbh->do('ALTER TABLE x_profile DEFAULT CHARACTER SET latin1');
    only_is('fail', 'charset', qr/x_profile \(InnoDB, latin1_swedish_ci\).*ALTER TABLE x_profile/,
        'a table in latin1');
    $dbh->do('ALTER TABLE x_profile CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin');
    $dbh->do('ALTER TABLE team CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci');
    my @mends;
    my $MEND = qr/owner's rights.*(ALTER TABLE.*)/;
    while (my ($mend) = (examine('columns')->{charset}{remedy} // '') =~ $MEND) {
        push @mends, $mend;
        $dbh->do($mend);
        last if @mends > 20;
    }
    like $mends[0], qr/TABLE team MODIFY name varchar\(200\) CHARACTER SET utf8mb4 .* NOT NULL/,
        'a column is named with its mend';
    cmp_ok scalar @mends, '<', 10, 'and the mends mend';
    all_is_well('mended');
};

my @on_database = qw(schema charset isolation rights reconciler);

subtest 'log-in' => sub {
    my @skipped = (@on_database, 'database disk');
    $lab->daemon->config_write('database.defaults_file' => "$dir/none.cnf");
    only_is('fail', 'database', qr/none\.cnf: No such file.*my\.cnf format/, 'no file', @skipped);
    $lab->daemon->config_write('database.defaults_file' => $lab->database->defaults_file);

    my $whole = file_read($lab->database->defaults_file);
    file_write($lab->database->defaults_file, $whole =~ s/^database.*\n//mr, 0600);
    only_is('fail', 'database', qr/write database = .*below \[headwater\] in \S+/,
        'no database is named', @skipped);
    file_write($lab->database->defaults_file, $whole, 0600);

    $dbh->do(q{ALTER USER headwater@localhost IDENTIFIED BY 'another'});
    only_is('fail', 'database', qr/Access denied for user 'headwater'.*Mend user, password/,
        'a wrong password', @skipped);
    $dbh->do(q{ALTER USER headwater@localhost IDENTIFIED BY ''});
    $dbh->do('ALTER USER headwater@localhost ACCOUNT LOCK');
    only_is('fail', 'database', qr/locked/, 'a locked account', @skipped);
    $dbh->do('ALTER USER headwater@localhost ACCOUNT UNLOCK');

    my $file = file_read($lab->database->defaults_file);
    file_write($lab->database->defaults_file, $file =~ s/^socket = \K.*/$dir\/no.sock/mr, 0600);
    only_is('fail', 'database', qr/no\.sock.*Start MariaDB/, 'no server', @skipped);
    file_write($lab->database->defaults_file, $file, 0600);
    all_is_well('mended');
};

subtest 'rights' => sub {
    $dbh->do('GRANT DROP ON headwater.* TO headwater@localhost');
    only_is('warn', 'rights', qr/more than it needs: DROP on headwater\.\*.*Revoke/, 'a spare one');
    $dbh->do('REVOKE DROP ON headwater.* FROM headwater@localhost');
    $dbh->do('GRANT SELECT ON mysql.* TO headwater@localhost');
    only_is('warn', 'rights', qr/SELECT on mysql\.\*/, 'on another database');
    $dbh->do('REVOKE SELECT ON mysql.* FROM headwater@localhost');
    $dbh->do('REVOKE UPDATE, DELETE ON headwater.* FROM headwater@localhost');
    only_is('fail', 'rights', qr/lacks rights: .*UPDATE on \S*tracked_account.*GRANT the/,
        'missing ones');
    $dbh->do('GRANT UPDATE, DELETE ON headwater.* TO headwater@localhost');

    my $all = 'SELECT, INSERT, UPDATE, DELETE';
    $dbh->do("REVOKE $all ON headwater.* FROM headwater\@localhost");
    only_is('fail', 'database', qr/Access denied.*to database.*GRANT the/, 'none at all',
        @on_database, 'database disk');
    $dbh->do('CREATE ROLE service');
    $dbh->do("GRANT $all ON headwater.* TO service");
    $dbh->do('GRANT service TO headwater@localhost');
    $dbh->do('SET DEFAULT ROLE service FOR headwater@localhost');
    all_is_well('by a role');
    $dbh->do('DROP ROLE service');

    my @tables = map { @$_ } $dbh->selectall_array('SHOW TABLES');
    $dbh->do("GRANT $all ON headwater.$_ TO headwater\@localhost")
        for grep { $_ ne 'pair' } @tables;
    only_is('fail', 'rights', qr/on \S*pair.*GRANT the/, 'all tables but one');
    $dbh->do("GRANT $all ON headwater.pair TO headwater\@localhost");
    all_is_well('each table');
    $dbh->do('REVOKE SELECT ON headwater.schema_migration FROM headwater@localhost');
    only_is('fail', 'schema', qr/SELECT command denied.*GRANT the/, 'no schema that we may see',
        'rights', 'reconciler');
    $dbh->do("REVOKE $all ON headwater.$_ FROM headwater\@localhost")
        for grep { $_ ne 'schema_migration' } @tables;
    $dbh->do('REVOKE INSERT, UPDATE, DELETE ON headwater.schema_migration
        FROM headwater@localhost');
    $dbh->do("GRANT $all ON headwater.* TO headwater\@localhost");
    all_is_well('mended');
};

# A program between us and the server that grants another isolation level than was asked for, in
# as many bytes. Returns its id.
sub meddle ($socket) {
    my $listener = IO::Socket::UNIX->new(Local => $socket, Listen => 5) or die "$socket: $!\n";
    my $pid      = fork // die "fork: $!\n";
    return $pid if $pid;
    $SIG{TERM} = 'DEFAULT';    # not the laboratory's way to end
    while (my $client = $listener->accept) {
        my $server = IO::Socket::UNIX->new(Peer => $lab->database->socket) or POSIX::_exit(1);
        my $both   = IO::Select->new($client, $server);
        while (my ($from) = $both->can_read) {
            sysread $from, my $bytes, 65536 or last;
            $bytes =~ s/'READ-COMMITTED'/'SERIALIZABLE'  /;
            syswrite $from == $client ? $server : $client, $bytes;
        }
    }
    POSIX::_exit(0);
}

subtest 'sessions' => sub {
    my $file = file_read($lab->database->defaults_file);
    my $pid  = meddle("$dir/meddler.sock");
    file_write($lab->database->defaults_file, $file =~ s/^socket = \K.*/$dir\/meddler.sock/mr,
        0600);
    only_is('fail', 'isolation', qr/READ COMMITTED and gets SERIALIZABLE.*a proxy/, 'a meddler');
    kill 'TERM', $pid;
    waitpid $pid, 0;
    file_write($lab->database->defaults_file, $file, 0600);

    $dbh->do(q{SET GLOBAL init_connect = "SET SESSION tx_isolation = 'REPEATABLE-READ'"});
    my $found = examine('init_connect');
    is $found->{isolation}{state}, 'ok', 'what the server sets at first is set right';
    $dbh->do(q{SET GLOBAL init_connect = ''});
};

subtest 'outside services' => sub {
    file_write("$dir/stripe.key", "nonsense\n", 0600);
    only_is('fail', 'stripe', qr/does not accept the key in \S+stripe\.key/, 'a wrong key');
    file_write("$dir/stripe.key", "sk_test_lab_0123456789\n", 0600);
    file_write("$dir/scrapebadger.key", "nonsense\n", 0600);
    only_is('fail', 'scrapebadger', qr/does not accept the key in \S+scrapebadger\.key/,
        'another wrong key');
    file_write("$dir/scrapebadger.key", "sb_lab_0123456789\n", 0600);

    file_write("$dir/stripe.key", "rk_test_read_0123456789\n", 0600);
    only_is('fail', 'stripe', qr/restricts the key.*right/, 'a key that may only read');
    file_write("$dir/stripe.key", "rk_test_0123456789\n", 0600);
    all_is_well('a restricted key that may write');
    file_write("$dir/stripe.key", "sk_test_lab_0123456789\n", 0600);

    my %once = (method => 'POST', times => 1);
    $lab->stripe->fault(%once, status => 403);
    only_is('fail', 'stripe', qr/restricts the key.*right/, 'a key without the right');
    $lab->stripe->fault(%once, status => 404, raw => '<html>');
    only_is('fail', 'stripe', qr/is not Stripe, or has changed.*url/, 'a page in between');
    $lab->stripe->fault(%once, status => 503);
    only_is('warn', 'stripe', qr/status 503/, 'a service that is out of order');
    $lab->scrapebadger->options(credits_balance => 0);
    only_is('fail', 'scrapebadger', qr/no credit left.*Buy/, 'no credits');
    $lab->scrapebadger->options(credits_balance => 1000);
    $lab->daemon->config_write('stripe.url' => 'http://127.0.0.1:9');
    only_is('fail', 'stripe', qr/cannot be reached at http:.*firewall/, 'nobody there');
    $lab->daemon->config_write('stripe.url' => $lab->stripe->url);
    is_deeply $lab->stripe->journal, [], 'nothing was changed at Stripe';
};

subtest 'each line when it is known' => sub {
    $lab->stripe->fault(method => 'POST', times => 1, delay_ms => 1500);
    my @command = $operator->command('doctor', '--web-user', 'root', '--service-user', $self);
    open my $lines, '-|', @command or die "doctor: $!\n";
    my %at = map { $_ => undef } @names;
    while (my $line = <$lines>) {
        my $name = substr($line, 0, 16) =~ s/ +\z//r;
        $at{$name} = time if exists $at{$name};
    }
    close $lines;
    cmp_ok $at{stripe} - $at{scrapebadger}, '>', 1, 'a slow service holds back none before it';
};

subtest 'a bad configuration' => sub {
    $lab->daemon->config_write('server.workers' => 0);
    my $found = examine('a number out of bounds');
    is scalar(grep { $_->{state} eq 'skipped' } values %$found), @names - 1,
        'nothing else can be looked at';
    like $found->{configuration}{message}, qr/headwater\.conf:\d+:.*workers/,
        'file, line and option are named';
    $lab->daemon->config_write('server.workers' => 1);
    all_is_well('mended');
};

$lab->stop;
done_testing;
