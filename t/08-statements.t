#!/usr/bin/perl
# SQL stands in sql/statements and nowhere else: each statement by a name that is its C function's,
# used once; rows are locked where the name says so, and no team sees another's rows.
use v5.36;

use FindBin qw($RealBin);
use Test::More;

my $top = "$RealBin/..";

# Statements that are used by a function of another name, and where that stands.
my %FUNCTION = (
    schema_migration_list => 'edge/db.c',          # a new connection checks the schema
    account_sleep_unpaid  => 'store/account.c',    # both are account_drop_unpaid
    account_remove_unpaid => 'store/account.c',
    segment_add_label     => 'store/segment.c',    # part of segment_add
    stream_add_slot       => 'store/stream.c',     # stream_add_slots
);

# Statements on rows of teams that do not ask for the team, and why they may.
my %ANY_TEAM = (
    idempotency_key_remove_old => 'the sweep goes by age alone',
    api_key_revoke => 'the operator ends a key by its public id, whose ever it is',
    api_key_get      => 'the operator names a key by its public id',
    api_key_set_name => 'likewise',
    tier_list        => 'counts the accounts of all teams',
    reconciler_get => 'the operator learns how many streams of all teams wait',
    user_find      => 'the operator names a user by its id, and learns the team from it',
    stream_find_team => 'likewise of a stream',
    stream_list_all  => 'the operator lists the streams of all teams',
    stream_list_pending    => 'the reconciler works for all teams, and asks for each behind it',
    billing_list_unsettled => 'likewise',
    billing_list_unaudited => 'likewise',
    api_key_find => 'the team is what a key is asked for; its hash is compared',
);

# SQL in C: what one session says to the server, and what only transactions may say.
my %SQL_IN_C = (
    'src/edge/db.c'    => qr/^SET SESSION /,
    'src/edge/db_tx.c' => qr/^(?:BEGIN|COMMIT|ROLLBACK)$/,
    'src/admin/doctor_rights.c' => qr/^(?:SELECT|INSERT|UPDATE|DELETE)$/,    # names of rights
);

# Made by the build.
my $MADE = qr{^src/edge/(?:migrations|statements|statement_names)\.};

sub text_of ($name) {
    open my $file, '<', "$top/$name" or die "$name: $!\n";
    local $/;
    return <$file>;
}

sub names_of ($pattern) {
    return grep { $_ !~ $MADE } map { s{^\Q$top\E/}{}r } glob "$top/$pattern";
}

sub none_of ($what, @faults) {
    ok !@faults, $what or diag map {"$_\n"} @faults;
    return;
}

# The statements: name, table (their file), comment and text.
sub statements_of ($file) {
    my ($table) = $file =~ m{(\w+)\.sql$};
    my @found;
    for my $part (split /^(?=-- name: )/m, text_of($file)) {
        my ($name) = $part =~ /\A-- name: (\w+)\n/ or next;
        my $comment = join ' ', $part =~ /^-- (?!name:)(.*)/mg;
        push @found,
            { name => $name, table => $table, file => $file, comment => $comment,
              text => $part =~ s/^--.*\n//mgr };
    }
    return @found;
}

# The names of the tables that have a column team_id.
sub tables_of_teams () {
    my $schema = join '', map { text_of($_) } names_of('sql/migrations/*.sql');
    my %columns = $schema =~ /^CREATE TABLE IF NOT EXISTS (\w+) \((.*?)^\)/msg;
    return grep { $columns{$_} =~ /^\s*team_id /m } sort keys %columns;
}

# Where each statement is used: name => ["store/x.c function", ...].
sub uses () {
    my %uses;
    for my $name (names_of('src/*/*.c')) {
        my $function = '';
        for my $line (split /\n/, text_of($name)) {
            $function = $1 if $line =~ /^(?=[a-z]).*?\b(\w+)\((?!.*;$)/;
            push @{ $uses{ lc $1 } }, [ $name =~ s{^src/}{}r, $function ]
                while $line =~ /\bSTATEMENT_(?!_)([A-Z0-9_]+)\b/g;
        }
    }
    delete $uses{'_max'};
    return \%uses;
}

# The string literals of a C text.
sub literals_of ($text) {
    my @found;
    $text =~ s{(/\*.*?\*/)|'(?:\\.|[^'\\])*'|"((?:\\.|[^"\\])*)"}
              { push @found, $2 if defined $2; '' }gse;
    return @found;
}

my @statements = map { statements_of($_) } names_of('sql/statements/*.sql');
my $uses       = uses();
cmp_ok scalar @statements, '>', 40, 'the statements are found';

# --- names ------------------------------------------------------------------------------------

sub use_faults ($statement) {
    my $name  = $statement->{name};
    my @where = @{ $uses->{$name} // [] };
    return 'is used nowhere' if !@where;
    return 'is used more than once' if @where > 1;
    my ($file, $function) = @{ $where[0] };
    return $file eq $FUNCTION{$name} ? () : "is used in $file" if $FUNCTION{$name};
    return "is used in $file" if $file ne "store/$statement->{table}.c";
    return "is used by $function, which has another name" if $function ne $name;
    return;
}

none_of 'every statement is used once, by the function of its name',
    map { my $statement = $_; map {"$statement->{name} $_"} use_faults($statement) } @statements;

none_of 'a statement is named after its table',
    map {"$_->{file}: $_->{name}"} grep { index($_->{name}, "$_->{table}_") != 0 } @statements;

my %known = map { $_->{name} => 1 } @statements;
none_of 'every statement has a comment: why, which lock order, which index',
    map {"$_->{name}"} grep { $_->{comment} eq '' } @statements;

none_of 'no name in this test is out of date',
    grep { !$known{$_} } sort(keys %FUNCTION, keys %ANY_TEAM);

# --- locks and teams --------------------------------------------------------------------------

none_of 'rows are locked by the statements called lock, and by no other read',
    map  {"$_->{name}"}
    grep { ($_->{text} =~ /\bFOR\s+UPDATE\b/ xor $_->{name} =~ /_lock(?:_|$)/)
            && $_->{text} !~ /\b(?:GET|RELEASE)_LOCK\(/ } @statements;

none_of 'no lock is shared',
    map {"$_->{name}"} grep { $_->{text} =~ /LOCK\s+IN\s+SHARE\s+MODE|FOR\s+SHARE/i } @statements;

my $team_tables = join '|', tables_of_teams();
like $team_tables, qr/\bstream\b.*\btracked_account\b/, 'the tables of teams are found';
# The team is a parameter, or an insert's value; or the row is joined to one that was asked for so.
my $ASKS = qr/\bteam_id = \?|\bINSERT INTO (?:$team_tables)\s+\([^)]*\bteam_id\b/;
none_of 'a statement on rows of teams asks for the team',
    map {"$_->{name}"}
    grep { $_->{text} =~ /\b(?:FROM|JOIN|INTO|UPDATE)\s+\(?(?:$team_tables)\b/
            && $_->{text} !~ $ASKS && !$ANY_TEAM{ $_->{name} } } @statements;

none_of 'every locking or changing statement on many rows has an order',
    map {"$_->{name}"}
    grep { $_->{text} =~ /^UPDATE|^DELETE/ && $_->{text} =~ /\bid IN \(\{/
            && $_->{text} !~ /\bORDER BY\b/ } @statements;

none_of 'no statement asks for all columns',
    map {"$_->{name}"} grep { $_->{text} =~ /\bSELECT\s+(?:\w+\.)?\*/ } @statements;

# --- C ----------------------------------------------------------------------------------------

# What a string of SQL looks like.
my $SQL = qr/^\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|SET|BEGIN|START\ TRANSACTION|COMMIT|ROLLBACK
    |SAVEPOINT|LOCK|UNLOCK|CREATE|ALTER|DROP|TRUNCATE|GRANT|CALL|DO)\b
    |\b(?:FROM\ \w+\ WHERE|INSERT\ INTO|DELETE\ FROM|FOR\ UPDATE|ON\ DUPLICATE\ KEY)\b/x;

my @sql_in_c;
for my $name (names_of('src/*/*.[ch]')) {
    my $allowed = $SQL_IN_C{$name} // qr/(?!)/;
    push @sql_in_c, map {"$name: \"$_\""} grep { $_ =~ $SQL && $_ !~ $allowed }
        literals_of(text_of($name));
}
none_of 'no SQL in C, but for session settings and transactions', @sql_in_c;

done_testing;
