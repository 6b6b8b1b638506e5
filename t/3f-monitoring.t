#!/usr/bin/perl
# What an operator's monitoring asks: /healthz, /readyz with the reasons when something is missing,
# and who may ask.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Lab;
use Headwater::Wait qw(wait_for);
use Test::More;

my $lab    = Headwater::Lab->new(workers => 4, config => { 'reconcile.every_s' => 1 });
my $nobody = $lab->client;
my $dbh    = $lab->dbh;

sub ready () {
    my $response = $nobody->get('/readyz');
    return ($response, $response->json);
}

# The state of one check, once it is $status; the answer's code must fit.
sub check_becomes ($what, $check, $status, $pattern = undef) {
    my ($response, $json);
    my $is_there = eval {
        wait_for($what, 15, sub {
            ($response, $json) = ready();
            return $json && $json->{checks}{$check}[0]{status} eq $status;
        });
    };
    ok($is_there, $what) or diag $response->body;
    is($response->code, $json->{status} eq 'fail' ? 503 : 200, "$what: $json->{status}");
    like($json->{checks}{$check}[0]{output}, $pattern, "$what: the reason") if $pattern;
    return;
}

subtest 'health' => sub {
    my $response = $nobody->get('/healthz');
    is($response->code, 200, 'the process answers');
    is_deeply($response->json, { status => 'pass' }, 'and says no more');
    is($response->headers->content_type, 'application/health+json', 'by type');
    is($response->headers->cache_control, 'no-store', 'kept nowhere');
    is($nobody->request(HEAD => '/healthz')->code, 200, 'HEAD');
    my $post = $nobody->request(POST => '/healthz', '{}');
    is($post->code, 405, 'POST');
    is($post->headers->header('Allow'), 'GET, HEAD', 'Allow');
};

subtest 'all is ready' => sub {
    check_becomes('the first pass has ended', 'reconciler', 'pass');
    my ($response, $json) = ready();
    is($response->code, 200, 'ready');
    is_deeply([sort keys $json->{checks}->%*], [qw(database reconciler schema workers)], 'checks');
    is_deeply([grep { $_->[0]{output} } values $json->{checks}->%*], [], 'without reasons');
    like($json->{version}, qr/\A\d+\.\d+\.\d+\z/, 'with the version');
};

subtest 'a reconciler that is late, or was never there' => sub {
    $lab->daemon->config_write('reconcile.every_s' => 0);
    my @before = $lab->daemon->workers;
    $lab->daemon->process->signal('HUP');
    wait_for('new workers', 10, sub {
        my %now = map { $_ => 1 } $lab->daemon->workers;
        return keys %now == 4 && !grep { $now{$_} } @before;
    });
    $dbh->do('UPDATE reconciler SET pass_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR');
    check_becomes('late', 'reconciler', 'warn', qr/\Athe last pass ended 36\d\d s ago\z/);
    $dbh->do('UPDATE reconciler SET pass_at = NULL');
    check_becomes('never there', 'reconciler', 'warn', qr/\Ano pass has ended yet/);
    $dbh->do('UPDATE reconciler SET pass_at = UTC_TIMESTAMP(6)');
    check_becomes('there again', 'reconciler', 'pass');
};

subtest 'workers that are busy' => sub {
    my @stopped = (sort { $a <=> $b } $lab->daemon->workers)[0 .. 2];
    kill STOP => @stopped;
    kill CONT => @stopped;
    check_becomes('they go on', 'workers', 'pass');
};

subtest 'a schema that the program does not know' => sub {
    $dbh->do(q{INSERT INTO schema_migration (version, name, checksum, applied_at)
        VALUES (9999, '9999_future', REPEAT('x', 32), UTC_TIMESTAMP(6))});
    kill KILL => $lab->daemon->workers;
    check_becomes('new connections refuse it', 'schema', 'fail', qr/schema is newer/);
    my (undef, $json) = ready();
    is($json->{checks}{database}[0]{status}, 'pass', 'the database answers all the same');
    $dbh->do('DELETE FROM schema_migration WHERE version = 9999');
    check_becomes('mended', 'schema', 'pass');
};

subtest 'a database that is gone' => sub {
    my $database = $lab->database;
    $database->process->signal('STOP');
    my $response = $nobody->get('/readyz');
    $database->process->signal('CONT');
    is($response->code, 503, 'not ready');
    is($response->json->{checks}{database}[0]{status}, 'fail', 'and says so');
    is($nobody->get('/healthz')->code, 200, 'but alive');
    check_becomes('back again', 'database', 'pass');
};

subtest 'who may ask' => sub {
    for my $path (qw(/healthz /readyz /metrics)) {
        isnt($nobody->get($path)->code, 404, "this host: $path");
    }
    my $other = Headwater::Nginx->start(dir => $lab->dir . '/other', sources => 'nginx',
        cache => "$lab->{cache}", app_socket => $lab->daemon->socket,
        quick_socket => $lab->daemon->quick_socket, monitors => '127.0.0.9');
    my $client = Headwater::Client->new(base_url => $other->base_url, ca_file => $other->ca_file);
    for my $path (qw(/healthz /readyz /metrics)) {
        my $response = $client->get($path);
        is($response->code, 404, "another host: $path");
        is($response->json->{error}{code}, 'not_found', 'in the envelope');
    }
    is_deeply([$other->stop], [], 'nginx ends cleanly');
};

subtest 'the logs are not filled' => sub {
    unlike($lab->nginx->access_log, qr{/(?:healthz|readyz|metrics)"}, 'nginx');
    open my $log, '<', $lab->dir . '/headwaterd.log' or die $!;
    is_deeply([grep {m{"route":"/(?:healthz|readyz|metrics)","status":200}} <$log>], [], 'ours');
};

$lab->stop(allow => qr/worker died|ended with status/);
done_testing;
