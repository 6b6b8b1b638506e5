package Headwater::CommitProxy;

# A proxy between headwaterd and MariaDB that spoils COMMITs: each one takes the next word of the
# plan.
#
#   pass          it goes through, as it does when the plan is used up
#   cut_before    the connection is cut, and MariaDB never gets it
#   cut_after     MariaDB commits, and the connection is cut before its answer
#   delay SECONDS it arrives late, whether or not anybody still waits for it
#
#   my $lab   = Headwater::Lab->new(parts => ['database', 'doubles']);
#   my $proxy = Headwater::CommitProxy->start($lab);    # and then the rest of the laboratory
#   $proxy->plan('pass', 'cut_before');
#   ...
#   $lab->stop;
#   $proxy->stop;

use v5.36;
use Headwater::Files qw(file_read file_write);
use Headwater::Process;

# The packet of a COMMIT: 7 bytes, number 0, command 3 (query).
# https://mariadb.com/kb/en/0-packet/ and https://mariadb.com/kb/en/com_query/
my $COMMIT = "\x07\0\0\0\x03COMMIT";

# Puts the proxy into the way of headwaterd and starts what is left of the laboratory.
sub start ($class, $lab) {
    my $dir   = $lab->dir;
    my $self  = bless { plan_file => "$dir/commits.plan" }, $class;
    my $real  = $lab->database->socket;
    my $proxy = "$dir/proxy.sock";
    $self->plan;
    $self->{process} = Headwater::Process->start(
        name    => 'proxy',
        command => [$^X, (map {"-I$_"} @INC), "-M$class", '-e', "$class->serve(\@ARGV)", $proxy,
            $real, $self->{plan_file}],
        log     => "$dir/proxy.log",
    );
    $self->{process}->wait_until_ready(10, sub { -S $proxy });
    my $file = $lab->database->defaults_file;
    file_write($file, file_read($file) =~ s/^socket = \K.*$/$proxy/mr, 0600);
    $lab->daemon_start;
    $lab->nginx_start;
    return $self;
}

# What becomes of the next COMMITs, one word for each; without any, all pass.
sub plan ($self, @words) {
    file_write($self->{plan_file}, join '', map {"$_\n"} @words);
    return;
}

# The words that no COMMIT has taken yet.
sub left ($self) { return split /\n/, file_read($self->{plan_file}) }

# Complaints, as Headwater::Process has them.
sub stop ($self) { return $self->{process}->stop(5) }

# The program itself.
sub serve ($class, $listen, $real, $plan_file) {
    require Mojo::IOLoop;
    my $self = bless { real => $real, plan_file => $plan_file }, $class;
    Mojo::IOLoop->server({ path => $listen } => sub ($loop, $near, $) { $self->join_up($near) });
    Mojo::IOLoop->start;
    return;
}

# One connection of headwaterd and its own to MariaDB, which speaks first.
sub join_up ($self, $near) {
    my $link = { near => $near };
    $near->timeout(0);
    $near->on(read => sub ($, $bytes) { $self->forward($link, $bytes) });
    $near->on(close => sub ($) {
        $link->{is_left} = 1;
        $link->{far}->close if $link->{far} && !$link->{is_late};
    });
    Mojo::IOLoop->client({ path => $self->{real} } => sub ($loop, $error, $far) {
        return $near->close if $error;
        $link->{far} = $far;
        $far->timeout(0);
        $far->on(read => sub ($, $bytes) { answer($link, $bytes) });
        $far->on(close => sub ($) { $near->close });
    });
    return;
}

sub forward ($self, $link, $bytes) {
    my $word = $bytes eq $COMMIT ? $self->word_take : 'pass';
    return $link->{near}->close if $word eq 'cut_before';
    $link->{is_cut} = 1 if $word eq 'cut_after';
    return $link->{far}->write($bytes) if $word !~ /^delay (\S+)/;
    $link->{is_late} = 1;
    Mojo::IOLoop->timer($1 => sub ($) { $link->{far}->write($bytes) });
    return;
}

sub answer ($link, $bytes) {
    $link->{is_late} = 0;
    return $link->{far}->close  if $link->{is_left};
    return $link->{near}->close if $link->{is_cut};
    $link->{near}->write($bytes);
    return;
}

sub word_take ($self) {
    my ($word, @left) = $self->left;
    $self->plan(@left);
    return $word // 'pass';
}

1;
