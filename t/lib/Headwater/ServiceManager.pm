package Headwater::ServiceManager;

# Stands for systemd as far as sd_notify(3) goes: a socket that a service tells how it is.

use v5.36;
use Carp qw(croak);
use Headwater::Wait qw(wait_for);
use IO::Select;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);

# new($dir, watchdog_s => 0.6)
sub new ($class, $dir, %given) {
    my $path   = "$dir/notify";
    my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path)
        or croak "cannot make $path: $!";
    my %environment = (NOTIFY_SOCKET => $path);
    $environment{WATCHDOG_USEC} = $given{watchdog_s} * 1e6 if $given{watchdog_s};
    return bless { socket => $socket, select => IO::Select->new($socket), told => [],
        environment => \%environment }, $class;
}

# For the service.
sub environment ($self) { return $self->{environment} }

# Waits for a message; false if it does not come. Those before it are kept.
sub wait_for_message ($self, $wanted) {
    return eval { wait_for($wanted, 10, sub { $self->find($wanted) }) };
}

sub find ($self, $wanted) {
    while ($self->{select}->can_read(0)) {
        $self->{socket}->recv(my $message, 4096);
        push $self->{told}->@*, $message;
        return 1 if $message eq $wanted;
    }
    return 0;
}

# True if nothing more is told for so long.
sub is_silent ($self, $seconds) {
    $self->told;
    return !$self->{select}->can_read($seconds);
}

# All that was told so far.
sub told ($self) {
    1 while $self->find('');
    return $self->{told}->@*;
}

1;
