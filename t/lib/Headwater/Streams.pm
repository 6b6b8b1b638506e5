package Headwater::Streams;

# What the tests of the API share: small bodies, the form every answer must have, and a look at
# everything that a request could have left behind.

use v5.36;
use Exporter qw(import);
use Test::More;

our @EXPORT_OK = qw(as_json handle_new pair_new body_new answer_refused answer_created rows_refuse
    rows_accept traces_take leaves_nothing answers_count);

my @TABLES = qw(tracked_account segment segment_label stream pair stream_slot billing);

# Test names may hold what the tests send.
binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

# A value as the name of a test.
sub as_json ($value) { return 'JSON ' . Mojo::JSON::to_json($value) }

# A handle that no other request of this test uses.
my $handles = 0;
sub handle_new ($prefix = 'acct') { return $prefix . ++$handles }

# A pair for a new account and an inline segment; undef takes a member out.
sub pair_new (%changed) {
    my %pair = (accountHandle => handle_new(), segment => { description => 'AI founders' });
    delete $pair{accountHandle} if exists $changed{accountId};
    delete $pair{segment}       if exists $changed{segmentId};
    return { %pair, %changed };
}

# The smallest body, with more or other fields.
sub body_new (%changed) { return { pairs => [pair_new()], %changed } }

# A refusal in the one envelope. Offenders are "pointer code" for each entry of details, or
# "?parameter code" for one of the query, in any order; without them, details are not compared.
# Returns the error object.
sub answer_refused ($what, $response, $status, $code, @offenders) {
    my $error = eval { $response->json->{error} } // {};
    subtest $what => sub {
        my $headers = $response->headers;
        is $response->code, $status, 'status' or diag $response->body;
        is $error->{code},  $code,   'code';
        is $headers->content_type,  'application/json', 'Content-Type';
        is $headers->cache_control, 'no-store',         'Cache-Control';
        like $headers->header('X-Request-Id'), qr/\A[0-9a-f]{32}\z/, 'X-Request-Id';
        is $headers->location, undef, 'no Location';
        is $error->{requestId}, $headers->header('X-Request-Id'), 'requestId';
        ok length $error->{message}, 'message';
        my @members = sort grep { $_ ne 'orphans' } keys %$error;
        is_deeply \@members, [qw(code details message requestId)], 'members';
        my @found = map { ($_->{pointer} // "?$_->{parameter}") . " $_->{code}" }
            $error->{details}->@*;
        is_deeply [sort @found], [sort @offenders], 'offenders' if @offenders;
        ok !(grep { join(',', sort keys %$_) !~ /\Acode,message,(?:pointer|parameter)\z/ }
                $error->{details}->@*),
            'each with place, code and message';
    };
    return $error;
}

# A stream was created; returns it.
sub answer_created ($what, $response, $status = 201) {
    my $stream = eval { $response->json } // {};
    my $ok = $response->code == $status
        && ($response->headers->location // '') eq "/v1/streams/" . ($stream->{id} // '-');
    ok $ok, $what or diag $response->code . ' ' . $response->body;
    return $stream;
}

# Each row is [what, changed fields, offenders...]: all refused for just these.
sub rows_refuse ($client, $base, @rows) {
    for my $row (@rows) {
        my ($what, $changed, @offenders) = @$row;
        my $body = ref $changed ? { $base->(), %$changed } : $changed;
        answer_refused($what, $client->post_stream($body), 400, 'validation_failed', @offenders);
    }
    return;
}

# Each row is [what, changed fields, fields of the answer]: all accepted, and read back the same.
sub rows_accept ($client, $base, @rows) {
    for my $row (@rows) {
        my ($what, $changed, $expected) = @$row;
        my $body   = ref $changed ? { $base->(), %$changed } : $changed;
        my $stream = answer_created($what, $client->post_stream($body));
        my %got    = map { $_ => $stream->{$_} } keys %$expected;
        is_deeply \%got, $expected, "$what: the answer";
        my $read = $client->get('/v1/streams/' . ($stream->{id} // 0))->json;
        is_deeply { map { $_ => $read->{$_} } keys %$expected }, $expected, "$what: read back";
    }
    return;
}

# How much there is of everything that a create can make, and what Stripe was made to change.
sub traces_take ($lab) {
    my $dbh  = $lab->dbh;
    my %rows = map { $_ => scalar $dbh->selectrow_array("SELECT COUNT(*) FROM $_") } @TABLES;
    $rows{streams_counted} =
        $dbh->selectrow_array('SELECT COALESCE(SUM(automated_streams), 0) FROM tracked_account');
    $rows{not_active} =
        $dbh->selectrow_array(q{SELECT COUNT(*) FROM tracked_account WHERE state <> 'active'});
    $rows{attempts} =
        $dbh->selectrow_array('SELECT COUNT(*) FROM billing WHERE attempt_key IS NOT NULL');
    $rows{paid} = grep { $_->{effective} } $lab->stripe->journal->@*;
    return \%rows;
}

# Runs something that must neither create nor cost anything.
sub leaves_nothing ($lab, $what, $run) {
    my $before = traces_take($lab);
    my @result = $run->();
    is_deeply traces_take($lab), $before, "$what: nothing was created or paid";
    return wantarray ? @result : $result[0];
}

# Answers counted by what they say: { '201' => 3, '400 stream_cap_exceeded' => 61 }.
sub answers_count (@responses) {
    my %count;
    for my $response (@responses) {
        my $code = $response && $response->code >= 400 && eval { $response->json->{error}{code} };
        $count{ !$response ? 'no answer' : $code ? $response->code . " $code" : $response->code }++;
    }
    return \%count;
}

1;
