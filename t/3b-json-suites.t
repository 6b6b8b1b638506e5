#!/usr/bin/perl
# JSONTestSuite and the Big List of Naughty Strings through the API: nothing but 2xx and 4xx, text
# stored and returned byte for byte, one line in the log for each request.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new answer_created answers_count);
use Headwater::Suites qw(json_suite naughty_strings);
use Test::More;

my $MAX_BYTES = 65536;

# First, so that nothing is started for a test that cannot run.
my @suite   = json_suite();
my @naughty = naughty_strings();

my $lab = Headwater::Lab->new;
my $client;
$lab->dbh->do('UPDATE tier SET stream_cap = 1000');

# Sends one and counts what came: the log must have as many lines in the end.
my $sent = 0;
sub post ($body, %headers) { $sent++; return $client->post_stream($body, %headers) }

# Another team: the new accounts of one team are not all paid for at once.
sub team_renew () { $client = $lab->client($lab->team); return }

# A known account and segment, new for each family because an account has room for 1000 streams.
my %pair;
sub pair_renew () {
    team_renew();
    my $stream = answer_created('a first stream', post({ pairs => [pair_new()] }));
    %pair = (accountId => $stream->{accounts}[0]{accountId},
        segmentId => $stream->{segments}[0]{segmentId});
    return;
}

sub bytes ($text) { utf8::encode($text); return $text }

team_renew();
subtest 'JSONTestSuite' => sub {
    my @must_fail = grep { $_->{name} =~ /^n_/ } @suite;
    my @must_pass = grep { $_->{name} =~ /^y_/ } @suite;
    is @must_fail, 188, '188 texts that are no JSON';
    is @must_pass, 95,  '95 texts that are';
    for my $case (@must_fail) {
        for my $text (bytes($case->{input}), '{"pairs":' . bytes($case->{input}) . '}') {
            my $response = post($text);
            $sent-- if length $text > $MAX_BYTES;
            my $right    = length $text > $MAX_BYTES ? '413 body_too_large' : '400 invalid_json';
            is_deeply answers_count($response), { $right => 1 }, $case->{name};
        }
    }
    # Valid JSON that the contract refuses, NUL and doubled members, and a number of 80 digits.
    my $refused = qr/\Ay_(?:object_duplicated_key(?:_and_value)?|object_escaped_null_in_key
        |string_null_escape|number_double_close_to_zero)\.json\z/x;
    for my $case (@must_pass) {
        my $right = $case->{name} =~ $refused ? '400 invalid_json' : '400 validation_failed';
        is_deeply answers_count(post(bytes($case->{input}))), { $right => 1 }, $case->{name};
    }
    for my $case (grep { $_->{name} =~ /^i_/ } @suite) {
        like +(keys answers_count(post(bytes($case->{input})))->%*)[0], qr/\A400/, $case->{name};
    }
};

# Accepted, or refused for what the client sent; returns the stream if accepted.
sub survives ($what, $response) {
    ok $response->code =~ /\A[24]/ && $response->json, $what
        or diag $response->code . ' ' . $response->body;
    return $response->code == 201 ? $response->json : undef;
}

sub naughty_each ($what, $make, $check = sub { }, $headers = sub { () }) {
    subtest $what => sub {
        my $accepted = 0;
        pair_renew();
        for my $i (0 .. $#naughty) {
            my $stream = survives("$what $i", post($make->($naughty[$i]),
                $headers->($naughty[$i])));
            $accepted++ if $stream;
            $check->($stream, $naughty[$i], "$what $i");
        }
        note "$what: $accepted of " . @naughty . ' were accepted';
    };
    return;
}

naughty_each('name', sub ($text) { +{ name => $text, pairs => [{%pair}] } },
    sub ($stream, $text, $what) {
        my $trimmed = $text =~ s/\A\s+|\s+\z//gru;
        my $legal   = length $trimmed >= 1 && length $trimmed <= 200 && $trimmed !~ /\p{Cc}/;
        is !!$stream, !!$legal, "$what: legal or not" or diag bytes($text);
        return if !$stream;
        my $read = $client->get("/v1/streams/$stream->{id}");
        $sent++;
        is $stream->{name}, $trimmed, "$what: as it was sent";
        is $read->json->{name}, $trimmed, "$what: read back";
    });

sub segment_column ($stream, $column) {
    return $lab->dbh->selectrow_array("SELECT HEX($column) FROM segment WHERE id = ?", undef,
        $stream->{segments}[0]{segmentId});
}

for my $field (qw(description name)) {
    naughty_each("segment.$field",
        sub ($text) { +{ pairs => [{ accountId => $pair{accountId},
            segment => { description => 'd', $field => $text } }] } },
        sub ($stream, $text, $what) {
            is !!$stream, !!1, "$what: is legal" if $text =~ /\S/ && $text !~ /\p{Cc}/
                && length $text <= 200;
            is segment_column($stream, $field), uc unpack('H*', bytes($text)),
                "$what: in the database"
                if $stream;
        });
}

my $handles = 0;
naughty_each('handle', sub ($text) { +{ pairs => [pair_new(accountHandle => $text)] } },
    sub ($stream, $text, $what) {
        is !!$stream, $text =~ /\A\@?\w{1,15}\z/a, "$what: legal or not" or diag bytes($text);
        team_renew() if $stream && ++$handles % 7 == 0;
    });

naughty_each('webhookUrl', sub ($text) { +{ webhookUrl => $text, pairs => [{%pair}] } },
    sub ($stream, $text, $what) { is $stream->{webhookUrl}, $text, $what if $stream });

naughty_each('csv to', sub ($text) { +{ csvEmailRecipients => { to => $text },
    pairs => [{%pair}] } },
    sub ($stream, $text, $what) { is_deeply $stream->{csvEmailRecipients}{to}, [$text],
        $what if $stream });

naughty_each('timezone', sub ($text) { +{ timezone => $text, pairs => [{%pair}] } },
    sub ($stream, $text, $what) { is $stream->{timezone}, $text, $what if $stream });

for my $part (qw(label category)) {
    naughty_each($part, sub ($text) {
        my %filters = $part eq 'label' ? (skill => [$text]) : ($text => ['Rust']);
        return { pairs => [{ accountId => $pair{accountId},
            segment => { description => 'd', appliedSearchFilters => {%filters} } }] };
    });
}

naughty_each('member', sub ($text) { +{ $text => 1, pairs => [{%pair}] } },
    sub ($stream, $text, $what) { is $stream, undef, "$what: an unknown field" });

# A header has no place for line ends and NUL.
naughty_each('Idempotency-Key', sub ($) { +{ pairs => [{%pair}] } }, sub (@) { },
    sub ($text) { ('Idempotency-Key' => bytes($text =~ tr/\r\n\0/   /r)) });

subtest 'the log' => sub {
    my @lines = grep { /"message":"request"/ } split /\n/, $lab->daemon->process->log_text;
    is scalar(@lines), $sent, 'one line for each request';
    is_deeply [grep { !eval { Mojo::JSON::decode_json($_) } } @lines], [], 'each is JSON';
    is_deeply [grep { /"status":5/ } @lines], [], 'no 5xx';
};

$lab->stop;
done_testing;
