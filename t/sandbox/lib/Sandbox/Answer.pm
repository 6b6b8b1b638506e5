package Sandbox::Answer;

# A reply before it is sent: status, headers (name => value), body (bytes); optionally delay_ms
# (wait before the first byte) and drip_ms (time over which the body is spread).

use strict;
use warnings;
use feature 'signatures';

use Mojo::JSON qw(encode_json);
use Mojo::Message::Response;

sub json ($class, $status, $data, %headers) {
    return $class->raw($status, encode_json($data), 'Content-Type' => 'application/json', %headers);
}

sub raw ($class, $status, $body, %headers) {
    return bless { status => $status, headers => \%headers, body => $body }, $class;
}

# The answer a fault prescribes, or undef if it prescribes none and the genuine one is to be sent.
# $error($status) gives the body of a fault that names only a status.
sub from_fault ($class, $fault, $error) {
    return if !grep { exists $fault->{$_} } qw(status body raw);
    my $status = $fault->{status} // 200;
    return $class->raw($status, $fault->{raw}, 'Content-Type' => 'text/html')
        ->add_headers($fault->{headers})
        if defined $fault->{raw};
    my $body = exists $fault->{body} ? $fault->{body} : $error->($status);
    return $class->json($status, $body)->add_headers($fault->{headers});
}

# Adds or replaces headers, whatever the case of their names.
sub add_headers ($self, $headers) {
    for my $name (keys %{ $headers // {} }) {
        delete $self->{headers}{$_} for grep { lc $_ eq lc $name } keys %{ $self->{headers} };
        $self->{headers}{$name} = $headers->{$name};
    }
    return $self;
}

# Status line and headers as they go over the wire, announcing the whole body.
sub head_bytes ($self) {
    my $reason = Mojo::Message::Response->new->default_message($self->{status});
    my $head   = "HTTP/1.1 $self->{status} $reason\r\n";
    $head .= "$_: $self->{headers}{$_}\r\n" for sort keys %{ $self->{headers} };
    return $head . 'Content-Length: ' . length($self->{body}) . "\r\n\r\n";
}

1;
