package Headwater::Alone;

# headwaterd with nothing around it: no database, no doubles, no nginx. It refuses every request,
# but it does refuse it, and that is all that tests of processes and sockets need.

use v5.36;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use Headwater::Daemon;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Requirement;
use Headwater::Wait qw(wait_for);
use Test::More ();

my $TOP = abs_path(dirname(__FILE__) . '/../../..');

# new([workers => 4], [config => { 'server.kill_ms' => 1000 }], [environment => {...}],
#   [start => 0])
sub new ($class, %given) {
    my $self = bless { workers => 4, start => 1, config => {}, %given }, $class;
    $self->{program} = ($ENV{HW_BUILDDIR} // $TOP) . '/headwaterd';
    Headwater::Requirement::missing('headwaterd') if !-x $self->{program};
    $self->{dir}    = tempdir('hw.XXXXXX', DIR => '/tmp');
    $self->{daemon} = Headwater::Daemon->new(
        dir      => $self->{dir},
        program  => $self->{program},
        settings => { $self->settings, $self->{config}->%* },
        environment => $self->{environment},
    );
    $self->start if $self->{start};
    return $self;
}

sub settings ($self) {
    return (
        'headwater.sandbox'      => 'yes',
        'server.socket'          => "$self->{dir}/app.sock",
        'server.quick_socket'    => "$self->{dir}/quick.sock",
        'server.workers'         => $self->{workers},
        'reconcile.every_s'      => 0,
        'server.backlog'         => 256,
        'database.defaults_file' => "$self->{dir}/none.cnf",
        'scrapebadger.url'       => 'http://127.0.0.1:9',
        'scrapebadger.key_file'  => "$self->{dir}/scrapebadger.key",
        'stripe.url'             => 'http://127.0.0.1:9',
        'stripe.key_file'        => "$self->{dir}/stripe.key",
    );
}

sub start ($self) {
    $self->{daemon}->start;
    $self->wait_for_generation(1);
    return;
}

sub dir ($self)     { return $self->{dir} }
sub program ($self) { return $self->{program} }
sub daemon ($self)  { return $self->{daemon} }
sub config ($self)  { return $self->{daemon}->config }
sub socket ($self)  { return $self->{daemon}->socket }
sub process ($self) { return $self->{daemon}->process }
sub pid ($self)     { return $self->process->pid }
sub workers ($self) { return $self->{daemon}->workers }

# The socket that all workers serve.
sub quick_socket ($self) { return $self->{daemon}->quick_socket }

# One request on the socket that all workers serve; its answer, or undef if there was none.
sub call ($self, $params = {}, $body = '') {
    return fastcgi_call($self->quick_socket, $params, $body);
}

# True if a request gets an answer of its own, whatever the answer.
sub answers ($self) {
    my $answer = $self->call;
    return $answer && $answer->{status} < 500;
}

# The log's lines that match.
sub logged ($self, $pattern) {
    return grep { $_ =~ $pattern } split /\n/, $self->process->log_text;
}

# Waits until the generation with this number serves: 1 after the start, one more by each reload.
sub wait_for_generation ($self, $number) {
    return wait_for("generation $number", 20,
        sub { $self->logged(qr/"message":"ready","generation":$number,/) });
}

# Waits until so many workers live, none of them among @others.
sub wait_for_workers ($self, $count, @others) {
    my %other = map { $_ => 1 } @others;
    return wait_for("$count workers", 20, sub {
        my @now = $self->workers;
        return @now == $count && !grep { $other{$_} } @now;
    });
}

# Stops it and checks that it ended well and left nothing behind.
sub stop ($self) {
    my @complaints = $self->{daemon}->stop;
    push @complaints, map { "$_ is still there" } grep { -e } $self->socket, $self->quick_socket;
    Test::More::is("@complaints", '', 'it stops cleanly');
    $self->clear;
    return;
}

# Removes the scratch folder, unless something failed.
sub clear ($self) {
    remove_tree($self->{dir}) if Test::More->builder->is_passing && !$ENV{HW_KEEP};
    return;
}

1;
