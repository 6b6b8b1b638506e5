#!/usr/bin/perl
# GET /metrics: what is counted is what has happened; it survives workers and reloads.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Metrics;
use Headwater::Wait qw(wait_for);
use Test::More;

# The monitoring's own requests are logged too, so that their end can be waited for.
my $lab = Headwater::Lab->new(workers => 4,
    config => { 'server.breaker_pause_ms' => 60_000, 'headwater.log_level' => 'debug' });
my $team   = $lab->team;
my $client = $lab->client($team);

# A worker counts a request when it has answered it, and then logs it.
sub counted ($response) {
    my $id = $response->headers->header('X-Request-Id');
    wait_for('the log line', 10,
        sub { file_read($lab->dir . '/headwaterd.log') =~ /"requestId":"$id"/ });
    return $response;
}

sub metrics () {
    my $response = counted($lab->client->get('/metrics'));
    is($response->headers->content_type, 'text/plain; version=0.0.4; charset=utf-8', 'type');
    return Headwater::Metrics->new($response->body);
}

# What a block of code adds to each sample that it changes.
sub added_by ($code) {
    my $before = metrics();
    $code->();
    my $after = metrics();
    return sub ($sample) { return $after->value($sample) - $before->value($sample) };
}

sub create ($handle) {
    my $pair = { accountHandle => $handle, segment => { description => 'x' } };
    return counted($client->post_stream({ pairs => [$pair] }));
}

subtest 'before anything has happened' => sub {
    my $metrics = metrics();
    is($metrics->type($_), 'counter',   $_) for grep {/_total$/} $metrics->families;
    is($metrics->type($_), 'histogram', $_)
        for qw(headwater_request_seconds headwater_phase_seconds headwater_upstream_seconds);
    is($metrics->value('headwater_database_up'), 1, 'the database is up');
    for my $role (qw(main quick)) {
        is($metrics->value(qq(headwater_workers_wanted{role="$role"})), 2, "two of role $role");
        is($metrics->value(qq(headwater_workers{role="$role",state="ready"})), 2, 'which wait');
    }
    my $post = 'headwater_requests_total{route="/v1/streams"';
    is_deeply([sort map { /code="(.*)"/ } $metrics->samples(qr/^\Q$post\E/)], [
        qw(billing_unavailable handle_lookup_failed internal_error outcome_unknown overloaded)],
        'failures begin at 0, so that an alert sees the first of them; nothing else is there');
    is_deeply([$metrics->samples(qr/^headwater_build_info/)],
        ['headwater_build_info{version="' . version() . '"}'], 'the version');
};

sub version () { return $lab->client->get('/readyz')->json->{version} }

subtest 'a create' => sub {
    my $added = added_by(sub { is(create('metrics_a')->code, 201, 'created') });
    my $post  = 'route="/v1/streams"';
    is($added->(qq(headwater_requests_total{$post,status="201",code=""})), 1, 'one request');
    is($added->(qq(headwater_request_seconds_count{$post})),             1, 'its time');
    is($added->(qq(headwater_request_seconds_bucket{$post,le="+Inf"})),  1, 'in the last bucket');
    cmp_ok($added->(qq(headwater_request_seconds_sum{$post})), '>', 0, 'and the sum');
    for my $phase (qw(authenticate read claim check look_up reserve bill finish answer)) {
        is($added->(qq(headwater_phase_seconds_count{phase="$phase"})), $phase eq 'authenticate'
            || $phase eq 'answer' ? 2 : 1, "phase $phase");
    }
    for my $service (qw(scrapebadger stripe)) {
        my $call = qq(service="$service",outcome="answered");
        is($added->("headwater_upstream_calls_total{$call}"), 1, "one call to $service");
        is($added->(qq(headwater_upstream_seconds_count{service="$service"})), 1, 'its time');
    }
};

subtest 'refusals' => sub {
    my $added = added_by(sub {
        is(counted($client->post_stream('{'))->code, 400, 'no JSON');
        is(counted($client->get('/v1/streams/999'))->code, 404, 'no stream');
        is(counted($client->get('/v1/nothing'))->code, 404, 'no route');
        is(create('missing_ann')->code, 404, 'no handle');
    });
    is($added->('headwater_requests_total{route="/v1/streams",status="400",code="invalid_json"}'),
        1, 'invalid_json');
    is($added->('headwater_requests_total{route="/v1/streams/{id}",status="404",code="not_found"}'),
        1, 'not_found');
    is($added->('headwater_requests_total{route="none",status="404",code="not_found"}'),
        1, 'outside of all routes');
    is($added->('headwater_requests_total{route="/v1/streams",status="404",'
        . 'code="handle_not_found"}'), 1, 'handle_not_found');
    is($added->('headwater_upstream_calls_total{service="scrapebadger",outcome="refused"}'), 1,
        'the look-up was refused');
};

subtest 'a dry run' => sub {
    my $pair  = { accountHandle => 'metrics_a', segment => { description => 'x' } };
    my $added = added_by(sub {
        is(counted($client->validate_stream({ pairs => [$pair] }))->code, 200, 'fine');
    });
    my $dry = 'route="/v1/streams?validateOnly"';
    is($added->(qq(headwater_requests_total{$dry,status="200",code=""})), 1, 'is counted apart');
    is($added->(qq(headwater_request_seconds_count{$dry})), 1, 'and so is its time');
    is($added->('headwater_request_seconds_count{route="/v1/streams"}'), 0, 'as no create');
};

subtest 'a key that is refused' => sub {
    $lab->scrapebadger->fault(kind => 'unauthorized', times => 1);
    my $added = added_by(sub { is(create('metrics_key')->code, 503, 'refused') });
    is($added->('headwater_upstream_calls_total{service="scrapebadger",outcome="denied"}'), 1,
        'is no refusal like others');
    is($added->('headwater_requests_total{route="/v1/streams",status="503",'
        . 'code="handle_lookup_failed"}'), 1, 'handle_lookup_failed');
};

subtest 'a cap' => sub {
    $lab->dbh->do("UPDATE tier SET stream_cap = 1 WHERE tier = 'starter'");
    my $added = added_by(sub { is(create('metrics_a')->code, 400, 'refused') });
    is($added->('headwater_cap_refusals_total'), 1, 'one account had no room');
    $lab->dbh->do("UPDATE tier SET stream_cap = 3 WHERE tier = 'starter'");
};

subtest 'Stripe is silent for a moment' => sub {
    $lab->billing_rest;
    $lab->stripe->fault(kind => 'drop', times => 1, match => $team->{items}{starter});
    my $added = added_by(sub { is(create('metrics_b')->code, 201, 'created in the end') });
    cmp_ok($added->('headwater_upstream_calls_total{service="stripe",outcome="silent"}'), '>=', 1,
        'the call that failed');
    cmp_ok($added->('headwater_retries_total{what="billing"}'), '>=', 1, 'and was made again');
};

# Waits until there are four others.
sub workers_replace (@before) {
    my %before = map { $_ => 1 } @before;
    return wait_for('new workers', 10, sub {
        my @now = $lab->daemon->workers;
        return @now == 4 && !grep { $before{$_} } @now;
    });
}

subtest 'they survive' => sub {
    my $created = 'headwater_requests_total{route="/v1/streams",status="201",code=""}';
    my $before  = metrics()->value($created);
    my @workers = $lab->daemon->workers;
    kill KILL => @workers;
    workers_replace(@workers);
    my $after = metrics();
    is($after->value($created), $before, 'workers that are killed');
    is($after->value('headwater_process_deaths_total{how="crashed"}'), 4, 'whose end is counted');
    @workers = $lab->daemon->workers;
    $lab->daemon->process->signal('HUP');
    workers_replace(@workers);
    is(metrics()->value($created), $before, 'a reload');
};

subtest 'what the reconciler has done' => sub {
    my $added = added_by(sub { $lab->operator->run('reconcile', '--once') });
    is($added->('headwater_reconciler_passes_total'), 1, 'a pass, though by another process');
    cmp_ok($added->('headwater_quantities_audited_total'), '>=', 1, 'and what it compared');
    $lab->stripe->control(POST => "subscriptions/$team->{subscription}",
        { items => [{ id => $team->{items}{starter}, quantity => 77 }] });
    $added = added_by(sub { $lab->operator->run('reconcile', '--once') });
    is($added->('headwater_quantities_drifted_total'), 1, 'a drift');
    my $last = metrics()->value('headwater_reconciler_last_pass_timestamp_seconds');
    cmp_ok(abs($last - time), '<', 60, 'and when the last pass ended');
};

subtest 'pending streams' => sub {
    is(metrics()->value('headwater_pending_streams'), 0, 'none');
    my ($id) = $lab->dbh->selectrow_array('SELECT MIN(id) FROM stream');
    $lab->dbh->do("UPDATE stream SET status = 'pending' WHERE id = $id");
    my $metrics = metrics();
    is($metrics->value('headwater_pending_streams'), 1, 'one');
    my $oldest = $metrics->value('headwater_pending_stream_oldest_timestamp_seconds');
    cmp_ok(abs($oldest - time), '<', 300, 'since when');
    $lab->dbh->do("UPDATE stream SET status = 'active' WHERE id = $id");
};

subtest 'without a database' => sub {
    $lab->database->process->freeze;
    my $metrics = metrics();
    $lab->database->process->thaw;
    is($metrics->value('headwater_database_up'), 0, 'it says so');
    ok(!$metrics->has('headwater_pending_streams'), 'and leaves out what only the database knows');
};

$lab->stop(allow => qr/worker died/);
done_testing;
