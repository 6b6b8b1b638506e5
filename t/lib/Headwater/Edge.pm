package Headwater::Edge;

# nginx on the project's files with a stand-in behind it: for tests of what nginx does by itself.

use v5.36;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Headwater::Client;
use Headwater::Nginx;
use Headwater::Requirement;
use Headwater::Responder;
use Test::More ();

my $TOP = abs_path(dirname(__FILE__) . '/../../..');

# new(%options): those of Headwater::Nginx->start
sub new ($class, %given) {
    Headwater::Requirement::modules_load(
        qw(Mojo::UserAgent Mojo::JSON Mojo::Promise IO::Socket::SSL));
    my $self = bless { dir => tempdir('hw.XXXXXX', DIR => '/tmp', CLEANUP => 1) }, $class;
    my $cache = ($ENV{HW_BUILDDIR} // $TOP) . '/var/cache';
    make_path($cache);
    $self->{app} = Headwater::Responder->start(dir => $self->{dir});
    $self->{web} = Headwater::Nginx->start(dir => "$self->{dir}/nginx", sources => "$TOP/nginx",
        app_socket => $self->{app}->socket, quick_socket => $self->{app}->quick_socket,
        cache => $cache, %given);
    return $self;
}

sub nginx ($self) { return $self->{web} }
sub app ($self)   { return $self->{app} }

sub client ($self, $key = key()) {
    return Headwater::Client->new(base_url => $self->{web}->base_url,
        ca_file => $self->{web}->ca_file, key => $key);
}

# A well-formed key, another one for each letter.
sub key ($letter = 'a') { return 'hw_live_' . $letter x 50 }

# An open TLS connection.
sub connection ($self) {
    my %to = (PeerAddr => '127.0.0.1', PeerPort => $self->{web}{port});
    return IO::Socket::SSL->new(%to, SSL_ca_file => $self->{web}->ca_file)
        // die "cannot connect: $IO::Socket::SSL::SSL_ERROR\n";
}

# Sends bytes as they are; returns what comes back until the server closes.
sub raw ($self, $bytes) {
    my $connection = $self->connection;
    print {$connection} $bytes;
    return rest_read($connection);
}

sub rest_read ($connection) {
    local $SIG{ALRM} = sub { die "the server does not close\n" };
    alarm 20;
    my $text = '';
    1 while sysread $connection, $text, 65536, length $text;
    alarm 0;
    return $text;
}

# Ends both; nothing grave may stand in nginx's log.
sub stop ($self) {
    my @complaints = ($self->{web}->stop, $self->{app}->stop);
    Test::More::is_deeply(\@complaints, [], 'nginx ends cleanly, nothing grave in its log');
    return;
}

1;
