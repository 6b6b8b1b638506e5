package Headwater::FastCGI;

# A FastCGI peer, as nginx is one: speaks to the daemon's socket without nginx in between. Each step
# can be taken alone, so that a test can stop half-way or lie. Source: FastCGI specification 1.0.

use v5.36;
use Carp qw(croak);
use Exporter qw(import);
use IO::Select;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

our @EXPORT_OK = qw(fastcgi_call fastcgi_record fastcgi_pairs);

# Record types and flags.
my ($BEGIN, $END, $PARAMS, $STDIN, $STDOUT) = (1, 3, 4, 5, 6);
my ($RESPONDER, $KEEP_CONN) = (1, 1);

# One whole request and its answer: fastcgi_call(SOCKET, { REQUEST_METHOD => 'GET', ... }, BODY).
# Returns { status, headers, body }, or undef if no connection or no complete answer was to be had
# within $seconds.
sub fastcgi_call ($path, $params = {}, $body = '', $seconds = 20) {
    my $peer = Headwater::FastCGI->connect($path) or return;
    $peer->send_request($params, $body) or return;
    return $peer->read_answer($seconds);
}

# A connection; undef if nobody listens.
sub connect ($class, $path) {
    my $socket = IO::Socket::UNIX->new(Peer => $path) or return;
    return bless { socket => $socket }, $class;
}

sub socket ($self) { return $self->{socket} }

# Everything nginx sends, in one piece. True if the other side took it.
sub send_request ($self, $params = {}, $body = '', %flags) {
    return $self->send($self->begin(%flags) . $self->params($params) . $self->body($body));
}

sub send ($self, $bytes) {
    local $SIG{PIPE} = 'IGNORE';
    my $sent = 0;
    while ($sent < length $bytes) {
        my $count = syswrite $self->{socket}, $bytes, length($bytes) - $sent, $sent;
        return 0 if !$count;
        $sent += $count;
    }
    return 1;
}

# The three parts of a request, as bytes.
sub begin ($self, %flags) {
    return fastcgi_record($BEGIN, pack 'n C x5', $RESPONDER, $flags{keep_conn} ? $KEEP_CONN : 0);
}

# Parameters in a hash, or in an array of name, value, name, value if a name comes twice.
# CONTENT_LENGTH is sent only if the test says so.
sub params ($self, $params) {
    my %standard = (
        REQUEST_METHOD => 'GET',
        DOCUMENT_URI   => '/',
        REQUEST_ID     => sprintf('%032x', rand 2**31),
    );
    my @all = ref $params eq 'ARRAY' ? @$params : %{ { %standard, %$params } };
    return fastcgi_stream($PARAMS, fastcgi_pairs(@all));
}

sub body ($self, $body) { return fastcgi_stream($STDIN, $body) }

# Content in records of at most 65,535 bytes, closed by an empty one.
sub fastcgi_stream ($type, $content) {
    my @pieces = unpack '(a65535)*', $content;
    return join '', map { fastcgi_record($type, $_) } @pieces, '';
}

sub fastcgi_record ($type, $content, $id = 1) {
    return pack('C C n n C x', 1, $type, $id, length $content, 0) . $content;
}

# Name-value pairs as parameters are written.
sub fastcgi_pairs (@pairs) {
    my $bytes = '';
    while (my ($name, $value) = splice @pairs, 0, 2) {
        $bytes .= join '', map { $_ < 128 ? pack 'C', $_ : pack 'N', $_ | 0x8000_0000 }
            length $name, length $value;
        $bytes .= $name . $value;
    }
    return $bytes;
}

# Reads to the end of the request. The answer, or undef if it was cut or late.
sub read_answer ($self, $seconds = 20) {
    my $end = time + $seconds;
    my $out = '';
    while (my ($type, $content) = $self->read_record($end)) {
        $out .= $content if $type == $STDOUT;
        return answer_parse($out) if $type == $END;
    }
    return;
}

sub read_record ($self, $end) {
    my $header = $self->read_bytes(8, $end) // return;
    my (undef, $type, undef, $length, $padding) = unpack 'C C n n C', $header;
    my $content = $self->read_bytes($length + $padding, $end) // return;
    return ($type, substr $content, 0, $length);
}

sub read_bytes ($self, $count, $end) {
    my $select = IO::Select->new($self->{socket});
    my $bytes  = '';
    while (length $bytes < $count) {
        my $left = $end - time;
        return if $left <= 0 || !$select->can_read($left);
        sysread $self->{socket}, $bytes, $count - length $bytes, length $bytes or return;
    }
    return $bytes;
}

sub answer_parse ($text) {
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my %headers = map { split /: */, $_, 2 } split /\r\n/, $head;
    my ($status) = (delete $headers{Status} // '200 OK') =~ /^(\d+)/;
    return { status => $status, headers => \%headers, body => $body };
}

# True once the other side has closed; waits at most $seconds for it.
sub is_closed ($self, $seconds) {
    my $end = time + $seconds;
    while ($end > time && IO::Select->new($self->{socket})->can_read($end - time)) {
        my $count = sysread $self->{socket}, my $rest, 65536;
        return 1 if !$count;
    }
    return 0;
}

1;
