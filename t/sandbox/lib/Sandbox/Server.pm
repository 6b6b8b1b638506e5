package Sandbox::Server;

# The event loop both doubles run in: command line, listening, signals, and the hand-over of each
# request to the control API or to the service.
#
# A service is an object with serve($exchange), control_routes() and reset().

use strict;
use warnings;
use feature 'signatures';

use Getopt::Long qw(GetOptionsFromArray);
use Mojo::IOLoop;
use Mojo::Server::Daemon;
use Mojo::Transaction::HTTP;
use POSIX ();
use Sandbox::Control;
use Sandbox::Exchange;

my $USAGE = "usage: %s --listen 127.0.0.1:PORT [--port-file FILE]   (port 0 takes a free one)\n";

# Runs until SIGTERM or SIGINT. Exit codes: 0 stopped, 1 cannot listen, 2 wrong command line.
sub run ($class, $service, @argv) {
    my ($listen, $port_file) = command_line_read(@argv);
    my $control = Sandbox::Control->new($service);
    my $daemon = Sandbox::Server::Daemon->new(
        app                => Sandbox::Server::App->new,
        listen             => ["http://$listen"],
        silent             => 1,
        backlog            => 1024,
        max_clients        => 10_000,
        max_requests       => 1_000_000_000,
        inactivity_timeout => 0,
        keep_alive_timeout => 300,
    );
    $daemon->unsubscribe('request');
    $daemon->on(request => sub ($, $tx) { request_dispatch($service, $control, $tx) });
    eval { $daemon->start; 1 } or fail(1, "cannot listen on $listen: $@");
    my @watchers = signals_watch();
    port_file_write($port_file, $daemon->ports->[0]) if defined $port_file;
    Mojo::IOLoop->start;
}

sub request_dispatch ($service, $control, $tx) {
    my $exchange = Sandbox::Exchange->new($tx);
    my $target = index($exchange->path, '/__sandbox') == 0 ? $control : $service;
    $exchange->guard(sub { $target->serve($exchange) });
}

sub command_line_read (@argv) {
    my ($listen, $port_file);
    local $SIG{__WARN__} = sub { print STDERR "$0: ", @_ };
    my $ok = GetOptionsFromArray(\@argv, 'listen=s' => \$listen, 'port-file=s' => \$port_file);
    fail(2, sprintf $USAGE, $0) if !$ok || @argv || !defined $listen;
    fail(2, "--listen must be ADDRESS:PORT, got '$listen'")
        if $listen !~ /\A(\[[^\]]*\]|[^:]*):(\d{1,5})\z/ || $2 > 65535;
    my ($address, $port) = ($1, $2);
    fail(2, "--listen must name a loopback address (127.x.x.x or [::1]), got '$address'")
        if $address !~ /\A(?:127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|\[::1\])\z/;
    return ($listen, $port_file);
}

# EV runs perl's own %SIG handlers only when an event comes in, so with EV its watchers are used.
sub signals_watch {
    my $stop = sub { POSIX::_exit(0) };
    if (Mojo::IOLoop->singleton->reactor->isa('Mojo::Reactor::EV')) {
        return map { EV::signal($_, $stop) } qw(TERM INT);
    }
    $SIG{$_} = $stop for qw(TERM INT);
    return;
}

# A reader sees the whole number or no file.
sub port_file_write ($file, $port) {
    my $temporary = "$file.$$";
    open my $out, '>', $temporary or fail(1, "cannot write $temporary: $!");
    print {$out} "$port\n";
    close $out or fail(1, "cannot write $temporary: $!");
    rename $temporary, $file or fail(1, "cannot rename to $file: $!");
}

sub fail ($code, $message) {
    chomp $message;
    print STDERR "$0: $message\n";
    exit $code;
}

# Mojo's daemon without a Mojolicious application: the doubles need neither its router nor its
# start-up time.
package Sandbox::Server::Daemon;
use Mojo::Base 'Mojo::Server::Daemon', -signatures;

sub build_tx ($self) { return Mojo::Transaction::HTTP->new }

# What the daemon asks of its application: a place to register, and a log, here silent.
package Sandbox::Server::App;
use Mojo::Base -base, -signatures;

sub server ($self, @) { return $self }
sub log ($self)       { return $self }
sub error ($self, @)  { return $self }
sub trace ($self, @)  { return $self }

1;
