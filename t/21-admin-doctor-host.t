# "headwater doctor" on what is around the programs: sockets and the web server's user, full disks,
# clocks; and streams that nobody finishes.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use IO::Socket::UNIX;
use Test::More;

my $lab      = Headwater::Lab->new(faults => 1, parts => ['database', 'doubles', 'daemon']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my $dir      = $lab->dir;
my ($user)   = grep { $_->[2] && defined getgrgid $_->[3] }
    map { [getpwnam $_] } qw(www-data nobody);

# Whoever runs this test runs the service too, unless a test says another.
our $service_user = getpwuid $>;

# Runs the doctor, behind the words of another command if given; returns { name => check }.
sub examine ($web_user, @before) {
    my @command = $operator->command('doctor', '--web-user', $web_user, '--service-user',
        $service_user, '--json');
    local %ENV = (%ENV, $lab->faults->environment->%*);
    open my $out, '-|', @before, @command or die "cannot run @before: $!\n";
    my $checks = Mojo::JSON::decode_json(join '', <$out>)->{checks};
    close $out;
    return { map { $_->{name} => $_ } @$checks };
}

sub is_found ($found, $what, $state, $pattern, $name) {
    is $found->{$what}{state}, $state, "$name: $state";
    like "$found->{$what}{message} | $found->{$what}{remedy}", $pattern, "$name: with the mend"
        if $state ne 'ok';
    return;
}

# Runs a command where $script, a shell's, has changed what is mounted, for that command alone.
sub mounted ($script) { return ('unshare', '--mount', 'sh', '-ec', "$script\nexec \"\$\@\"", 'sh') }

my $can_mount = $> == 0 && system('unshare', '--mount', 'true') == 0;

subtest 'the web server and the sockets' => sub {
    my $found = examine('root');
    is_found($found, $_, 'ok', undef, "root may connect, $_") for 'socket', 'quick socket';
    is_found(examine('no_such_user'), 'socket', 'fail', qr/no user no_such_user.*--web-user/,
        'an unknown user');
    plan skip_all => 'another user than ours is needed' if $> != 0 || !$user;

    my ($name, $group) = ($user->[0], scalar getgrgid $user->[3]);
    is_found(examine($name), 'socket', 'fail',
        qr/\Q$name\E cannot enter the folder \Q$dir\E \(mode 0700\).*Run: chmod o\+x \Q$dir\E/,
        'a folder above is closed');
    chmod 0711, $dir;
    is_found(examine($name), $_, 'fail',
        qr/\Q$name\E may not connect.*\| Set \[server\] socket_group/, "not in root's group, $_")
        for 'socket', 'quick socket';
    my ($strange) = grep { $_ && $_ != $user->[3] } map { scalar getgrnam $_ } qw(daemon bin);
    chown -1, $strange, "$dir/app.sock";
    my $strange_name = getgrgid $strange;
    is_found(examine($name), 'socket', 'fail',
        qr/may not connect.*usermod -a -G $strange_name \Q$name\E/, 'not in the group');
    chmod 0710, $dir;
    chown -1, $strange, $dir;
    is_found(examine($name), 'socket', 'fail',
        qr/cannot enter.*usermod -a -G $strange_name \Q$name\E.*or run: chmod o\+x/,
        'a folder for the group');
    chmod 0711, $dir;
    chown -1, $user->[3], "$dir/app.sock";
    is_found(examine($name), 'socket', 'ok', undef, 'its primary group');
    chmod 0600, "$dir/app.sock";
    is_found(examine($name), 'socket', 'fail', qr/group \Q$group\E, mode 0600/, 'the wrong mode');
    chmod 0666, "$dir/app.sock";
    chown -1, 0, "$dir/app.sock";
    is_found(examine($name), 'socket', 'ok', undef, 'open to all');
    chown $user->[2], -1, "$dir/app.sock";
    chmod 0066, "$dir/app.sock";
    is_found(examine($name), 'socket', 'fail', qr/mode 0066/, 'the owner\'s bits go first');
    chown 0, 0, "$dir/app.sock";
    chmod 0660, "$dir/app.sock";
};

subtest 'a supplementary group' => sub {
    plan skip_all => 'a mount namespace is needed' if !$can_mount || !$user;
    my $name = $user->[0];
    my $file = file_read('/etc/group') =~ s/^root:.*$/root:x:0:somebody,$name/mr;
    file_write("$dir/group", $file);
    my @before = mounted("mount --bind '$dir/group' /etc/group");
    is_found(examine($name, @before), 'socket', 'ok', undef, 'a member of the group');
};

subtest 'nobody behind the sockets' => sub {
    for my $name (qw(app quick)) {
        rename "$dir/$name.sock", "$dir/$name.away";
        my $left = IO::Socket::UNIX->new(Local => "$dir/$name.sock", Listen => 1) or die "$!\n";
        close $left;
    }
    is_found(examine('root'), $_, 'fail', qr/Nobody listens.*does not run.*Start headwaterd/,
        "a killed service, $_")
        for 'socket', 'quick socket';
    rename "$dir/$_.away", "$dir/$_.sock" for qw(app quick);
    is_found(examine('root'), $_, 'ok', undef, "a live one, $_") for 'socket', 'quick socket';
};

subtest "the service's user" => sub {
    my ($code, undef, $err) = $operator->try(qw(doctor --service-user no_such_user));
    is $code, 2, 'an unknown one: exit 2';
    like $err, qr/no user no_such_user.*--service-user/, 'says so';
    plan skip_all => 'another user than ours is needed' if $> != 0 || !$user;

    local $service_user = $user->[0];
    my $gid    = $user->[3];
    my @opened = ($lab->daemon->config, $lab->database->defaults_file,
        $lab->daemon->webhook_secret_file, "$dir/scrapebadger.key");
    my %mode = map { $_ => (stat)[2] & 07777 } @opened, $dir, "$dir/stripe.key";
    chmod 0711, $dir;
    chmod 0640, @opened;
    chown 0, $gid, @opened;
    my $found = examine('root');
    is_found($found, 'stripe key', 'fail',
        qr/service's user \Q$user->[0]\E cannot read \Q$dir\E\/stripe.key.*chmod 0640/,
        'a key for root alone');
    is_found($found, $_, 'ok', undef, "what the group may read, $_")
        for 'scrapebadger key', 'webhook secret', 'database', 'schema', 'rights';
    is_found($found, $_, 'ok', undef, "root's own view, $_") for 'socket', 'database disk';

    my $login = $lab->database->defaults_file;
    my $text  = file_read($login);
    $dbh->do("CREATE USER '$user->[0]'\@localhost IDENTIFIED VIA unix_socket");
    $dbh->do("GRANT SELECT, INSERT, UPDATE, DELETE ON headwater.* TO '$user->[0]'\@localhost");
    file_write($login, $text =~ s/^user = \K.*/$user->[0]/mr, 0640);
    chown 0, $gid, $login;
    is_found(examine('root'), 'database', 'ok', undef, 'a log-in that takes the user itself');
    $dbh->do("DROP USER '$user->[0]'\@localhost");
    file_write($login, $text, 0640);
    chown 0, $gid, $login;

    my $unit = '/etc/systemd/system';
    SKIP: {
        skip 'a mount namespace is needed', 1 if !$can_mount || !-d $unit;
        file_write("$dir/headwater.service",
            "[Service]\nLoadCredential=stripe.key:$dir/stripe.key\n");
        is_found(examine('root', mounted("mount -t tmpfs tmpfs '$unit'
            cp '$dir/headwater.service' '$unit'")), 'stripe key', 'ok', undef,
            'a key that systemd hands over');
    }
    $lab->daemon->config_write('headwater.log_file' => "$dir/headwaterd.log");
    is_found(examine('root'), 'log disk', 'fail', qr/Cannot log to .*: Permission denied/,
        'a folder for the log that is root\'s');
    $lab->daemon->config_write('headwater.log_file' => undef);

    chown 0, 0, @opened;
    chmod 0600, @opened;
    is_found(examine('root'), 'configuration', 'fail', qr/Permission denied/,
        'a configuration for root alone');
    chmod $mode{$_}, $_ for keys %mode;
};

subtest 'before headwaterd was ever started' => sub {
    rename "$dir/$_.sock", "$dir/$_.away" for qw(app quick);
    is_found(examine('root'), 'socket', 'warn', qr/app\.sock is not there.*Start headwaterd/,
        'no socket yet');
    if ($> == 0 && $user) {
        $lab->daemon->config_write('server.socket_group' => 'daemon');
        is_found(examine($user->[0]), 'socket', 'fail',
            qr/is not in the group daemon.*usermod -a -G daemon/, 'not in the group it will have');
        $lab->daemon->config_write('server.socket_group' => 'no_such_group');
        is_found(examine($user->[0]), 'socket', 'fail', qr/no group no_such_group.*groupadd/,
            'a group that is not there');
        $lab->daemon->config_write('server.socket_group' => undef);
    }
    file_write("$dir/app.sock", '');
    is_found(examine('root'), 'socket', 'fail', qr/is not a socket/, 'a file in its place');
    unlink "$dir/app.sock";
    rename "$dir/$_.away", "$dir/$_.sock" for qw(app quick);
    $lab->daemon->config_write('server.quick_socket' => "$dir/none/quick.sock");
    is_found(examine('root'), 'quick socket', 'fail', qr{folder \Q$dir\E/none: No such file.*Make},
        'no folder for it');
    $lab->daemon->config_write('server.quick_socket' => '');
    is_found(examine('root'), 'quick socket', 'ok', undef, 'none is wanted');
    $lab->daemon->config_write('server.quick_socket' => "$dir/quick.sock");
};

subtest 'a full disk' => sub {
    plan skip_all => 'a mount namespace is needed' if !$can_mount;
    my $data  = "$dir/data";
    my $mount = sub ($options, $fill) {
        return mounted("mount -t tmpfs -o $options tmpfs '$data'; $fill");
    };
    my $bytes = sub ($count) { return "head -c ${count}k /dev/zero >'$data/fill'" };
    is_found(examine('root', $mount->('size=1m', $bytes->(500))), 'database disk', 'ok', undef,
        'half full');
    is_found(examine('root', $mount->('size=1m', $bytes->(900))), 'database disk', 'warn',
        qr/\Q$data\E\S* is 88 % full.*Free space/, 'nearly full');
    is_found(examine('root', $mount->('size=1m', $bytes->(1024))), 'database disk', 'fail',
        qr/\Q$data\E\S* is 100 % full.*Free space/, 'full');
    is_found(examine('root', $mount->('size=1m,nr_inodes=20', "touch \$(seq -f '$data/%g' 19)")),
        'database disk', 'fail', qr/inodes 100 %.*Free inodes/, 'no inode left');

    my $log = "$dir/log";
    mkdir $log;
    $lab->daemon->config_write('headwater.log_file' => "$log/headwaterd.log");
    is_found(examine('root', mounted("mount -t tmpfs -o size=1m tmpfs '$log'
        head -c 1024k /dev/zero >'$log/fill'")), 'log disk', 'fail', qr/\Q$log\E is 100 % full/,
        'the disk of the log');
    rmdir $log;
    is_found(examine('root'), 'log disk', 'fail',
        qr/Cannot log to \Q$log\E.*: No such file.*log_file/, 'no folder for it');
    $lab->daemon->config_write('headwater.log_file' => 'headwaterd.log');
    is_found(examine('root'), 'log disk', 'fail', qr/must be an absolute path.*does not start/,
        'what headwaterd refuses');
    $lab->daemon->config_write('headwater.log_file' => undef);
};

subtest 'clocks' => sub {
    is_found(examine('root'), 'clock', 'ok', undef, 'at first');
    like examine('root')->{clock}{message}, qr/agrees with 3 others/, 'all three were asked';
    $lab->faults->clock_advance(90);
    is_found(examine('root'), 'clock', 'warn', qr/(?:89|90|91) seconds ahead of .*Synchronise/,
        'a clock that is off');
    $lab->faults->clock_advance(-90);
    $dbh->do(q{SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + 200'});
    is_found(examine('root'), 'clock', 'warn',
        qr/(?:19\d|20[01]) seconds behind that of the database/, 'behind the database');
    $dbh->do(q{SET GLOBAL init_connect = ''});
};

subtest 'streams that nobody finishes' => sub {
    is_found(examine('root'), 'reconciler', 'ok', undef, 'none');
    my $team = $operator->run(qw(team create --name T --plan free))->{team}{id};
    $dbh->do(q{INSERT INTO segment (team_id, description, gender_values, follower_count_tiers,
        created_at) VALUES (?, 'D', '', '', NOW(6))}, undef, $team);
    $dbh->do(q{INSERT INTO stream (team_id, segment_id, run_id, name, status, billing_version,
        segment_created, pair_count, timezone, auto_enrich_linkedin, auto_enrich_email, email_mode,
        delivery_destination, created_at) SELECT team_id, id, REPEAT('r', 16), 'S', 'pending', 1, 1,
        1, 'UTC', 0, 0, 'any', 'leads_only', UTC_TIMESTAMP(6) - INTERVAL 4 MINUTE FROM segment});
    is_found(examine('root'), 'reconciler', 'ok', undef, 'four minutes are fine');
    $dbh->do(q{UPDATE stream SET created_at = '2026-01-02 03:04:05'});
    is_found(examine('root'), 'reconciler', 'fail',
        qr{Pending streams: 1, .* 2026-01-02T03:04:05Z; .*`headwater reconcile`.*reconciler\.serv},
        'months');
    $dbh->do('DELETE FROM stream');
};

subtest 'a reconciler that does not run' => sub {
    $operator->run('reconcile');
    $dbh->do(q{UPDATE reconciler SET pass_at = '2026-01-02 03:04:05'});
    is_found(examine('root'), 'reconciler', 'warn',
        qr/not ended a pass since 2026-01-02T03:04:05Z.*Start.*headwater-reconciler/,
        'long ago, whoever should run it');
    $operator->run('reconcile');
    is_found(examine('root'), 'reconciler', 'ok', undef, 'just now');
};

$lab->stop;
done_testing;
