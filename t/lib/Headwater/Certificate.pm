package Headwater::Certificate;

# A self-signed certificate for loopback, made once and kept in the cache folder.

use v5.36;
use Carp qw(croak);
use Headwater::Files qw(cache_get program_find);

# Returns { certificate => FILE, key => FILE }; clients trust the certificate itself.
sub get ($class, $cache) {
    my $folder = cache_get($cache, 'certificate', \&make);
    return { certificate => "$folder/localhost.pem", key => "$folder/localhost.key" };
}

sub make ($folder) {
    my $mask    = umask 077;
    my @command = (program_find('openssl'), qw(req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256
            -nodes -sha256 -days 825 -subj /CN=localhost
            -addext), 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext',
        'basicConstraints=critical,CA:TRUE,pathlen:0',
        '-keyout', "$folder/localhost.key", '-out', "$folder/localhost.pem");
    open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'openssl', @command or croak "openssl: $!";
    my $text = join '', <$out>;
    close $out or croak "openssl failed: $text";
    umask $mask;
    return;
}

1;
