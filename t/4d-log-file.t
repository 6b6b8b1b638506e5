#!/usr/bin/perl
# [headwater] log_file: the log goes there, anew once the file is moved away as logrotate does it,
# and a file that cannot be written refuses the reload and changes nothing.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Files qw(file_read);
use Headwater::Wait qw(wait_for);
use Test::More;

my $alone = Headwater::Alone->new(workers => 2, start => 0);
my $file  = $alone->dir . '/app.log';
my $ready = qr/"message":"ready","generation"/;

sub text () { return -e $file ? file_read($file) : '' }

sub wait_for_line ($what, $pattern) {
    return ok(eval { wait_for($what, 10, sub { text() =~ $pattern }) }, $what);
}

$alone->daemon->config_write('headwater.log_file' => $file);
$alone->daemon->start;
wait_for_line('the log is in the file', qr/$ready:1\b/);
is(sprintf('%04o', (stat $file)[2] & 07777), '0640', 'which others cannot read');
fastcgi_call($alone->socket);
wait_for_line('workers log there too', qr/"message":"request"/);

rename $file, "$file.1" or die "cannot rename: $!";
fastcgi_call($alone->socket);
wait_for_line('once it is moved away there is a new file, without a signal',
    qr/"message":"request"/);
is(scalar(() = file_read("$file.1") =~ /"message":"request"/g), 1, 'the old one is done');
rename $file, "$file.1" or die "cannot rename: $!";
$alone->process->signal('HUP');
wait_for_line('the master follows too', qr/$ready:2\b/);

$alone->daemon->config_write('headwater.log_file' => '/nonexistent/app.log');
$alone->process->signal('HUP');
wait_for_line('a file that cannot be written refuses the reload',
    qr{reload refused, nothing has changed: Cannot log to /nonexistent/app\.log});
ok(fastcgi_call($alone->socket), 'and requests are served as before');

$alone->daemon->config_write('headwater.log_file' => $file, 'server.workers' => 'many');
rename $file, "$file.2" or die "cannot rename: $!";
$alone->process->signal('HUP');
wait_for_line('a log that is moved away while the configuration is broken: the refusal is in the '
        . 'new one', qr/reload refused, nothing has changed: [^\n]*workers/);
my $number = () = text() =~ /"message":"request"/g;
fastcgi_call($alone->socket) for 1 .. 4;
ok(eval { wait_for('lines', 10,
    sub { (() = text() =~ /"message":"request"/g) == $number + 4 }) }, 'and so are the requests');
unlike(file_read("$file.2"), qr/nothing has changed: [^\n]*workers/, 'not in the old one');

$alone->daemon->config_write('headwater.log_file' => undef, 'server.workers' => 2);
$alone->process->signal('HUP');
$alone->wait_for_generation(5);
pass('without a file the log goes to standard error again');

$alone->stop;
done_testing;
