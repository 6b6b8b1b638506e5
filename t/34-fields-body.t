#!/usr/bin/perl
# The body as a whole: its name field, unknown and doubled members, all faults at once.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams
    qw(as_json pair_new answer_refused answer_created rows_refuse rows_accept leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $client = $lab->client($lab->team);
$lab->dbh->do(q{UPDATE tier SET stream_cap = 1000 WHERE tier = 'pro'});
my $first = answer_created('a first stream',
    $client->post_stream({ pairs => [pair_new(accountTier => 'pro')] }));
my %pair = (accountId => $first->{accounts}[0]{accountId},
    segmentId => $first->{segments}[0]{segmentId});
my $base = sub { return (pairs => [{%pair}]) };
my $json = Mojo::JSON::encode_json([{%pair}]);

subtest 'name' => sub {
    my $e   = "e\x{301}";
    my $row = sub ($what, $sent, $got = $sent) { [$what, { name => $sent }, { name => $got }] };
    rows_accept($client, $base,
        $row->('one letter',    'x'),
        $row->('200 letters',   'x' x 200),
        $row->('200 emoji',     '🚀' x 200),
        $row->('100 letters with combining accents', $e x 100),
        $row->('trimmed',       "  a  b \t\n", 'a  b'),
        $row->('trimmed by Unicode', "\x{3000}\x{a0}a\x{2009}", 'a'),
        $row->('200 once trimmed', '   ' . 'x' x 200 . '   ', 'x' x 200),
        $row->('quotes and slashes', q{"'\\/<>&;--}),
        $row->('right to left', 'שלום مرحبا'),
        $row->('joined emoji', "👩\x{200d}👩\x{200d}👧"),
        $row->('no text',       'null'),
        $row->('beyond the BMP', "\x{10ffff}\x{1f600}"));
    is $client->post_stream({ $base->(), name => undef })->json->{name},
        $first->{name} =~ s/ · .*//r
        . " · \@$first->{accounts}[0]{handle}", 'null is absent: derived';
    rows_refuse($client, $base,
        ['empty',         { name => '' },              '/name min_length'],
        ['blank',         { name => " \t\n\x{2003}" }, '/name min_length'],
        ['201 letters',   { name => 'x' x 201 },       '/name max_length'],
        ['201 emoji',     { name => '🚀' x 201 },      '/name max_length'],
        (map { [sprintf('U+%04X', $_), { name => 'a' . chr($_) . 'b' }, '/name pattern'] }
            1, 9, 10, 13, 27, 31, 127, 128, 0x9f),
        (map { [as_json($_), { name => $_ }, '/name type'] } 0, 1.5, Mojo::JSON::true(), [], {}));
};

subtest 'unknown fields' => sub {
    rows_refuse($client, $base,
        ['one',              { foo => 1 },         '/foo unknown_field'],
        ['null',             { foo => undef },     '/foo unknown_field'],
        ['a name of ours in another case', { Name => 'x' }, '/Name unknown_field'],
        ['a pair field on top', { accountHandle => 'x' }, '/accountHandle unknown_field'],
        ['an answer field',  { id => 1, status => 'active' }, '/id unknown_field',
            '/status unknown_field'],
        ['a prototype',      { __proto__ => {} },  '/__proto__ unknown_field'],
        ['a path',           { 'a/~' => 1 },       '/a~1~0 unknown_field'],
        ['not ASCII',        { 'ä' => 1 },         '/ä unknown_field'],
        ['nested deeply',    { x => [[[{ y => 1 }]]] }, '/x unknown_field']);
};

subtest 'doubled members' => sub {
    my %texts = (
        'on top'       => qq({"pairs":$json,"name":"a","name":"a"}),
        'of nulls'     => qq({"pairs":$json,"name":null,"name":null}),
        'by an escape' => qq({"pairs":$json,"name":"a","n\\u0061me":"b"}),
        'pairs'        => qq({"pairs":$json,"pairs":$json}),
        'unknown ones' => qq({"pairs":$json,"x":1,"x":2}),
        'in a pair'    => q({"pairs":[{"accountHandle":"a","accountHandle":"b","segmentId":1}]}),
        'in a segment' => q({"pairs":[{"accountHandle":"a","segment":{"description":"a",)
            . q("description":"a"}}]}),
        'in filters' => q({"pairs":[{"accountHandle":"a","segment":{"description":"a",)
            . q("appliedSearchFilters":{"skill":["Rust"],"skill":["Go"]}}}]}),
        'in CSV mail' => qq({"pairs":$json,"csvEmailRecipients":{"to":"a\@b.co","to":"a\@b.co"}}),
    );
    for my $what (sort keys %texts) {
        my $response = leaves_nothing($lab, $what, sub { $client->post_stream($texts{$what}) });
        answer_refused($what, $response, 400, 'invalid_json');
    }
};

subtest 'a body that is no object' => sub {
    for my $text ('[]', '"x"', '1', 'true', 'null', "[$json]") {
        answer_refused("the body $text", $client->post_stream($text), 400, 'validation_failed',
            ' type');
    }
};

subtest 'all at once' => sub {
    my %bad = (
        name => '', pairs => [{ accountHandle => 'a b', segmentId => 0 }, 5,
            { accountId => 1, accountHandle => 'b', accountTier => 'gold',
                segment => { name => 5, foo => 1 } }],
        syncTimes => ['09:15', '09:17', 'x'], timezone => 'Mars', autoEnrichLinkedin => 'yes',
        autoEnrichEmail => 1, emailMode => 'all', emailDigestOverride => 'hourly',
        telegramOverride => 'on', deliveryDestination => 'webhook', webhookUrl => 'http://x',
        csvEmailRecipients => { to => 'x' }, foo => 1,
    );
    my @offenders = ('/name min_length', '/pairs/0/accountHandle pattern',
        '/pairs/0/segmentId minimum',
        '/pairs/1 type', '/pairs/2 conflict', '/pairs/2/accountTier enum',
        '/pairs/2/segment/name type', '/pairs/2/segment/foo unknown_field',
        '/pairs/2/segment/description required', '/syncTimes/1 slot', '/syncTimes/2 pattern',
        '/timezone timezone', '/autoEnrichLinkedin type', '/autoEnrichEmail type',
        '/emailMode enum',
        '/emailDigestOverride enum', '/telegramOverride type', '/deliveryDestination enum',
        '/webhookUrl url', '/csvEmailRecipients/to email', '/foo unknown_field');
    my $response = leaves_nothing($lab, 'all', sub { $client->post_stream(\%bad) });
    my $error    = answer_refused('every offender is named', $response, 400, 'validation_failed',
        @offenders);
    is $error->{message}, @offenders . ' fields are invalid.', 'and counted';
    my $one = $client->post_stream({ $base->(), foo => 1 })->json->{error};
    is $one->{message}, '1 field is invalid.', 'one is one';
    my %many = map { ("field$_" => 1) } 1 .. 1000;
    is $client->post_stream({ $base->(), %many })->json->{error}{details}->@*, 1000,
        'a thousand offenders';
};

$lab->stop;
done_testing;
