package Headwater::Double;

# One of the doubles in t/sandbox, and its control API as methods.

use v5.36;
use Carp qw(croak);
use Headwater::Files qw(file_read);
use Headwater::Process;

# start(name => 'stripe', programs => t/sandbox, dir => ..., [outlive => 1])
sub start ($class, %given) {
    my $self      = bless {%given}, $class;
    my $port_file = "$self->{dir}/$self->{name}.port";
    $self->{process} = Headwater::Process->start(
        name    => "double of $self->{name}",
        command => [$^X, "$self->{programs}/$self->{name}", '--listen', '127.0.0.1:0',
            '--port-file', $port_file],
        log     => "$self->{dir}/$self->{name}.log",
        outlive => $self->{outlive},
    );
    $self->{process}->wait_until_ready(20, sub { -e $port_file });
    chomp($self->{port} = file_read($port_file));
    return $self;
}

sub url ($self)     { return "http://127.0.0.1:$self->{port}" }
sub process ($self) { return $self->{process} }

# Orders a fault, see t/sandbox/README.md: fault(kind => 'drop', times => 1)
sub fault ($self, %fault)     { return $self->control(POST => 'faults', \%fault) }
sub faults_clear ($self)      { return $self->control(DELETE => 'faults') }
sub options ($self, %options) { return $self->control(PUT => 'options', \%options) }
sub requests ($self)          { return $self->control(GET => 'requests') }
sub requests_clear ($self)    { return $self->control(DELETE => 'requests') }
sub journal ($self)           { return $self->control(GET => 'journal') }
sub journal_clear ($self)     { return $self->control(DELETE => 'journal') }

# Of Stripe: makes an event, delivers one; returns the event, what each delivery was answered with.
sub event ($self, %event)           { return $self->control(POST => 'events', \%event) }
sub deliver ($self, $event, %order) {
    return $self->control(POST => "events/$event->{id}", \%order);
}

sub reset ($self)             { return $self->control(POST => 'reset') }

# A call of the control API; returns the decoded answer.
sub control ($self, $method, $path, $data = undef) {
    my @body = defined $data ? (json => $data) : ();
    return $self->call($method, "/__sandbox/$path", {}, @body);
}

# A call of the service itself.
sub call ($self, $method, $path, $headers, @body) {
    my $ua  = $self->{ua}{$$} //= Mojo::UserAgent->new;
    my $res = $ua->start($ua->build_tx($method, $self->url . $path, $headers, @body))->result;
    croak "$self->{name}: $method $path: " . $res->code . ' ' . $res->body if !$res->is_success;
    return $res->json;
}

sub stop ($self) { return $self->{process}->stop(5) }

1;
