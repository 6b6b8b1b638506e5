#!/usr/bin/perl
# POST /v1/stripe/events: what Stripe reports of a subscription is believed if it is signed, and
# then decides who may create. An event that comes again, late or out of order changes nothing.

use v5.36;
use Digest::SHA qw(hmac_sha256_hex);
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_refused answer_created leaves_nothing);
use Headwater::Wait qw(wait_for);
use Test::More;

my $PATH = '/v1/stripe/events';
my $S    = time - 1000;    # a second in which events were created; each subtest takes later ones

my $lab    = Headwater::Lab->new;
my $stripe = $lab->stripe;
my $secret = $lab->daemon->webhook_secret;
my $nobody = $lab->client;

# What the double needs to know to deliver an event.
my %to = (url => $lab->base_url . $PATH, ca_file => $lab->ca_file, secret => $secret);

sub status_of ($team) {
    return $lab->dbh->selectrow_array('SELECT subscription_status FROM team WHERE id = ?', undef,
        $team->{id});
}

# An event about a team's subscription, made by the double and not yet delivered.
sub event ($team, %event) {
    return $stripe->event(subscription => $team->{subscription}, %event);
}

# Delivers events one after the other; each is taken. Returns the team's status afterwards.
sub deliver ($team, @events) {
    for my $event (@events) {
        my ($answer) = $stripe->deliver($event, %to)->@*;
        is $answer->{status}, 200, "$event->{type}, $event->{data}{object}{status}: taken"
            or diag $answer->{body};
    }
    return status_of($team);
}

# A header over a body, by default as it should be.
sub sign ($body, %given) {
    my $time = $given{time} // time;
    return "t=$time," . join ',', map { 'v1=' . hmac_sha256_hex("$time.$body", $_) }
        ($given{secrets} // [$secret])->@*;
}

sub post ($body, $signature = sign($body), %headers) {
    return $nobody->request(POST => $PATH, $body, 'Stripe-Signature' => $signature, %headers);
}

sub received ($what, $response) {
    is $response->code, 200, $what or diag $response->body;
    is_deeply $response->json, { received => Mojo::JSON::true() }, 'says so';
    is $response->headers->content_type, 'application/json', 'in JSON';
    return;
}

# The log lines of headwaterd about events.
sub event_lines () {
    return grep { $_->{message} eq 'stripe event' }
        map { Mojo::JSON::decode_json($_) } split /\n/, $lab->daemon->process->log_text;
}

subtest 'a subscription lapses and comes back' => sub {
    my $team   = $lab->team;
    my $client = $lab->client($team);
    answer_created('while it is active', $client->post_stream(body_new()));
    is deliver($team, event($team, status => 'past_due')), 'past_due', 'stored';
    my $calls = $stripe->requests->{total};
    answer_refused('the next create', leaves_nothing($lab, 'lapsed',
        sub { $client->post_stream(body_new()) }), 403, 'subscription_required');
    is $stripe->requests->{total}, $calls, 'Stripe was not asked';
    is deliver($team, event($team, status => 'active')), 'active', 'paid again';
    answer_created('goes on', $client->post_stream(body_new()));
};

subtest 'every status, by update and by creation' => sub {
    my $team = $lab->team;
    for my $type (qw(updated created)) {
        for my $status (qw(trialing past_due unpaid paused incomplete active)) {
            my $event = event($team, status => $status, type => $type, created => ++$S);
            is deliver($team, $event), $status, "$type, $status";
        }
    }
};

subtest 'again and again' => sub {
    my $team  = $lab->team;
    my $event = event($team, status => 'unpaid', created => ++$S);
    my $answers = $stripe->deliver($event, %to, times => 3);
    is_deeply [map { $_->{status} } @$answers], [200, 200, 200], 'each is taken';
    is status_of($team), 'unpaid', 'stored';
    my $back = event($team, status => 'active', created => ++$S);
    is deliver($team, $back, $event, $back, $event), 'active', 'the older one is no news any more';
};

subtest 'out of order' => sub {
    my $team   = $lab->team;
    my $lapsed = event($team, status => 'past_due', created => ++$S);
    my $back   = event($team, status => 'active',   created => ++$S);
    is deliver($team, $back), 'active', 'the newer one first';
    is deliver($team, $lapsed), 'active', 'the older one changes nothing';
    my @line = grep { ($_->{event} // '') eq $lapsed->{id} } event_lines();
    is scalar(@line), 1, 'one log line';
    like $line[0]{outcome}, qr/older/, 'says why';
};

subtest 'two events of one second' => sub {
    my $team = $lab->team;
    my $second = ++$S;
    my $next   = ++$S;
    my $lapsed = event($team, status => 'past_due', created => $second);
    my $unpaid = event($team, status => 'unpaid',   created => $second);
    is deliver($team, $lapsed, $unpaid), 'unpaid', 'in order: the second goes on from the first';
    is deliver($team, $lapsed, $unpaid), 'unpaid', 'and so it stays';
    my $active = event($team, status => 'active',   created => $next);
    my $paused = event($team, status => 'paused',   created => $next);
    is deliver($team, $paused, $active), 'paused', 'the other way round: the first one is no news';
    is deliver($team, $active, $paused), 'paused', 'nor later';
};

subtest 'an update of something else in the same second' => sub {
    my $team  = $lab->team;
    my $other = event($team, created => ++$S);
    my $lapse = event($team, status => 'past_due', created => $S);
    my $more  = event($team, created => $S);
    is deliver($team, $lapse, $other), 'past_due', 'does not bring the old status back';
    is deliver($team, $more), 'past_due', 'nor does the one after it';
    my $next = event($team, created => ++$S);
    is deliver($team, $next), 'past_due', 'a later one confirms it';
    is deliver($team, $lapse), 'past_due', 'and is the newest';
};

subtest 'updates that do not say what they changed' => sub {
    my $team = $lab->team;
    my $older  = ++$S;
    my $second = ++$S;
    my $bare = sub ($status, $created) {
        my $event = event($team, status => $status, created => $created);
        delete $event->{data}{previous_attributes};
        received($status, post(Mojo::JSON::encode_json($event)));
        return status_of($team);
    };
    is $bare->($_, $second), $_, 'counts, in the order in which they come'
        for qw(past_due active unpaid);
    is $bare->('active', $older), 'unpaid', 'an older one does not';
};

subtest 'the end, dated before an update' => sub {
    my $team = $lab->team;
    my $end  = event($team, type => 'deleted', created => $S + 1);
    my $late = event($team, created => $S += 2);
    is deliver($team, $late), 'active', 'that came first';
    is deliver($team, $end), 'canceled', 'counts all the same';
};

subtest 'a new subscription, in one second' => sub {
    my $team    = $lab->team(status => 'incomplete');
    my $created = event($team, type => 'created', created => ++$S);
    my $active  = event($team, status => 'active', created => $S);
    is deliver($team, $active, $created), 'active', 'the creation comes last, and is no news';
    is deliver($team, $created, $active), 'active', 'again';
};

subtest 'the end' => sub {
    for my $same (1, 0) {
        my $team   = $lab->team;
        my $lapsed = event($team, status => 'past_due', created => ++$S);
        my $end    = event($team, status => 'canceled', created => $same ? $S : ++$S);
        my $after  = event($team, status => 'active',   created => $same ? $S : ++$S);
        is $end->{type}, 'customer.subscription.deleted', $same ? 'in one second' : 'later';
        is deliver($team, $lapsed, $end), 'canceled', 'stored';
        is deliver($team, $lapsed, $after), 'canceled', 'nothing follows it';
        answer_refused('no create', $lab->client($team)->post_stream(body_new()), 403,
            'subscription_required');
    }
    my $team    = $lab->team(status => 'incomplete');
    my $expired = event($team, status => 'incomplete_expired', created => ++$S);
    my $later   = event($team, status => 'active', created => ++$S);
    is deliver($team, $expired, $later), 'incomplete_expired', 'incomplete_expired is one too';
    my $typo = $lab->team(status => 'canceled');
    is deliver($typo, event($typo, status => 'active')), 'active',
        'but the word of the operator is not Stripe\'s';
};

subtest 'other teams are not touched' => sub {
    my ($one, $two) = ($lab->team, $lab->team);
    deliver($one, event($one, status => 'unpaid'));
    is status_of($two), 'active', 'the other team';
};

subtest 'what is no news for us' => sub {
    my $team   = $lab->team;
    my $before = $lab->dbh->selectall_arrayref('SELECT * FROM team');
    my %about  = (id => $team->{subscription}, status => 'unpaid');
    my $make   = sub ($type, %object) {
        return Mojo::JSON::encode_json({ id => 'evt_' . $type =~ tr/.//dr, type => $type,
            created => time, data => { object => { %about, %object } } });
    };
    my %body = (
        'another type'            => $make->('invoice.paid'),
        'a type without a status' => $make->('customer.subscription.trial_will_end'),
        'an unknown subscription' => $make->('customer.subscription.updated', id => 'sub_nobody'),
        'an unknown status'       => $make->('customer.subscription.updated', status => 'resting'),
        'an event of another form' => '{"type":"v1.x","object":"v2.core.event","created":"now"}',
    );
    for my $what (sort keys %body) {
        my $lines = event_lines();
        received($what, post($body{$what}));
        is scalar(event_lines()), $lines + 1, 'one log line';
    }
    is_deeply $lab->dbh->selectall_arrayref('SELECT * FROM team'), $before, 'nothing changed';
};

subtest 'signatures' => sub {
    my $team  = $lab->team;
    my $event = event($team, status => 'unpaid');
    my $body  = Mojo::JSON::encode_json($event);
    my $good  = sign($body);
    my ($t)   = $good =~ /t=(\d+)/;
    my %bad   = (
        'none'               => undef,
        'empty'              => '',
        'another secret'     => sign($body, secrets => ["${secret}x"]),
        'the secret cut'     => sign($body, secrets => [substr $secret, 6]),
        'another body'       => sign("$body "),
        'no time'            => $good =~ s/t=\d+,//r,
        'another time'       => 't=' . ($t - 1) . $good =~ s/t=\d+//r,
        'two times'          => "t=$t,$good",
        'only v0'            => $good =~ s/v1=/v0=/r,
        'capitals'           => $good =~ s/v1=(\w+)/'v1=' . uc $1/er,
        'cut'                => substr($good, 0, -1),
        'stale'              => sign($body, time => time - 302),
        'from the future'    => sign($body, time => time + 310),
        'the header twice'   => [$good, $good],
        'an API key instead' => undef,
    );
    for my $what (sort keys %bad) {
        my @key = $what =~ /API key/ ? (Authorization => "Bearer $team->{key}") : ();
        answer_refused($what, post($body, $bad{$what}, @key), 400, 'invalid_signature');
    }
    answer_refused('before JSON is looked at', post('{', sign('[')), 400, 'invalid_signature');
    my ($wrong) = $stripe->deliver($event, %to, secret => 'whsec_other')->@*;
    is $wrong->{status}, 400, 'the double with another secret';
    is status_of($team), 'active', 'nobody was believed';
    received('five minutes late', post($body, sign($body, time => time - 295)));
    is status_of($team), 'unpaid', 'is believed';
    my @secrets = ('whsec_old', $secret);
    received('two secrets', post($body, sign($body, secrets => \@secrets)));
    received('the other way round', post($body, sign($body, secrets => [reverse @secrets])));
    my ($two) = $stripe->deliver($event, %to, secrets => \@secrets)->@*;
    is $two->{status}, 200, 'and from the double';
    received('a key beside it', post($body, sign($body), Authorization => 'Bearer nonsense'));
    received('another type of content', post($body, sign($body), 'Content-Type' => 'text/plain'));
};

subtest 'no events' => sub {
    my $updated = '"type":"customer.subscription.updated"';
    for my $body ('', '{', 'null', '[]', '{}', '{"type":1}', "{$updated}", "{$updated,$updated}",
        qq({$updated,"created":1,"data":{"object":{"id":"sub_1"}}}), "\xff") {
        answer_refused("'$body'" =~ s/[^ -~]/?/gr, post($body), 400, 'invalid_json');
    }
};

subtest 'size' => sub {
    my $team = $lab->team;
    my $text = sub ($size) {
        my $json = Mojo::JSON::encode_json(event($team, status => 'paused', created => ++$S));
        return $json . ' ' x ($size - length $json);
    };
    received("$_ bytes", post($text->($_))) for 65537, 1_048_576;
    is status_of($team), 'paused', 'stored';
    my $large = $text->(1_048_577);
    answer_refused('one byte more', post($large), 413, 'body_too_large');
    answer_refused('elsewhere', $lab->client($team)->post_stream($text->(65537)), 413,
        'body_too_large');
};

subtest 'who asks' => sub {
    for my $method (qw(GET HEAD PUT PATCH DELETE OPTIONS TRACE)) {
        my $response = $nobody->request($method => $PATH);
        is $response->headers->header('Allow'), 'POST', "$method: Allow";
        is $response->code, 405, 'status' if $method eq 'HEAD';
        answer_refused($method, $response, 405, 'method_not_allowed') if $method ne 'HEAD';
    }
    for my $path ("$PATH/", "$PATH/x", "${PATH}x", '/v1/stripe', '/v1/stripe/', '/v1/stripe/event',
        '/v1/Stripe/events', '/v1/stripe/events%0A', '/v1/streams', '/v1/nothing', '/v1') {
        my $body = '{"type":"x"}';
        my $response = $nobody->request(POST => $path, $body, 'Stripe-Signature' => sign($body));
        answer_refused("$path wants a key", $response, 401, 'unauthorized');
    }
    received('the same path, written otherwise', $nobody->request(
        POST => '/v1//stripe/./events?x=1', '{"type":"x"}',
        'Stripe-Signature' => sign('{"type":"x"}')));
};

subtest 'the database is away' => sub {
    my $team  = $lab->team;
    my $event = event($team, status => 'past_due');
    my $fine  = sub { ($stripe->deliver($event, %to)->@*)[0]{status} == 200 };
    $lab->database->stop;
    my $response = post(Mojo::JSON::encode_json($event));
    answer_refused('Stripe is to send again', $response, 503, 'overloaded');
    $lab->database->process_start;
    $lab->dbh->do('USE ' . $lab->database->database);
    ok wait_for('the next time', 10, $fine), 'and is heard then';
    is status_of($team), 'past_due', 'stored';
};

subtest 'nothing secret in the logs' => sub {
    my $text = join '', map { file_read($_) } glob $lab->dir . '/*.log ' . $lab->dir . '/*/*.log';
    my ($key) = $secret =~ /whsec_(\w+)/;
    like $text, qr/"stripe event"/, 'the logs are there';
    unlike $text, qr/\Q$key\E/, 'no secret';
    unlike $text, qr/v1=/, 'no signature';
};

subtest 'no secret is configured' => sub {
    my $body = '{"type":"x"}';
    my %old  = map { $_ => 1 } $lab->daemon->workers;
    $lab->daemon->config_write('stripe.webhook_secret_file' => undef);
    $lab->daemon->process->signal('HUP');
    wait_for('the reload', 10, sub {
        my @workers = $lab->daemon->workers;
        return @workers && !grep { $old{$_} } @workers;
    });
    answer_refused('POST', post($body), 404, 'not_found') for 1 .. 8;
    answer_refused('GET', $nobody->get($PATH), 404, 'not_found');
    answer_refused('elsewhere', $nobody->get('/v1/nothing'), 401, 'unauthorized');
};

$lab->stop;
done_testing;
