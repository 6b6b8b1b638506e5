#!/usr/bin/perl
# What an operator's monitoring asks: /healthz, and /readyz with the reasons when something is
# missing.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::FastCGI;
use Headwater::Lab;
use Headwater::Wait qw(wait_for);
use Mojo::JSON qw(encode_json);
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
    is($json->{status}, 'fail', "$what: the whole fails") if $status eq 'fail';
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

# A create as nginx would pass it on, whose answer is not waited for.
sub create_begin ($key, $handle) {
    my $body = encode_json(
        { pairs => [{ accountHandle => $handle, segment => { description => 'x' } }] });
    my $peer = Headwater::FastCGI->connect($lab->daemon->socket);
    $peer->send_request({ REQUEST_METHOD => 'POST', DOCUMENT_URI => '/v1/streams',
        CONTENT_TYPE => 'application/json', CONTENT_LENGTH => length $body, API_KEY => $key },
        $body);
    return $peer;
}

# As many creates at once as there are workers for them; the quick ones answer the question.
subtest 'workers that are busy' => sub {
    $lab->scrapebadger->fault(match => 'busy_', delay_ms => 3000, times => undef);
    my $key   = $lab->team->{key};
    my @peers = map { create_begin($key, "busy_$_") } 1, 2;
    check_becomes('none is free', 'workers', 'warn',
        qr/\A4 of 4 workers are there; of those for creates 0 are free\z/);
    is_deeply([map { $_->read_answer->{status} } @peers], [201, 201], 'the creates succeed');
    check_becomes('they are free again', 'workers', 'pass');
};

subtest 'a database that is gone' => sub {
    my $database = $lab->database;
    $database->process->freeze;
    my $response = $nobody->get('/readyz');
    $database->process->thaw;
    is($response->code, 503, 'not ready');
    is($response->json->{checks}{database}[0]{status}, 'fail', 'and says so');
    is($nobody->get('/healthz')->code, 200, 'but alive');
    check_becomes('back again', 'database', 'pass');
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
    check_becomes('all are back', 'workers', 'pass');
};

# Ten crashes within a minute, and the dead stay away for five seconds each.
subtest 'workers that die' => sub {
    my $daemon = $lab->daemon;
    wait_for('too many crashes', 20, sub {
        kill KILL => $daemon->workers;
        return $daemon->process->log_text =~ /workers crash too often/;
    });
    wait_for('all to be there', 20, sub { (ready())[1]{checks}{workers}[0]{status} eq 'pass' });
    my ($left, @rest) = $daemon->workers;
    kill KILL => @rest;
    check_becomes('one of four is not enough', 'workers', 'fail', qr/\A1 of 4 workers are there/);
    check_becomes('they come back', 'workers', 'pass');
};

subtest 'the logs are not filled' => sub {
    unlike($lab->nginx->access_log, qr{/(?:healthz|readyz|metrics)"}, 'nginx');
    open my $log, '<', $lab->dir . '/headwaterd.log' or die $!;
    is_deeply([grep {m{"route":"/(?:healthz|readyz|metrics)","status":200}} <$log>], [], 'ours');
};

$lab->stop(allow => qr/worker died|ended with status/);
done_testing;
