package Sandbox::Launcher;

# Starts a double, waits until it listens, talks to its control API, stops it.
#
#   my $stripe = Sandbox::Launcher->start('stripe', $scratch_dir);
#   $stripe->control(POST => 'faults', { kind => 'drop' });
#   ... $stripe->url ...
#   $stripe->stop;                      # also done when $stripe goes out of scope

use strict;
use warnings;
use feature 'signatures';

use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use HTTP::Tiny;
use JSON::PP ();
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

my $HOME         = abs_path(dirname(__FILE__) . '/../..');
my $START_WAIT_S = 10;
my $STOP_WAIT_S  = 5;

# $name: scrapebadger or stripe. $dir gets NAME.port and NAME.log. $port 0 takes a free port.
sub start ($class, $name, $dir, $port = 0) {
    my $self = bless { name => $name, dir => $dir, owner => $$ }, $class;
    $self->{port_file} = "$dir/$name.port";
    unlink $self->{port_file};
    my $pid = fork // croak "fork: $!";
    $self->exec_double($port) if !$pid;
    $self->{pid} = $pid;
    $self->port_wait;
    return $self;
}

sub pid  ($self) { return $self->{pid} }
sub port ($self) { return $self->{port} }
sub url  ($self) { return "http://127.0.0.1:$self->{port}" }

# Calls /__sandbox/$path, with $data as JSON. Returns the decoded answer; croaks unless it is 200.
sub control ($self, $method, $path, $data = undef) {
    $self->{http} //= HTTP::Tiny->new(timeout => 10, proxy => undef, http_proxy => undef);
    my $json = JSON::PP->new->utf8->allow_nonref;
    my %options = defined $data ? (content => $json->encode($data)) : ();
    my $response = $self->{http}->request($method, $self->url . "/__sandbox/$path", \%options);
    croak "$self->{name}: $method $path: $response->{status} $response->{content}"
        if $response->{status} != 200;
    return $json->decode($response->{content});
}

# Ends the double and returns its exit status; undef if it was stopped before.
sub stop ($self) {
    my $pid = delete $self->{pid} // return;
    kill TERM => $pid;
    my $until = time + $STOP_WAIT_S;
    while (waitpid($pid, WNOHANG) == 0) {
        kill KILL => $pid if time > $until;
        sleep 0.005;
    }
    return $? >> 8 || $?;
}

sub DESTROY ($self) {
    local $?;
    $self->stop if $self->{owner} == $$;
    return;
}

sub exec_double ($self, $port) {
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>>', "$self->{dir}/$self->{name}.log";
    open STDERR, '>&', \*STDOUT;
    exec $^X, "$HOME/$self->{name}", '--listen', "127.0.0.1:$port",
        '--port-file', $self->{port_file}
        or POSIX::_exit(127);
}

sub port_wait ($self) {
    my $until = time + $START_WAIT_S;
    until (-e $self->{port_file}) {
        my $log = "see $self->{dir}/$self->{name}.log";
        if (waitpid($self->{pid}, WNOHANG) != 0) {
            delete $self->{pid};
            croak "$self->{name} did not start: $log";
        }
        croak "$self->{name} does not listen after $START_WAIT_S s: $log" if time > $until;
        sleep 0.005;
    }
    open my $in, '<', $self->{port_file} or croak "$self->{port_file}: $!";
    chomp($self->{port} = <$in>);
    return;
}

1;
