#!/usr/bin/perl
# The fields of a pair: exactly one account, exactly one segment, and a tier beside a handle.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams
    qw(as_json pair_new handle_new answer_refused answer_created rows_refuse rows_accept);
use Test::More;

my $lab    = Headwater::Lab->new;
my $team   = $lab->team;
my $client = $lab->client($team);
$lab->dbh->do(q{UPDATE tier SET stream_cap = 1000 WHERE tier = 'pro'});

my $first   = answer_created('a first stream',
    $client->post_stream({ pairs => [pair_new(accountTier => 'pro')] }));
my $account = $first->{accounts}[0]{accountId};
my $segment = $first->{segments}[0]{segmentId};
my $known   = sub (@) { return () };

# One pair, changed; undef takes nothing out, it is sent as null.
sub pairs (%changed) { return { pairs => [pair_new(%changed)] } }

sub handles ($response) { return [map { $_->{handle} } $response->json->{accounts}->@*] }

subtest 'pairs itself' => sub {
    my @fifty = map { pair_new() } 1 .. 50;
    rows_refuse($client, $known,
        ['absent',     {},                               '/pairs required'],
        ['null',       { pairs => undef },               '/pairs required'],
        ['empty',      { pairs => [] },                  '/pairs min_items'],
        ['51 pairs',         { pairs => [@fifty, pair_new()] }, '/pairs max_items'],
        ['an object',  { pairs => {} },                  '/pairs type'],
        ['text',       { pairs => 'a' },                 '/pairs type'],
        ['a number in it', { pairs => [1, pair_new()] }, '/pairs/0 type'],
        ['null in it', { pairs => [pair_new(), undef] }, '/pairs/1 type'],
        ['an empty pair', { pairs => [{}] }, '/pairs/0 required', '/pairs/0 required'],
    );
    my $most = answer_created('50 pairs', $client->post_stream({ pairs => \@fifty }));
    is $most->{accounts}->@*, 50, 'fifty accounts';
    is $most->{pairs}->@*,    50, 'fifty pairs';
};

subtest 'legal handles' => sub {
    my %read = (
        'a'                                   => 'a',
        '_'                                   => '_',
        '0'                                   => '0',
        'A_1'                                 => 'a_1',
        'abcdefghijklmno'                     => 'abcdefghijklmno',
        '@Levelsio'                           => 'levelsio',
        'https://x.com/dhh'                   => 'dhh',
        'https://x.com/DHH_'                  => 'dhh_',
        'https://twitter.com/jasonfried'      => 'jasonfried',
        'https://twitter.com/abcdefghijklmn_' => 'abcdefghijklmn_',
    );
    for my $text (sort keys %read) {
        my $response = $lab->client($lab->team)->post_stream(pairs(accountHandle => $text));
        is $response->code, 201, $text or diag $response->body;
        is_deeply handles($response), [$read{$text}], "$text: the handle";
    }
};

subtest 'illegal handles' => sub {
    my @pattern = ('', '@', '@@a', 'abcdefghijklmnop', '@abcdefghijklmnop', 'a b', ' a', 'a ',
        "a\n",
        "\ta", 'a-b', 'a.b', 'ä', 'аpple', '＠a', 'a/', 'a?', 'http://x.com/a', 'https://x.com/',
        'https://x.com', 'https://x.com/@a', 'https://x.com/a/status/1', 'https://x.com/a?b=1',
        'https://x.com/a#b', 'https://www.x.com/a', 'https://x.com.evil.example/a',
        'https://evil.example/x.com/a', 'https://x.com:443/a', 'https://u@x.com/a', 'x.com/a',
        '//x.com/a', 'https:/x.com/a', '@https://x.com/a', 'https://x.com//a',
        'https://x.com/abcdefghijklmnop');
    rows_refuse($client, $known,
        (map { ["'" . $_ =~ s/\s/?/gr . "'", pairs(accountHandle => $_),
            '/pairs/0/accountHandle pattern'] } @pattern),
        (map { [as_json($_), pairs(accountHandle => $_),
            '/pairs/0/accountHandle type'] } 5, 1.5, Mojo::JSON::true(), [], ['a'], {}),
        ['null is absent', pairs(accountHandle => undef), '/pairs/0 required'],
    );
};

subtest 'ids' => sub {
    my $id = sub ($text) {
        return qq({"pairs":[{"accountId":$text,"segment":{"description":"d"}}]});
    };
    rows_refuse($client, $known,
        (map { ["accountId $_", $id->($_), '/pairs/0/accountId minimum'] }
            0, -1, '-9007199254740993'),
        (map { ["accountId $_", $id->($_), '/pairs/0/accountId type'] }
            '"7"', 1.5, 'true', '[]', '{}', '9223372036854775808', '1e300'),
        ['null is absent', $id->('null'), '/pairs/0 required'],
        (map { ["segmentId $_",
            qq({"pairs":[{"accountHandle":"a","segmentId":$_}]}), '/pairs/0/segmentId minimum'] }
            0, -5),
        (map { ["segmentId $_",
            qq({"pairs":[{"accountHandle":"a","segmentId":$_}]}), '/pairs/0/segmentId type'] }
            '"seg_1"', 2.5, 'false'),
    );
    for my $text ('9007199254740993', '9223372036854775807') {
        answer_refused("accountId $text is legal, but nobody's", $client->post_stream($id->($text)),
            404, 'account_not_found', '/pairs/0/accountId not_found');
    }
};

subtest 'exactly one of two' => sub {
    my ($handle, $tier) = (handle_new(), '/pairs/0/accountTier');
    my %two = (accountHandle => $handle, accountId => $account);
    my %seg = (segment => { description => 'd' }, segmentId => $segment);
    rows_refuse($client, $known,
        ['two accounts',   pairs(%two),                   '/pairs/0 conflict'],
        ['two segments',   pairs(%seg),                   '/pairs/0 conflict'],
        ['two of both',    pairs(%two, %seg), '/pairs/0 conflict', '/pairs/0 conflict'],
        ['no account',     { pairs => [{ segmentId => $segment }] },   '/pairs/0 required'],
        ['no segment',     { pairs => [{ accountId => $account }] },   '/pairs/0 required'],
        ['a tier alone',   { pairs => [{ accountTier => 'pro', segmentId => $segment }] },
            '/pairs/0 required'],
        ['a tier beside an id', pairs(accountId => $account, accountTier => 'pro'),
            "$tier conflict"],
        ['in the second pair', { pairs => [pair_new(), pair_new(%two)] }, '/pairs/1 conflict'],
    );
    my $base = sub { return () };
    rows_accept($client, $base,
        ['nulls beside', { pairs => [{ accountId => $account, accountHandle => undef,
            accountTier => undef, segmentId => $segment, segment => undef }] },
            { status => 'active' }],
        ['the other nulls beside', { pairs => [pair_new(accountId => undef, segmentId => undef,
            accountHandle => handle_new(), segment => { description => 'd' }, accountTier => undef)
            ] }, { status => 'active' }],
    );
};

subtest 'tiers' => sub {
    for my $tier (qw(starter growth pro)) {
        my $response = $client->post_stream(pairs(accountTier => $tier));
        is $response->json->{accounts}[0]{tier}, $tier, $tier;
    }
    my @rows = map { [$_, pairs(accountTier => $_), '/pairs/0/accountTier enum'] }
        'free', 'Pro', 'PRO', ' pro', '', 'enterprise';
    rows_refuse($client, $known, @rows, map { [as_json($_),
        pairs(accountTier => $_), '/pairs/0/accountTier type'] } 1, Mojo::JSON::true(), ['pro']);
};

subtest 'unknown fields' => sub {
    rows_refuse($client, $known,
        ['in a pair', pairs(foo => 1), '/pairs/0/foo unknown_field'],
        ['in another letter case', pairs(AccountHandle => 'b'),
            '/pairs/0/AccountHandle unknown_field'],
        ['null too', pairs(foo => undef), '/pairs/0/foo unknown_field'],
        ['a pointer is escaped', pairs('a/b~c' => 1), '/pairs/0/a~1b~0c unknown_field'],
        ['an empty name', pairs('' => 1), '/pairs/0/ unknown_field'],
    );
};

$lab->stop;
done_testing;
