#!/usr/bin/perl
# SIGHUP with a bad configuration, secret or zone list: it is logged, and nothing changes.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::FastCGI qw(fastcgi_call);
use Headwater::Files qw(file_write);
use Headwater::Wait qw(wait_for);
use Test::More;

my $alone   = Headwater::Alone->new;
my @workers = $alone->workers;
my $refused = 0;

sub reload_refused ($what, $why) {
    $refused++;
    $alone->process->signal('HUP');
    my $logged = sub { $alone->logged(qr/reload refused/) == $refused };
    ok(wait_for('the log', 5, $logged), "$what: refused");
    like(($alone->logged(qr/reload refused/))[-1], $why, 'the reason is logged');
    is_deeply([sort $alone->workers], [sort @workers], 'the workers are the same');
    ok($alone->answers, 'and serve');
    return;
}

$alone->daemon->config_write('server.workers' => 'many');
reload_refused('a bad option', qr/workers must be a whole number/);

$alone->daemon->config_write('server.workers' => 4, 'headwater.zoneinfo_dir' => '/nonexistent');
reload_refused('a missing zone list', qr{/nonexistent});

$alone->daemon->config_write('headwater.zoneinfo_dir' => undef);
chmod 0644, $alone->dir . '/stripe.key';
reload_refused('an open secret', qr/stripe\.key/);

unlink $alone->config;
reload_refused('no file', qr/No such file/);

chmod 0600, $alone->dir . '/stripe.key';
for my $option (qw(socket quick_socket)) {
    @workers = $alone->workers;
    my $before = $alone->logged(qr/needs a restart/);
    my $old    = $alone->$option;
    $alone->daemon->config_write("server.$option" => $alone->dir . '/other.sock');
    $alone->process->signal('HUP');
    ok($alone->wait_for_workers(4, @workers), 'once all is mended the next reload is taken');
    is($alone->logged(qr/needs a restart/), $before + 1, "another $option needs a restart: logged");
    ok(fastcgi_call($old), 'until then the old one serves');
    $alone->daemon->config_write("server.$option" => $old);
}

$alone->stop;
done_testing;
