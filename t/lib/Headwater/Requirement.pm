package Headwater::Requirement;

# What a test needs beyond core Perl. Missing: the test is skipped with the Debian package's name,
# or fails if HW_REQUIRE_ALL=1, as continuous integration says.

use v5.36;
use Test::More ();

my %PACKAGE = (
    'nginx'              => 'nginx',
    'mariadbd'           => 'mariadb-server-core',
    'mariadb-install-db' => 'mariadb-server-core',
    'openssl'            => 'openssl',
    'node'               => 'nodejs',
    'chromium'           => 'chromium',
    'Mojo::UserAgent'    => 'libmojolicious-perl',
    'IO::Socket::SSL'    => 'libio-socket-ssl-perl',
    'DBD::MariaDB'       => 'libdbd-mariadb-perl',
    'IO::Pty'            => 'libio-pty-perl',
    'mandoc'             => 'mandoc',
    'man'                => 'man-db',
    'scdoc'              => 'scdoc',
    'patch'              => 'patch',
    'prometheus'         => 'prometheus',
    'promtool'           => 'prometheus',
    'headwaterd'         => 'this source tree: run make',
    'headwater'          => 'this source tree: run make',
    'the console of /docs/' => 'this source tree: run npm ci --ignore-scripts in docs, and make',
    'headwaterd-faults'  => 'this source tree: run make check',
    'headwater-faults'   => 'this source tree: run make check',
);

# Loads modules, or ends the test.
sub modules_load (@modules) {
    for my $module (@modules) {
        my $file = ($module =~ s{::}{/}gr) . '.pm';
        eval { require $file; 1 } or missing($module);
    }
    return;
}

# Ends the test; to be called before its first check.
sub missing ($name) {
    my $sentence = "$name is missing, it comes with " . ($PACKAGE{$name} // 'another package');
    die "$sentence\n" if $ENV{HW_REQUIRE_ALL};
    Test::More::plan(skip_all => $sentence);
}

1;
