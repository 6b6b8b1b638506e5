package Headwater::Operator;

# The operator's command "headwater", run as an operator runs it.

use v5.36;
use Carp qw(croak);
use Headwater::Files qw(file_read);

# new(program => ..., config => FILE, log => FILE that gets its standard error,
#   [environment => { name => value }])
sub new ($class, %given) { return bless {%given}, $class }

# Runs one sub-command with --json; returns the decoded answer, dies with what it said if it failed.
sub run ($self, @arguments) {
    my ($status, $out, $err) = $self->try(@arguments, '--json');
    croak "headwater @arguments: exit $status\n$err$out" if $status != 0;
    return Mojo::JSON::decode_json($out);
}

# The command line of a sub-command.
sub command ($self, @arguments) {
    return ($self->{program}, '--config', $self->{config}, @arguments);
}

# Runs one sub-command; returns exit code, standard output and standard error.
sub try ($self, @arguments) {
    my $err_file = "$self->{log}.$$";
    my @command  = $self->command(@arguments);
    local %ENV = (%ENV, %{ $self->{environment} // {} });
    open my $out, '-|', 'sh', '-c', 'exec "$@" 2>"$0"', $err_file, @command
        or croak "cannot run headwater: $!";
    my $text = join '', <$out>;
    close $out;
    my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    my $err    = file_read($err_file);
    unlink $err_file;
    $self->log_add($err);
    return ($status, $text, $err);
}

sub log_add ($self, $text) {
    open my $log, '>>', $self->{log} or croak "$self->{log}: $!";
    print {$log} $text;
    close $log or croak "$self->{log}: $!";
    return;
}

1;
