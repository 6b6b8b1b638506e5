package Headwater::Prism;

# Prism as a validating proxy before nginx: it holds each exchange against the API's description,
# and says what it finds in the header sl-violations. From npm: docs/package.json.

use v5.36;
use Headwater::Client;
use Headwater::Files qw(program_find);
use Headwater::Nginx;
use Headwater::Process;
use Headwater::Suites qw(npm_find);
use IO::Socket::INET;
use Mojo::JSON qw(decode_json);

# start(lab => ..., document => FILE)
sub start ($class, %given) {
    my $self = bless {%given}, $class;
    my $lab  = $self->{lab};
    my $port = $self->{port} = Headwater::Nginx::port_free(undef);
    $self->{process} = Headwater::Process->start(
        name    => 'prism',
        command => [program_find('node'), npm_find('@stoplight/prism-cli') . '/dist/index.js',
            'proxy', '--port', $port, '--verboseLevel', 'warn', $self->{document}, $lab->base_url],
        log         => $lab->dir . "/prism-$port.log",
        environment => { NODE_EXTRA_CA_CERTS => $lab->ca_file },
    );
    $self->{process}->wait_until_ready(60,
        sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) });
    return $self;
}

# A user of the API behind the proxy.
sub client ($self, $team = undef) {
    return Headwater::Client->new(base_url => "http://127.0.0.1:$self->{port}",
        ca_file => $self->{lab}->ca_file, key => ref $team ? $team->{key} : $team);
}

# What Prism found in an exchange: "request body ...", "response ...".
sub violations ($self, $response) {
    my $found = $response->headers->header('sl-violations') or return;
    return map { join ' ', $_->{location}->@*, $_->{message} // '' } decode_json($found)->@*;
}

sub stop ($self) { return $self->{process}->stop(10, 'INT') }

1;
