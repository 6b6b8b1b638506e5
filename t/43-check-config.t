#!/usr/bin/perl
# headwaterd's command line: --check-config, --version, --help, and what it refuses.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Headwater::Files qw(file_read file_write);
use Test::More;

my $alone = Headwater::Alone->new(start => 0);
my $dir   = $alone->dir;

# Runs it; returns exit status, standard output, standard error.
sub try (@arguments) {
    my $status = system 'sh', '-c', 'exec "$@" >"$0/out" 2>"$0/err"', $dir, $alone->program,
        @arguments;
    return ($status >> 8, file_read("$dir/out"), file_read("$dir/err"));
}

sub refused ($what, $pattern) {
    my ($status, $out, $err) = try('--config', $alone->config, '--check-config');
    is($status, 1, "$what: exit status 1");
    like($err, $pattern, 'one sentence says why');
    is(($err =~ tr/\n//) . $out, '1', 'and nothing else is said');
    return;
}

my ($status, $out, $err) = try('--config', $alone->config, '--check-config');
is_deeply([$status, $err], [0, ''], 'a good configuration: exit status 0');
like($out, qr/\A\Q@{[$alone->config]}\E: [^\n]+\n\z/, 'and one line');
ok(!-e $alone->socket, 'no socket was made');

$alone->daemon->config_write('server.no_such' => 1);
refused('an unknown option', qr/headwater\.conf:\d+: .*no_such/);
$alone->daemon->config_write('server.no_such' => undef, 'server.workers' => 0);
refused('a number out of bounds', qr/workers/);
$alone->daemon->config_write('server.workers' => 4, 'headwater.log_level' => 'loud');
refused('an unknown log level', qr/log_level/);
$alone->daemon->config_write('headwater.log_level' => 'info', 'headwater.zoneinfo_dir' => $dir);
refused('no zone list', qr/tzdata/);
$alone->daemon->config_write('headwater.zoneinfo_dir' => undef);
for my $name (qw(scrapebadger stripe)) {
    my $secret = file_read("$dir/$name.key");
    chmod 0644, "$dir/$name.key";
    refused("a world-readable $name.key", qr/\Q$name.key\E/);
    unlink "$dir/$name.key";
    refused("no $name.key", qr/\Q$name.key\E.*No such file/);
    file_write("$dir/$name.key", $secret, 0600);
    unlike($err, qr/\Q$secret\E/, 'no secret is shown');
}
is((try('--config', $alone->config, '--check-config'))[0], 0, 'and all is well again');
$alone->daemon->config_write('stripe.webhook_secret_file' => "$dir/none.secret");
refused('no secret where the webhook\'s should be', qr/none\.secret.*No such file/);
$alone->daemon->config_write(
    'stripe.webhook_secret_file' => $alone->daemon->webhook_secret_file);
is((try('--config', $alone->config, '--check-config'))[0], 0, 'and with one all is well');

($status, $out) = try('--config', "$dir/none.conf");
is($status, 1, 'no configuration: it does not start');

($status, $out, $err) = try('--version');
like("$status $out$err", qr/\A0 headwaterd \d[\w.~+-]*\n\z/, '--version');
($status, $out, $err) = try('--help');
is_deeply([$status, $err], [0, ''], '--help');
like($out, qr/--$_\b/, "which tells of --$_") for qw(config check-config version help);

for my $arguments (['--no-such'], ['--config'], ['extra'], ['--version=1']) {
    ($status, $out, $err) = try(@$arguments);
    is("$status $out", '2 ', "@$arguments: exit status 2");
    like($err, qr/Try 'headwaterd --help'/, 'and a hint');
}

$alone->clear;
done_testing;
