package Headwater::Responder;

# A stand-in for headwaterd that does what the query says, for tests of nginx alone:
#   (nothing)    answers with the parameters it got, as JSON, the length of the body, and the socket
#                they came over: "app" or "quick"
#   status=418   answers with that status and an envelope of its own
#   sleep=2      first waits so many seconds
#   die          closes the connection without an answer
#   garbage      answers with what is no CGI header
# Source: FastCGI specification 1.0; one request a connection, one process a request.

use v5.36;
use Headwater::Process;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP ();

my ($BEGIN, $END, $PARAMS, $STDIN, $STDOUT) = (1, 3, 4, 5, 6);

# start(dir => ...)
sub start ($class, %given) {
    my $self = bless { dir => $given{dir} }, $class;
    my ($lib) = $INC{'Headwater/Responder.pm'} =~ m{\A(.*)/Headwater/Responder\.pm\z};
    $self->{process} = Headwater::Process->start(
        name    => 'responder',
        command => [$^X, "-I$lib", '-MHeadwater::Responder', '-e',
            'Headwater::Responder->serve(@ARGV)', $given{dir}],
        log     => "$given{dir}/responder.log",
    );
    $self->{process}->wait_until_ready(10,
        sub { IO::Socket::UNIX->new(Peer => $self->quick_socket) });
    return $self;
}

sub socket ($self)       { return "$self->{dir}/app.sock" }
sub quick_socket ($self) { return "$self->{dir}/quick.sock" }
sub process ($self)      { return $self->{process} }
sub stop ($self)         { return $self->{process}->stop(5) }

sub serve ($class, $dir) {
    local $SIG{CHLD} = 'IGNORE';
    my %name;
    my $select = IO::Select->new;
    for my $name (qw(app quick)) {
        my $path = "$dir/$name.sock";
        my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 500) or die "$path: $!\n";
        $name{$listener} = $name;
        $select->add($listener);
    }
    while (my @ready = $select->can_read) {
        connection_serve($_, $name{$_}) for @ready;
    }
}

sub connection_serve ($listener, $name) {
    my $connection = $listener->accept or return;
    my $pid = fork // die "fork: $!\n";
    return if $pid;
    request_serve($connection, $name);
    exit 0;
}

sub request_serve ($connection, $name) {
    my ($params, $body) = request_read($connection) or return;
    my %param = map { @$_ } @$params;
    my $query = $param{QUERY_STRING} // '';
    sleep $1 if $query =~ /\bsleep=(\d+)/;
    return if $query =~ /\bdie\b/;
    my $answer = $query =~ /\bgarbage\b/ ? "no header here" : answer($query, $params, $body, $name);
    print {$connection} record($STDOUT, $answer), record($STDOUT, ''), record($END, "\0" x 8);
    return;
}

sub answer ($query, $params, $body, $name) {
    my $status = $query =~ /\bstatus=(\d+)/ ? $1 : 200;
    my $data   = { error => { code => 'from_the_application' } };
    $data = { params => $params, body_length => length $body, socket => $name } if $status == 200;
    return "Status: $status\r\nContent-Type: application/json\r\nX-Request-Id: forged\r\n\r\n"
        . JSON::PP->new->latin1->encode($data);
}

sub record ($type, $content) {
    return pack('CCnnCC', 1, $type, 1, length $content, 0, 0) . $content;
}

# Returns the parameters in their order and the body, or nothing if the peer went away.
sub request_read ($connection) {
    my ($params, $body) = ('', '');
    while (my ($type, $content) = record_read($connection)) {
        $params .= $content if $type == $PARAMS;
        $body   .= $content if $type == $STDIN;
        return (params_split($params), $body) if $type == $STDIN && $content eq '';
    }
    return;
}

sub record_read ($connection) {
    my $header = bytes_read($connection, 8) // return;
    my (undef, $type, undef, $length, $padding) = unpack 'CCnnC', $header;
    my $content = bytes_read($connection, $length + $padding) // return;
    return ($type, substr $content, 0, $length);
}

sub bytes_read ($connection, $count) {
    my $bytes = '';
    while (length $bytes < $count) {
        read $connection, $bytes, $count - length $bytes, length $bytes or return;
    }
    return $bytes;
}

# Name-value pairs; a length is one byte, or four with the highest bit set.
sub params_split ($bytes) {
    my @params;
    while (length $bytes) {
        my @length = map { length_take(\$bytes) } 1, 2;
        push @params, [map { substr $bytes, 0, $_, '' } @length];
    }
    return \@params;
}

sub length_take ($bytes) {
    return ord substr $$bytes, 0, 1, '' if ord($$bytes) < 128;
    return unpack('N', substr $$bytes, 0, 4, '') & 0x7fffffff;
}

1;
