package Headwater::MariaDB;

# A private MariaDB: its own folder and socket, no network, durable as in production. What
# mariadb-install-db makes is kept as a template and copied, because it takes longer than a copy.

use v5.36;
use Carp qw(croak);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Headwater::Files qw(cache_get file_read file_write program_find);
use Headwater::Process;
use Headwater::Wait qw(wait_for);

my $DATABASE = 'headwater';
my $OWNER    = 'headwater_owner';
my $SERVICE  = 'headwater';

# What every mariadbd here gets. Small, because many run at once.
my @SETTINGS = qw(
    --skip-networking --skip-name-resolve --skip-log-bin --character-set-server=utf8mb4
    --collation-server=utf8mb4_unicode_ci --innodb-flush-log-at-trx-commit=1
    --innodb-log-file-size=16M --innodb-buffer-pool-size=64M --innodb-use-native-aio=0
    --key-buffer-size=1M --aria-pagecache-buffer-size=1M --max-connections=200
);

# start(dir => ..., cache => ..., grants => sql/grants.sql, [outlive => 1])
sub start ($class, %given) {
    my $self = bless {%given}, $class;
    my $template = template_get($self->{cache});
    system('cp', '-a', '--reflink=auto', $template, "$self->{dir}/data") == 0
        or croak "cannot copy $template";
    $self->process_start;
    $self->accounts_create;
    return $self;
}

sub template_get ($cache) {
    my ($version) = `@{[program_find('mariadbd')]} --no-defaults --version` =~ /Ver (\S+)/;
    return cache_get($cache, "mariadb-$version", \&template_fill);
}

# With a folder of its own for temporary tables: a starting server removes those it finds in its
# own, and in /tmp they may be those of another server.
sub template_fill ($folder) {
    my $tmp     = tempdir(DIR => dirname($folder), CLEANUP => 1);
    my @command = (program_find('mariadb-install-db'), '--no-defaults', "--datadir=$folder",
        "--tmpdir=$tmp",
        '--auth-root-authentication-method=normal', '--skip-test-db', '--innodb-log-file-size=16M',
        user_option());
    open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command
        or croak "mariadb-install-db: $!";
    my $text = join '', <$out>;
    close $out or croak "mariadb-install-db failed: $text";
    return;
}

# mariadbd refuses to run as root unless told to.
sub user_option () { return $> == 0 ? ('--user=root') : () }

sub process_start ($self) {
    my $dir = $self->{dir};
    $self->{process} = Headwater::Process->start(
        name    => 'mariadbd',
        command => [program_find('mariadbd'), '--no-defaults', user_option(),
            "--datadir=$dir/data", '--socket=' . $self->socket, "--pid-file=$dir/mariadbd.pid",
            "--tmpdir=$dir", @SETTINGS],
        log     => "$dir/mariadbd.log",
        outlive => $self->{outlive},
    );
    $self->{process}->wait_until_ready(30, sub { eval { $self->dbh; 1 } });
    return;
}

# The database, and the accounts of sql/grants.sql with the rights that stand there. They log in
# without a password instead of by the system user's name: only this user can enter the folder.
sub accounts_create ($self) {
    $self->dbh->do(
        "CREATE DATABASE $DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    $self->dbh->do("USE $DATABASE");
    my %value = (DATABASE => $DATABASE, OWNER_USER => $OWNER, SERVICE_USER => $SERVICE);
    my $text  = file_read($self->{grants}) =~ s/^--.*\n//mgr;
    $text =~ s{\@([A-Z_]+)\@}{$value{$1} // croak "grants.sql: \@$1\@ is unknown"}ge;
    $text =~ s/ IDENTIFIED VIA unix_socket//g == 2 or croak 'grants.sql: two users expected';
    $self->dbh->do($_) for grep { /\S/ } split /;\n/, $text;
    $self->defaults_write('db.cnf',      $SERVICE);
    $self->defaults_write('migrate.cnf', $OWNER);
    return;
}

sub defaults_write ($self, $file, $user) {
    my $socket = $self->socket;
    file_write("$self->{dir}/$file",
        "[headwater]\nsocket = $socket\nuser = $user\ndatabase = $DATABASE\n", 0600);
    return;
}

sub socket ($self)           { return "$self->{dir}/db.sock" }
sub database ($self)         { return $DATABASE }
sub process ($self)          { return $self->{process} }
sub defaults_file ($self)    { return "$self->{dir}/db.cnf" }
sub migrate_file ($self)     { return "$self->{dir}/migrate.cnf" }

# A handle with root's rights; kept, and made anew in a forked process.
sub dbh ($self) {
    my $kept = $self->{dbh};
    return $kept->{handle} if $kept && $kept->{pid} == $$ && $kept->{handle}->ping;
    my $handle = DBI->connect('DBI:MariaDB:mariadb_socket=' . $self->socket, 'root', '',
        { RaiseError => 1, PrintError => 0, AutoInactiveDestroy => 1 });
    eval { $handle->do("USE $DATABASE") };
    $self->{dbh} = { handle => $handle, pid => $$ };
    return $handle;
}

# The table of transactions is a copy, renewed when nobody has read it for 0.1 s.
my $TRX_POLL_S = 0.15;

# Waits for the transactions that still run; returns the complaint if one stays open.
sub transactions_check ($self) {
    my $idle = sub { !$self->transactions_open };
    return if eval { wait_for('open transactions', 3, $idle, $TRX_POLL_S) };
    return 'a transaction was left open by connection ' . join ', ', $self->transactions_open;
}

# Connections with an open transaction, ours apart.
sub transactions_open ($self) {
    return $self->dbh->selectcol_arrayref(
        'SELECT trx_mysql_thread_id FROM information_schema.innodb_trx
         WHERE trx_mysql_thread_id NOT IN (0, CONNECTION_ID())')->@*;
}

# Runs the queries of sql/invariants.sql, each under "-- name: ..."; a row is a broken invariant.
sub invariants_check ($self, $file) {
    my (undef, %query) = split /^-- name:\s*(\S+).*$/m, file_read($file);
    my @complaints;
    for my $name (sort keys %query) {
        my $statement = $query{$name} =~ s/^\s*--.*$//mgr =~ s/;\s*\z//r;
        my @rows = $self->dbh->selectall_array($statement, { Slice => {} });
        push @complaints, "invariant $name is broken by " . @rows . ' rows, the first: '
            . join(', ', map { "$_=" . ($rows[0]{$_} // 'NULL') } sort keys $rows[0]->%*) if @rows;
    }
    return @complaints;
}

# Ends it as a power cut would; process_start brings it back.
sub kill ($self) {
    delete $self->{dbh};
    return $self->{process}->kill;
}

sub stop ($self) {
    delete $self->{dbh};
    return $self->{process}->stop(30);
}

1;
