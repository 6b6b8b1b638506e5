package Headwater::Daemon;

# headwaterd on a configuration of its own.

use v5.36;
use Carp qw(croak);
use Headwater::Files qw(file_write);
use Headwater::Process;
use IO::Socket::UNIX;

# new(dir => ..., program => ..., settings => { 'section.name' => value }, [outlive => 1],
#   [environment => { name => value }])
# Writes the configuration and the secrets; the operator's command needs them first.
sub new ($class, %given) {
    my $self = bless {%given}, $class;
    file_write("$self->{dir}/scrapebadger.key", "sb_lab_0123456789\n",      0600);
    file_write("$self->{dir}/stripe.key",       "sk_test_lab_0123456789\n", 0600);
    $self->{webhook_secret} = secret_make();
    file_write($self->webhook_secret_file, "$self->{webhook_secret}\n", 0600);
    $self->config_write;
    return $self;
}

# A signing secret as Stripe makes them.
sub secret_make () {
    open my $random, '<:raw', '/dev/urandom' or croak "cannot open /dev/urandom: $!";
    read $random, my $bytes, 24;
    return 'whsec_' . unpack 'H*', $bytes;
}

# Writes the configuration anew, with changed settings if given; "undef" takes one out.
sub config_write ($self, %changed) {
    my $settings = $self->{settings} = { $self->{settings}->%*, %changed };
    my %section;
    for my $name (sort grep { defined $settings->{$_} } keys %$settings) {
        my ($section, $option) = split /\./, $name, 2;
        $section{$section} .= "$option = $settings->{$name}\n";
    }
    file_write($self->config, join "\n", map { "[$_]\n$section{$_}" } sort keys %section);
    return;
}

sub config ($self)  { return "$self->{dir}/headwater.conf" }
sub socket ($self)  { return "$self->{dir}/app.sock" }
sub process ($self) { return $self->{process} }

# The secret with which Stripe signs its events; the settings may name its file.
sub webhook_secret ($self)      { return $self->{webhook_secret} }
sub webhook_secret_file ($self) { return "$self->{dir}/stripe-webhook.secret" }

# The socket of quick requests; the main one if there is no other.
sub quick_socket ($self) {
    my $path = $self->{settings}{'server.quick_socket'};
    return $path eq '' ? $self->socket : $path;
}

sub start ($self) {
    $self->{process} = Headwater::Process->start(
        name    => 'headwaterd',
        command => [$self->{program}, '--config', $self->config],
        log     => "$self->{dir}/headwaterd.log",
        outlive => $self->{outlive},
        environment => $self->{environment},
    );
    $self->{process}->wait_until_ready(20,
        sub { -S $self->quick_socket && IO::Socket::UNIX->new(Peer => $self->quick_socket) });
    return $self;
}

# Ids of the workers that live now.
sub workers ($self) {
    my $pid = $self->{process}->pid;
    open my $in, '<', "/proc/$pid/task/$pid/children" or return;
    return split ' ', <$in> // '';
}

# Complaints: how it ended, and what its log must never hold.
sub stop ($self) {
    return if !$self->{process};
    my @complaints = $self->{process}->stop(40);
    my $status     = $self->{process}->exit_status;
    push @complaints, "headwaterd ended with status $status" if $status != 0;
    return @complaints;
}

1;
