#!/usr/bin/perl
# Who may see whom: the #include lines of src/ point one way, a foreign library stands in its own
# file, and a header includes only what it cannot do without.
use v5.36;

use FindBin qw($RealBin);
use Test::More;

my $src = "$RealBin/../src";

# A folder sees itself and these.
my %SEES = (
    base   => [],
    edge   => [qw(base)],
    rule   => [qw(base)],
    store  => [qw(rule edge base)],
    remote => [qw(rule edge base)],
    flow   => [qw(store remote rule edge base)],
    api    => [qw(flow store remote rule edge base)],
    serve  => [qw(api flow store remote rule edge base)],
    admin  => [qw(api flow store remote rule edge base)],
);

# Within the edge, store sees no HTTP and remote no database.
my %BLIND = (
    store  => qr{^edge/(?:http|fcgi)},
    remote => qr{^edge/(?:db|statement|migration)},
);

# What the files of the database connection share with nobody else.
my %PRIVATE = ('edge/db_link.h' => qr{^edge/db(?:_\w+)?\.c$});

# Foreign headers, and the only files that may include them.
my %HOME = (
    'fcgiapp.h'        => [qw(edge/fcgi.c)],
    'json-c/json.h'    => [qw(edge/json_read.c edge/json_write.c)],
    'mysql.h'          => [qw(edge/db.c edge/db_stmt.c)],
    'errmsg.h'         => [qw(edge/db.c edge/db_stmt.c)],
    'mysqld_error.h'   => [qw(edge/db.c edge/db_stmt.c)],
    'curl/curl.h'      => [qw(edge/http.c edge/http_date.c edge/http_url.c)],
    'openssl/crypto.h' => [qw(edge/digest.c)],
    'openssl/evp.h'    => [qw(edge/digest.c)],
    'openssl/rand.h'   => [qw(edge/digest.c)],
    'ini.h'            => [qw(edge/ini.c)],
    'systemd/sd-daemon.h' => [qw(edge/service_manager.c)],
);

# The C library and the system. A rule does no I/O, so it gets only what computes (stdio.h for
# vsnprintf; its other calls are banned there by 02-banned.t).
my @PURE = qw(assert.h ctype.h inttypes.h limits.h math.h stdalign.h stdarg.h stdbool.h stddef.h
    stdint.h stdio.h stdlib.h string.h strings.h);
my @SYSTEM = qw(arpa/inet.h errno.h fcntl.h getopt.h grp.h malloc.h netdb.h netinet/in.h poll.h
    pwd.h signal.h stdatomic.h sys/mman.h sys/prctl.h sys/resource.h sys/socket.h sys/stat.h
    sys/statvfs.h sys/time.h sys/types.h sys/un.h sys/wait.h time.h unistd.h);
my %PURE   = map { $_ => 1 } @PURE;
my %SYSTEM = map { $_ => 1 } @PURE, @SYSTEM;

# Made by the build.
my %MADE = map { $_ => 1 } qw(edge/migrations.c edge/statements.c edge/statement_names.h);

sub text_of ($name) {
    open my $file, '<', "$src/$name" or die "$src/$name: $!\n";
    local $/;
    return <$file>;
}

sub folder_of ($name) { return $name =~ s{/.*}{}r }

my @names = grep { !$MADE{$_} } map { s{^\Q$src\E/}{}r } glob "$src/*/*.[ch]";
my %text  = map { $_ => text_of($_) } @names;
my (%own, %foreign);    # what each file includes, in its order
for my $name (@names) {
    $own{$name}     = [ $text{$name} =~ /^\s*#\s*include\s*"([^"]+)"/mg ];
    $foreign{$name} = [ $text{$name} =~ /^\s*#\s*include\s*<([^>]+)>/mg ];
}

# One check: $find->($name) lists what is wrong with a file.
sub none_is ($what, $find) {
    my @faults = map { my $name = $_; map {"src/$name: $_"} $find->($name) } @names;
    ok !@faults, $what or diag map {"$_\n"} @faults;
    return;
}

sub layer_faults ($name) {
    my $folder = folder_of($name);
    my $sees   = $SEES{$folder} or return 'is in a folder that has no layer';
    my %seen   = map { $_ => 1 } $folder, @$sees;
    return map {"includes $_"} grep { !$seen{ folder_of($_) } } @{ $own{$name} };
}

sub blind_faults ($name) {
    my $blind = $BLIND{ folder_of($name) } or return;
    return map {"includes $_"} grep { $_ =~ $blind } @{ $own{$name} };
}

sub private_faults ($name) {
    return map {"includes $_"}
        grep { $PRIVATE{$_} && $name !~ $PRIVATE{$_} } @{ $own{$name} };
}

sub foreign_faults ($name) {
    my $allowed = folder_of($name) eq 'rule' ? \%PURE : \%SYSTEM;
    my @strays  = grep {
        my $header = $_;
        !$allowed->{$header} && !grep { $_ eq $name } @{ $HOME{$header} // [] };
    } @{ $foreign{$name} };
    return map {"includes <$_>"} @strays;
}

sub path_faults ($name) {
    return map {"includes \"$_\", which is no header by its path from src/"}
        grep { !$MADE{$_} && (!exists $text{$_} || !/\.h$/) } @{ $own{$name} };
}

# The header of a .c file comes first: so it is known to need nothing in front of it.
sub first_faults ($name) {
    my $header = $name =~ s/\.c$/.h/r;
    return if $header eq $name || !exists $text{$header} || ($own{$name}[0] // '') eq $header;
    return "does not include its own header first";
}

# What a header defines: struct names, and the words that stand for values or enums.
sub definitions_of ($name) {
    my $text  = $text{$name} =~ s{/\*.*?\*/}{}gsr;
    my @lists = $text =~ /^enum (?:\w+ )?\{(.*?)\}/msg;
    return {
        structs => [ $text =~ /^struct (\w+) \{/mg ],
        enums   => [ $text =~ /^enum (\w+) \{/mg ],
        words   => [ $text =~ /^#define (\w+)/mg, map {/(\w+)[^,]*(?:,|$)/g} @lists ],
    };
}

# A struct behind a pointer can be declared; a struct held by value, an enum or a constant cannot.
sub needs ($name, $header) {
    my $text = $text{$name} =~ s{/\*.*?\*/}{}gsr;
    my $has  = definitions_of($header);
    return (grep { $text =~ /\bstruct $_ (?!\*|\{)\w/ } @{ $has->{structs} })
        || (grep { $text =~ /\benum $_\b/ } @{ $has->{enums} })
        || (grep { $text =~ /\b$_\b/ } @{ $has->{words} });
}

# base/err.h is free where errors are answered: its struct errmsg goes with its enum.
sub header_faults ($name) {
    return if $name !~ /\.h$/;
    return map {"includes $_ and needs nothing that cannot be declared"}
        grep { $_ ne 'base/base.h' && exists $text{$_} && !needs($name, $_) } @{ $own{$name} };
}

# The headers on a way from $name back to it, or nothing.
sub cycle_from ($name, @way) {
    return join ' > ', @way, $name if @way && $way[0] eq $name;
    return if grep { $_ eq $name } @way;
    for my $next (@{ $own{$name} // [] }) {
        my $cycle = cycle_from($next, @way, $name);
        return $cycle if $cycle;
    }
    return;
}

cmp_ok scalar @names, '>', 100, 'the sources are found';
none_is 'no include points upward or across',             \&layer_faults;
none_is 'remote sees no database, store no HTTP',         \&blind_faults;
none_is 'private headers stay with their owners',         \&private_faults;
none_is 'foreign headers stand in their one file',        \&foreign_faults;
none_is 'includes are headers, by their path from src/',  \&path_faults;
none_is 'a file includes its own header first',           \&first_faults;
none_is 'a header includes only what it must',            \&header_faults;
none_is 'no header includes itself by a detour',
    sub ($name) { my $cycle = cycle_from($name); return $cycle ? "is in the cycle $cycle" : () };

done_testing;
