#!/usr/bin/perl
# Delivery: enrichment, e-mail mode, overrides, destination, web hook and CSV mail.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(as_json pair_new answer_created rows_refuse rows_accept);
use Test::More;

my $lab    = Headwater::Lab->new;
my $client = $lab->client($lab->team);
$lab->dbh->do(q{UPDATE tier SET stream_cap = 1000 WHERE tier = 'pro'});
my $first = answer_created('a first stream',
    $client->post_stream({ pairs => [pair_new(accountTier => 'pro')] }));
my %pair = (accountId => $first->{accounts}[0]{accountId},
    segmentId => $first->{segments}[0]{segmentId});
my $base = sub { return (pairs => [{%pair}]) };

my ($true, $false) = (Mojo::JSON::true(), Mojo::JSON::false());

for my $case (['autoEnrichLinkedin', $false], ['autoEnrichEmail', $false],
    ['telegramOverride', undef]) {
    my ($field, $default) = @$case;
    subtest $field => sub {
        rows_accept($client, $base,
            ['true',  { $field => $true },  { $field => $true }],
            ['false', { $field => $false }, { $field => $false }],
            ['null',  { $field => undef },  { $field => $default }]);
        rows_refuse($client, $base,
            map { [as_json($_), { $field => $_ }, "/$field type"] } 0, 1, 'true', '', [], {});
    };
}

for my $case (
    ['emailMode', 'any', qw(verified any)],
    ['emailDigestOverride', undef, qw(after_every_sync daily weekly off)],
    ['deliveryDestination', 'leads_only', qw(leads_only)],
) {
    my ($field, $default, @values) = @$case;
    subtest $field => sub {
        rows_accept($client, $base,
            ['null is absent', { $field => undef }, { $field => $default }],
            map { [$_, { $field => $_ }, { $field => $_ }] } @values);
        rows_refuse($client, $base,
            (map { ["'$_'", { $field => $_ }, "/$field enum"] }
                '', 'none', 'null', uc $values[0], " $values[0]", "$values[0] "),
            (map { [as_json($_), { $field => $_ }, "/$field type"] } 0, $true, [], {},
                [$values[0]]));
    };
}

my %hook = (deliveryDestination => 'leads_plus_webhook');
my $URL  = 'https://example.com/';

subtest 'destination and URL' => sub {
    rows_accept($client, $base,
        ['both', { %hook, webhookUrl => $URL }, { %hook, webhookUrl => $URL }],
        ['stored but unused', { webhookUrl => $URL },
            { deliveryDestination => 'leads_only', webhookUrl => $URL }],
        ['null', { webhookUrl => undef }, { webhookUrl => undef }]);
    rows_refuse($client, $base,
        ['no URL',   {%hook},                        '/webhookUrl required'],
        ['null URL', { %hook, webhookUrl => undef }, '/webhookUrl required'],
        ['a bad URL is bad in any case', { webhookUrl => 'http://example.com/' },
            '/webhookUrl url'],
        ['a bad URL is not a missing one', { %hook, webhookUrl => 'x' }, '/webhookUrl url']);
};

subtest 'legal URLs' => sub {
    rows_accept($client, $base, map { [length > 60 ? length . ' bytes' : $_,
        { %hook, webhookUrl => $_ },
        { webhookUrl => $_ }] } 'https://example.com', 'https://a.b.c.example.co.uk/x/y?z=1&q=%20',
        'https://example.com:8443/hook', 'https://example.com:443/',
        'https://xn--bcher-kva.example/',
        'https://1password.example/', 'https://hooks.internal.example.com/',
        'https://mylocalhost.example/', 'https://example.com/' . 'x' x (2048 - 20));
};

subtest 'illegal URLs' => sub {
    my @urls = ('', ' ', 'x', '/hook', '//example.com/', 'example.com', 'example.com/hook',
        'http://example.com/', 'ftp://example.com/', 'javascript:alert(1)', 'file:///etc/passwd',
        'https://', 'https:///hook', 'https://user@example.com/', 'https://user:pw@example.com/',
        'https://:pw@example.com/', 'https://example.com/#top', 'https://example.com/#',
        'https://localhost/', 'https://localhost:8443/', 'https://LOCALHOST/',
        'https://localhost./',
        'https://a.localhost/', 'https://printer.local/', 'https://printer.LOCAL./',
        'https://metadata.google.internal/', 'https://intranet/', 'https://127.0.0.1/',
        'https://127.1/',
        'https://8.8.8.8/', 'https://0x7f.1/', 'https://2130706433/', 'https://017700000001/',
        'https://1.2.3.4.5/', 'https://256.1.1.1/', 'https://[::1]/', 'https://[::ffff:127.0.0.1]/',
        'https://[2606:4700::1111]/', 'https://[fe80::1%25eth0]/', 'https://exam_ple.com/',
        'https://-x.com/', 'https://x..com/', 'https://example.com:0/',
        'https://example.com:99999/',
        'https://example.com:x/', 'https://exa mple.com/', ' https://example.com/',
        'https://example.com/ ', "https://example.com/\n", "https://example.com/\r\nX: y",
        'https://bücher.example/', 'https://example.com/ü', 'https://example.com\\@evil.com/',
        'https://' . 'x' x 64 . '.com/');
    rows_refuse($client, $base,
        (map { ["'" . s/\s/?/gr . "'", { webhookUrl => $_ }, '/webhookUrl url'] } @urls),
        (map { [as_json($_), { webhookUrl => $_ }, '/webhookUrl type'] } 1, $true, [], {}),
        ['2,049 bytes', { webhookUrl => 'https://example.com/' . 'x' x (2049 - 20) },
            '/webhookUrl max_length']);
};

# What the answer says for a CSV object.
sub csv ($what, $given, $to, $cc, $format) {
    my %answer = (to => $to, cc => $cc, format => $format);
    return [$what, { csvEmailRecipients => $given }, { csvEmailRecipients => \%answer }];
}

my @ten = map { "user$_\@example.com" } 1 .. 10;

subtest 'legal CSV mail' => sub {
    my $long = 'x' x 64 . '@' . join('.', 'y' x 63, 'y' x 63, 'y' x 57, 'com');
    is length $long, 254, 'the longest address';
    rows_accept($client, $base,
        ['null', { csvEmailRecipients => undef }, { csvEmailRecipients => undef }],
        csv('one address', { to => 'a@b.co' }, ['a@b.co'], [], 'standard'),
        csv('an array', { to => ['a@b.co', 'c@d.co'] }, ['a@b.co', 'c@d.co'], [], 'standard'),
        csv('all', { to => 'a@b.co', cc => 'c@d.co', format => 'excel' }, ['a@b.co'], ['c@d.co'],
            'excel'),
        csv('ten each', { to => \@ten, cc => [reverse @ten], format => 'standard' }, \@ten,
            [reverse @ten], 'standard'),
        csv('nulls', { to => 'a@b.co', cc => undef, format => undef }, ['a@b.co'], [], 'standard'),
        map { csv(substr($_, 0, 40), { to => $_ }, [$_], [], 'standard') } $long,
            'A.B+c@Example.COM',
            "o'neil\@example.com", '!#$%&*+/=?^_`{|}~-@example.com', 'x@xn--bcher-kva.example');
};

subtest 'illegal CSV mail' => sub {
    my $at  = '/csvEmailRecipients';
    my $row = sub ($what, $given, @offenders) {
        return [$what, { csvEmailRecipients => $given }, map { $at . $_ } @offenders];
    };
    my @addresses = ('', ' ', 'x', '@', 'a@', '@b.co', 'a@b', 'a@@b.co', 'a@b@c.co', 'a b@c.co',
        ' a@b.co', 'a@b.co ', "a\@b.co\n", "a\@b.co\r\nBcc: x\@y.co", '.a@b.co', 'a.@b.co',
            'a..b@c.co',
        '"a"@b.co', 'a@[127.0.0.1]', 'a@-b.co', 'a@b..co', 'a@b.co.', 'ü@b.co', 'a@bü.co',
        'A <a@b.co>', 'a@b.co,c@d.co', 'mailto:a@b.co', 'x' x 65 . '@example.com',
        'x' x 64 . '@' . join('.', 'y' x 63, 'y' x 63, 'y' x 58, 'com'));
    rows_refuse($client, $base,
        (map { $row->("'" . s/\s/?/gr . "'", { to => $_ }, '/to email') } @addresses),
        (map { $row->("cc '" . s/\s/?/gr . "'", { to => 'a@b.co', cc => ['c@d.co', $_] },
            '/cc/1 email') } '', 'x', "c\n\@d.co"),
        (map { $row->(as_json($_), $_, ' type') } 'a@b.co', ['a@b.co'], 5, $true),
        (map { $row->('to ' . as_json($_), { to => $_ }, '/to type') } 5, $true, {}),
        $row->('cc is a number',      { to => 'a@b.co', cc => 5 }, '/cc type'),
        $row->('a number in it',      { to => ['a@b.co', 5] }, '/to/1 type'),
        $row->('null in it',          { to => [undef] }, '/to/0 type'),
        $row->('no to',               {}, '/to required'),
        $row->('to is null',          { to => undef, cc => 'a@b.co' }, '/to required'),
        $row->('to is empty',         { to => [] }, '/to min_items'),
        $row->('cc is empty',         { to => 'a@b.co', cc => [] }, '/cc min_items'),
        $row->('eleven',              { to => [@ten, 'k@example.com'] }, '/to max_items'),
        $row->('eleven cc',           { to => 'a@b.co', cc => [@ten, 'k@l.co'] }, '/cc max_items'),
        $row->('twice',               { to => ['a@b.co', 'a@b.co'] }, '/to/1 unique'),
        $row->('twice but for case',  { to => ['a@b.co', 'A@B.co'] }, '/to/1 unique'),
        $row->('format unknown',      { to => 'a@b.co', format => 'xlsx' }, '/format enum'),
        $row->('format in capitals',  { to => 'a@b.co', format => 'Excel' }, '/format enum'),
        $row->('format is a number',  { to => 'a@b.co', format => 1 }, '/format type'),
        $row->('an unknown field',    { to => 'a@b.co', bcc => 'x@y.co' }, '/bcc unknown_field'),
        $row->('all at once',         { to => ['x', 'a@b.co', 'y'], cc => {}, format => 'f',
            z => 1 },
            '/to/0 email', '/to/2 email', '/cc type', '/format enum', '/z unknown_field'));
};

$lab->stop;
done_testing;
