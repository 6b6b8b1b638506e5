#!/usr/bin/perl
# syncTimes and timezone in every form.

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

my @day = map { my $hour = $_; map { sprintf '%02d:%02d', $hour, $_ } 0, 15, 30, 45 } 0 .. 23;

subtest 'legal times' => sub {
    rows_accept($client, $base,
        ['the first',   { syncTimes => ['00:00'] },          { syncTimes => ['00:00'] }],
        ['the last',    { syncTimes => ['23:45'] },          { syncTimes => ['23:45'] }],
        ['sorted',      { syncTimes => ['18:30', '09:15', '00:45'] },
            { syncTimes => ['00:45', '09:15', '18:30'] }],
        ['all 96',      { syncTimes => [reverse @day] },     { syncTimes => \@day }]);
    my $null = $client->post_stream({ $base->(), syncTimes => undef })->json;
    is $null->{syncTimes}->@*, 1, 'null is absent: one slot';
};

subtest 'illegal times' => sub {
    my @pattern = ('', '9:15', '09:5', '0915', '09:15:00', '09.15', '24:00', '25:00', '09:60',
        ' 09:15', '09:15 ', '9:15 AM', '-1:00', '+9:15', '０９:15', 'noon', "09:15\n", '1e:00');
    rows_refuse($client, $base,
        (map { ["'" . s/\n/?/r . "'", { syncTimes => [$_] }, '/syncTimes/0 pattern'] } @pattern),
        (map { [$_, { syncTimes => ['09:00', $_] }, '/syncTimes/1 slot'] }
            qw(09:01 09:14 09:16 23:59 00:44)),
        (map { [as_json($_), { syncTimes => [$_] }, '/syncTimes/0 type'] }
            915, undef, [], {}, Mojo::JSON::true()),
        ['none', { syncTimes => [] }, '/syncTimes min_items'],
        ['text', { syncTimes => '09:15' }, '/syncTimes type'],
        ['an object', { syncTimes => {} }, '/syncTimes type'],
        ['twice', { syncTimes => ['09:15', '10:00', '09:15'] }, '/syncTimes/2 unique'],
        ['97 times', { syncTimes => [@day, '09:15'] }, '/syncTimes max_items',
            '/syncTimes/96 unique'],
        ['each is named', { syncTimes => ['x', '09:15', '09:16', 4] }, '/syncTimes/0 pattern',
            '/syncTimes/2 slot', '/syncTimes/3 type']);
};

subtest 'legal zones' => sub {
    rows_accept($client, $base, map { [$_, { timezone => $_ }, { timezone => $_ }] }
        qw(UTC Etc/UTC Europe/Berlin America/New_York America/Argentina/Buenos_Aires
            Asia/Kolkata Asia/Calcutta Asia/Kathmandu Australia/Lord_Howe Pacific/Chatham
            Africa/Casablanca Europe/Dublin Etc/GMT+5 Etc/GMT-14 US/Pacific GB Antarctica/Troll));
    rows_accept($client, $base, ['null is absent', { timezone => undef }, { timezone => 'UTC' }]);
};

subtest 'illegal zones' => sub {
    my @names = ('', ' ', 'europe/berlin', 'EUROPE/BERLIN', 'Europe/berlin', ' Europe/Berlin',
        'Europe/Berlin ', "Europe/Berlin\n", 'Europe', 'Europe/', '/Europe/Berlin',
        'Europe//Berlin',
        'Factory', 'posix/Europe/Berlin', 'right/Europe/Berlin', 'posixrules', 'localtime',
        'zone.tab',
        'tzdata.zi', 'leapseconds', 'CET-1CEST', 'CET-1CEST,M3.5.0,M10.5.0/3', ':Europe/Berlin',
        '+02:00', '-05:00', 'UTC+2', 'GMT+5', 'Z', '+0200', '<+03>-3', '../../../etc/passwd',
        'Europe/../Europe/Berlin', 'Europe/Berlín', 'Mars/Olympus', 'x' x 10_000);
    rows_refuse($client, $base,
        (map { ["'" . substr(s/\n/?/r, 0, 40) . "'", { timezone => $_ }, '/timezone timezone'] }
            @names),
        (map { [as_json($_), { timezone => $_ }, '/timezone type'] }
            0, 2, Mojo::JSON::true(), [], ['UTC'], {}));
};

$lab->stop;
done_testing;
