package Headwater::Responder;

# A stand-in for headwaterd that does what the query says, for tests of nginx alone:
#   (nothing)    answers with the parameters it got, as JSON, and the length of the body
#   status=418   answers with that status and an envelope of its own
#   sleep=2      first waits so many seconds
#   die          closes the connection without an answer
#   garbage      answers with what is no CGI header
# Source: FastCGI specification 1.0; one request a connection, one process a request.

use v5.36;
use Headwater::Process;
use IO::Socket::UNIX;
use JSON::PP ();

my ($BEGIN, $END, $PARAMS, $STDIN, $STDOUT) = (1, 3, 4, 5, 6);

# start(dir => ...)
sub start ($class, %given) {
    my $self = bless { socket => "$given{dir}/app.sock" }, $class;
    my ($lib) = $INC{'Headwater/Responder.pm'} =~ m{\A(.*)/Headwater/Responder\.pm\z};
    $self->{process} = Headwater::Process->start(
        name    => 'responder',
        command => [$^X, "-I$lib", '-MHeadwater::Responder', '-e',
            'Headwater::Responder->serve(@ARGV)', $self->{socket}],
        log     => "$given{dir}/responder.log",
    );
    $self->{process}->wait_until_ready(10,
        sub { IO::Socket::UNIX->new(Peer => $self->{socket}) });
    return $self;
}

sub socket ($self)  { return $self->{socket} }
sub process ($self) { return $self->{process} }
sub stop ($self)    { return $self->{process}->stop(5) }

sub serve ($class, $path) {
    local $SIG{CHLD} = 'IGNORE';
    my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 500) or die "$path: $!\n";
    while (1) {
        my $connection = $listener->accept or next;
        my $pid = fork // die "fork: $!\n";
        next if $pid;
        request_serve($connection);
        exit 0;
    }
}

sub request_serve ($connection) {
    my ($params, $body) = request_read($connection) or return;
    my %param = map { @$_ } @$params;
    my $query = $param{QUERY_STRING} // '';
    sleep $1 if $query =~ /\bsleep=(\d+)/;
    return if $query =~ /\bdie\b/;
    my $answer = $query =~ /\bgarbage\b/ ? "no header here" : answer($query, $params, $body);
    print {$connection} record($STDOUT, $answer), record($STDOUT, ''), record($END, "\0" x 8);
    return;
}

sub answer ($query, $params, $body) {
    my $status = $query =~ /\bstatus=(\d+)/ ? $1 : 200;
    my $data   = $status == 200 ? { params => $params, body_length => length $body }
                                : { error => { code => 'from_the_application' } };
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
