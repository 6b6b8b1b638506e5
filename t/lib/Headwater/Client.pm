package Headwater::Client;

# An API user: HTTPS to nginx, trusting its certificate and nothing else, with one API key. With
# HW_EXCHANGES=FOLDER it writes down what it sent and got, for `make check-contract`.

use v5.36;
use FindBin;

# new(base_url => ..., ca_file => ..., key => ... or undef, [recorded => 1])
sub new ($class, %given) {
    my $self = bless {%given}, $class;
    $self->{ua} = Mojo::UserAgent->new(
        ca                 => $self->{ca_file},
        max_connections    => 300,
        max_redirects      => 0,
        connect_timeout    => 30,
        inactivity_timeout => 60,
        request_timeout    => 60,
    );
    return $self;
}

sub ua ($self) { return $self->{ua} }

# POST /v1/streams. A hash or array becomes JSON, text goes out as it is. A header given as undef is
# left out, as an array reference sent that many times. Returns a Mojo::Message::Response.
sub post_stream ($self, $body, %headers) {
    return $self->request(POST => '/v1/streams', $body, %headers);
}

# The same as a dry run.
sub validate_stream ($self, $body, %headers) {
    return $self->request(POST => '/v1/streams?validateOnly=true', $body, %headers);
}

sub get ($self, $path, %headers) { return $self->request(GET => $path, undef, %headers) }

sub request ($self, $method, $path, $body = undef, %headers) {
    my $tx = $self->{ua}->start($self->transaction($method, $path, $body, %headers));
    $self->record($tx) if $self->{recorded} && $ENV{HW_EXCHANGES};
    return $tx->result;
}

# One line of JSON for one exchange. The key is left out.
sub record ($self, $tx) {
    my ($request, $response) = ($tx->req, $tx->res);
    return if !$response->code;
    my %line = (
        test     => $FindBin::Script,
        method   => $request->method,
        path     => $request->url->path_query,
        status   => 0 + $response->code,
        request  => message_hash($request),
        response => message_hash($response),
    );
    delete $line{request}{headers}{Authorization};
    my $path = "$ENV{HW_EXCHANGES}/$FindBin::Script.$$";
    open my $out, '>>', $path or die "$path: $!\n";
    print {$out} Mojo::JSON::encode_json(\%line), "\n";
    close $out or die "$path: $!\n";
    return;
}

sub message_hash ($message) {
    my $headers = $message->headers;
    my %values  = map { ($_ => join(', ', $headers->every_header($_)->@*) =~ s/^\s+|\s+$//gr) }
        $headers->names->@*;
    my $body = $message->body;
    utf8::decode($body);    # what is not UTF-8 stays as it is
    return { headers => \%values, body => $body };
}

# The same POST for each of @bodies, all at once; the responses come in the order of the bodies. A
# connection that fails gives undef.
sub post_streams_at_once ($self, $bodies, %headers) {
    my @responses;
    my @promises = map {
        my $i = $_;
        $self->{ua}->start_p($self->transaction(POST => '/v1/streams', $bodies->[$i], %headers))
            ->then(sub ($tx) {
                $self->record($tx) if $self->{recorded} && $ENV{HW_EXCHANGES};
                $responses[$i] = $tx->res;
            }, sub ($) { $responses[$i] = undef });
    } 0 .. $#$bodies;
    Mojo::Promise->all(@promises)->wait if @promises;
    return @responses;
}

sub transaction ($self, $method, $path, $body, %headers) {
    my $tx    = $self->{ua}->build_tx($method => $self->{base_url} . $path);
    my %all   = (Authorization => $self->{key} && "Bearer $self->{key}", %headers);
    $all{'Content-Type'} = 'application/json' if defined $body && !exists $all{'Content-Type'};
    for my $name (grep { defined $all{$_} } sort keys %all) {
        $tx->req->headers->add($name => $_) for ref $all{$name} ? $all{$name}->@* : $all{$name};
    }
    $tx->req->body(ref $body ? Mojo::JSON::encode_json($body) : $body) if defined $body;
    return $tx;
}

1;
