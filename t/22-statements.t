# Every statement of sql/statements prepares on the migrated schema with the service's rights, and
# is used in one place: the function of its name in the store.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Test::More;

my $top = "$FindBin::Bin/..";
my $lab = Headwater::Lab->new(parts => ['database']);

# Needs the owner's rights: "headwater migrate" makes this table.
my %OWNERS = map { $_ => 1 } qw(schema_migration_init);

# Used elsewhere than in the function of its name, and why.
my %PLACE = (
    schema_migration_list => ['src/edge/db.c', 'schema_check'],    # on every new connection
    account_sleep_unpaid  => ['src/store/account.c', 'account_drop_unpaid'],    # one act,
    account_remove_unpaid => ['src/store/account.c', 'account_drop_unpaid'],    # two statements
);

# { name => { table, text } }
sub statements_read () {
    my %statement;
    for my $file (glob "$top/sql/statements/*.sql") {
        my ($table) = $file =~ m{/(\w+)\.sql\z};
        my (undef, %text) = split /^-- name: (\w+)\n/m, file_read($file);
        for my $name (keys %text) {
            my $text = $text{$name} =~ s/^ *--.*\n//mgr =~ s/\s+\z//r;
            ok !$statement{$name}, "$name stands once" if $statement{$name};
            like $text, qr/;\z/, "$name ends with a semicolon";
            unlike $text, qr/;./s, "$name is one statement";
            $statement{$name} = { table => $table, text => $text =~ s/;\z//r =~ s/[{}]//gr };
        }
    }
    return \%statement;
}

# { name => [[file, function, is_static], ...] }
sub uses_read () {
    my %use;
    for my $file (grep { !m{/statements\.c\z} } glob "$top/src/*/*.c") {
        my ($function, $static);
        for my $line (split /\n/, file_read($file)) {
            ($static, $function) = ($1, $2) if $line =~ /^(static )?[a-z][\w *]*?\b(\w+)\((?!.*;$)/;
            push @{ $use{ lc $1 } }, [$file =~ s{\A\Q$top\E/}{}r, $function, $static]
                while $line =~ /\bSTATEMENT_(?!_MAX)([A-Z]\w*)/g;
        }
    }
    return \%use;
}

sub place_check ($name, $table, $use) {
    my ($file, $function, $static) = @$use;
    my $place = $PLACE{$name};
    return is_deeply [$file, $function], $place, "$name is used where it should" if $place;
    is $file, "src/store/$table.c", "$name is used in its table's file";
    like $function, qr/\A$name/, "$name is used by the function of its name" if !$static;
    return;
}

my $statements = statements_read();
my $uses       = uses_read();
cmp_ok scalar keys %$statements, '>', 40, 'the statements are found';

for my $name (sort keys %$statements) {
    my $table = $statements->{$name}{table};
    like $name, qr/\A${table}_/, "$name begins with its file's noun";
    my @uses = @{ $uses->{$name} // [] };
    is scalar(@uses), 1, "$name is used once" or diag join ', ', map { $_->[0] } @uses;
    place_check($name, $table, $uses[0]) if @uses == 1;
}
is_deeply [grep { !$statements->{$_} } sort keys %$uses], [], 'no other statement is named';

my $service = DBI->connect('DBI:MariaDB:database=headwater;mariadb_socket='
        . $lab->database->socket, 'headwater', '', { RaiseError => 0, PrintError => 0 });
my %attributes = (mariadb_server_prepare => 1, mariadb_server_prepare_disable_fallback => 1);
$service->do(q{SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,'
    'ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY'}) or die $service->errstr;
for my $name (grep { !$OWNERS{$_} } sort keys %$statements) {
    my $prepared = $service->prepare($statements->{$name}{text}, {%attributes});
    ok $prepared, "$name prepares as the service" or diag $service->errstr;
}
ok !$service->prepare('SELECT no_such_column FROM team', {%attributes}), 'nonsense does not';
ok !$service->do('CREATE TABLE never (id INT)'), 'and the service makes no table';
$service->disconnect;

$lab->stop;
done_testing;
