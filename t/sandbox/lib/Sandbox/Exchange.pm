package Sandbox::Exchange;

# One request and its reply: reading, answering, and the ways in which a reply gets lost.

use strict;
use warnings;
use feature 'signatures';

use Mojo::IOLoop;
use Mojo::JSON qw(decode_json);
use Mojo::Util qw(url_unescape);
use Sandbox::Answer;
use Socket qw(SOL_SOCKET SO_LINGER);

my $DRIP_PARTS = 20;

sub new ($class, $tx) {
    my $request = $tx->req;
    my $path    = $request->url->path->to_string;
    $path = url_unescape($path) if index($path, '%') >= 0;
    my $self = { tx => $tx, method => $request->method, path => $path, record => {} };
    return bless $self, $class;
}

sub method ($self) { return $self->{method} }
sub path   ($self) { return $self->{path} }
sub body   ($self) { return $self->{tx}->req->body }

sub header ($self, $name) { return $self->{tx}->req->headers->header($name) }
sub headers ($self)       { return $self->{tx}->req->headers->to_hash }

# The query as name => value; a repeated name gives an array.
sub query ($self) {
    return $self->{query} //= $self->{tx}->req->url->query->to_hash;
}

# The body as JSON; an empty one counts as {}. Dies with a sentence if it is not JSON.
sub json ($self) {
    my $body = $self->body;
    return {} if !length $body;
    my $data = eval { decode_json($body) };
    die "the body is not JSON\n" if !ref $data;
    return $data;
}

# The entry under which this request is listed in /__sandbox/requests.
sub record ($self, $record = undef) {
    $self->{record} = $record if $record;
    return $self->{record};
}

sub on_finish ($self, $callback) {
    $self->{tx}->on(finish => $callback);
    return;
}

# Calls back after that many milliseconds without blocking others, at once for 0 or undef.
sub after ($self, $ms, $callback) {
    return $callback->() if !$ms;
    Mojo::IOLoop->timer($ms / 1000 => sub { $self->guard($callback) });
    return;
}

# A fault of the double itself is a 500 that says so, never a hanging request.
sub guard ($self, $callback) {
    return if eval { $callback->(); 1 };
    my $error = $@;
    warn "sandbox: $self->{method} $self->{path}: $error";
    $self->reply(Sandbox::Answer->json(500, { sandbox_error => "$error" }));
    return;
}

# Sends the answer, or that part of it which the fault lets through.
sub deliver ($self, $answer, $fault = {}) {
    my $ms = ($answer->{delay_ms} // 0) + ($fault->{reply_delay_ms} // 0);
    $self->after($ms, sub { $self->send($answer, $fault) });
    return;
}

sub send ($self, $answer, $fault) {
    $self->{record}{status} = $answer->{status};
    $self->{record}{dropped} = $fault->{drop} if $fault->{drop};
    return $self->cut($answer, $fault) if $fault->{drop};
    return $self->drip($answer) if $answer->{drip_ms};
    return $self->reply($answer);
}

sub reply ($self, $answer) {
    my $tx = $self->{tx};
    $self->head_write($answer);
    $tx->res->body($answer->{body});
    $tx->resume;
    return;
}

sub head_write ($self, $answer) {
    my $response = $self->{tx}->res;
    $response->code($answer->{status});
    my $headers = $response->headers;
    my $given   = $answer->{headers};
    $headers->header($_ => $given->{$_}) for keys %$given;
    return;
}

# Closes the connection: before any byte, after the headers, or in the middle of the body.
sub cut ($self, $answer, $fault) {
    my $stream = Mojo::IOLoop->stream($self->{tx}->connection) or return;
    return $self->connection_close($fault) if $fault->{drop} eq 'before';
    my $bytes = $answer->head_bytes;
    $bytes .= substr $answer->{body}, 0, int(length($answer->{body}) / 2)
        if $fault->{drop} eq 'body';
    $stream->write($bytes => sub { $self->connection_close($fault) });
    return;
}

# With "reset" in the fault the peer sees ECONNRESET instead of an orderly end.
sub connection_close ($self, $fault) {
    my $stream = Mojo::IOLoop->stream($self->{tx}->connection) or return;
    setsockopt $stream->handle, SOL_SOCKET, SO_LINGER, pack('II', 1, 0) if $fault->{reset};
    $stream->close;
    return;
}

# The body in small parts, spread over drip_ms.
sub drip ($self, $answer) {
    my $tx   = $self->{tx};
    my $body = $answer->{body};
    my $size = int(length($body) / $DRIP_PARTS) + 1;
    $self->head_write($answer);
    $tx->res->headers->content_length(length $body);
    my $timer;
    my $next = sub {
        Mojo::IOLoop->remove($timer) if length $body <= $size || $tx->is_finished;
        $tx->res->content->write(substr $body, 0, $size, '');
        $tx->resume;
    };
    $timer = Mojo::IOLoop->recurring($answer->{drip_ms} / $DRIP_PARTS / 1000 => $next);
    return;
}

1;
