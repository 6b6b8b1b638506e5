#!/usr/bin/perl
# What the server fills in: the derived name, the slot, the zone, and the next time a stream is due,
# which is held against an independent computation with the system's own clock functions.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new handle_new answer_created);
use POSIX qw(strftime tzset);
use Test::More;

my $lab    = Headwater::Lab->new;
my $team   = $lab->team;
my $client = $lab->client($team);
$lab->dbh->do(q{UPDATE tier SET stream_cap = 1000 WHERE tier = 'pro'});
my $first = answer_created('a first stream',
    $client->post_stream({ pairs => [pair_new(accountTier => 'pro')] }));
my %pair = (accountId => $first->{accounts}[0]{accountId},
    segmentId => $first->{segments}[0]{segmentId});

sub created (%fields) {
    return $client->post_stream({ pairs => [{%pair}], %fields })->json;
}

# The name derived for one account and this segment, without " · @handle".
sub segment_part ($what, %segment) {
    my $name = answer_created($what,
        $client->post_stream({ pairs => [{ accountId => $pair{accountId},
            segment => {%segment} }] })
    )->{name};
    return $name =~ s/ · \@$first->{accounts}[0]{handle}\z//r;
}

subtest 'the name of one account' => sub {
    my $words = join ' ', ('word') x 40;
    is segment_part('plain', description => 'AI founders'), 'AI founders', 'the description';
    is segment_part('both', name => 'Founders', description => 'AI founders'), 'Founders',
        'the name goes over it';
    is segment_part('80 characters', description => 'x' x 39 . ' ' . 'y' x 40),
        'x' x 39 . ' ' . 'y' x 40, '80 characters are kept';
    is segment_part('81 characters', description => 'x' x 39 . ' ' . 'y' x 41), 'x' x 39,
        'cut at a word';
    is segment_part('words', description => $words), join(' ', ('word') x 16), '79 of 199';
    is segment_part('one long word', description => 'x' x 200), 'x' x 80, 'a long word is cut';
    is segment_part('emoji', description => '🚀' x 100), '🚀' x 80, 'code points count';
    is segment_part('long name', name => 'n' x 200, description => 'd'), 'n' x 200,
        'a name is never cut';
    is segment_part('lines', description => "  two\n\nlines\tand  tabs "), 'two lines and tabs',
        'the name has one line';
};

subtest 'the name with a segment by id, of several accounts' => sub {
    my $account = $first->{accounts}[0]{handle};
    is created()->{name}, "AI founders · \@$account", 'by id';
    is created(name => 'mine')->{name}, 'mine', 'a given name wins';
    my $handle = handle_new();
    my %seg    = (segmentId => $pair{segmentId});
    my $three  = $client->post_stream({ pairs => [{%pair}, { accountHandle => $handle, %seg },
        { accountHandle => uc $handle, %seg }, { accountHandle => handle_new(), %seg }] })->json;
    is $three->{name}, 'AI founders · 3 accounts', 'merged accounts count once';
    my $one = $client->post_stream({ pairs => [{%pair}, { accountHandle => "\@$account", %seg }] });
    is $one->json->{name}, "AI founders · \@$account", 'two pairs of one account';
    my $cased = $client->post_stream(body_new(pairs => [pair_new(accountHandle => 'cased_foo')]));
    is $cased->json->{name}, 'AI founders · @Cased_Foo', "the handle in X's own letter case";
};

subtest 'all other defaults' => sub {
    my %default = (
        status => 'active', isActive => Mojo::JSON::true(), isArchived => Mojo::JSON::false(),
        timezone => 'UTC', autoEnrichLinkedin => Mojo::JSON::false(),
        autoEnrichEmail => Mojo::JSON::false(), emailMode => 'any', emailDigestOverride => undef,
        telegramOverride => undef, deliveryDestination => 'leads_only', webhookUrl => undef,
        csvEmailRecipients => undef,
    );
    my $stream = created();
    is_deeply { map { $_ => $stream->{$_} } keys %default }, \%default, 'of the answer';
    is $client->post_stream(body_new())->json->{accounts}[0]{tier}, 'starter', 'tier starter';
};

# The last step of splitmix64, modulo 96.
sub slot_of ($id) {
    my $mix = sub ($hash, $shift, $factor) {
        my $mixed = $hash ^ ($hash >> $shift);
        use integer;
        return $mixed * $factor;
    };
    no warnings 'portable';
    my $hash = $mix->($id, 30, 0xBF58476D1CE4E5B9);
    $hash = $mix->($hash & ~0, 27, 0x94D049BB133111EB) & ~0;
    my $slot = ($hash ^ ($hash >> 31)) % 96;
    return sprintf '%02d:%02d', $slot / 4, $slot % 4 * 15;
}

subtest 'the slot' => sub {
    my %always = (1 => '09:15', 2 => '02:30', 42 => '00:30', 1000000 => '21:30',
        9007199254740993 => '02:30');
    is slot_of($_), $always{$_}, "stream $_ is due when it always was" for sort keys %always;
    for (1 .. 20) {
        my $stream = created();
        is_deeply $stream->{syncTimes}, [slot_of($stream->{id})], "of stream $stream->{id}";
        is_deeply $client->get("/v1/streams/$stream->{id}")->json->{syncTimes},
            $stream->{syncTimes},
            'read back';
    }
    my %streams;
    $streams{ slot_of($_) }++ for 1 .. 9600;
    my @counts = sort { $a <=> $b } values %streams;
    is scalar(@counts), 96, 'all slots are used';
    cmp_ok $counts[0],  '>', 60,  'the emptiest of 96 has its share of 9600';
    cmp_ok $counts[-1], '<', 140, 'and so has the fullest';
};

subtest 'the zone' => sub {
    my $zurich = $lab->client($lab->team(timezone => 'Europe/Zurich'));
    is $zurich->post_stream(body_new())->json->{timezone}, 'Europe/Zurich', "the user's";
    is $zurich->post_stream(body_new(timezone => undef))->json->{timezone}, 'Europe/Zurich', 'null';
    is $zurich->post_stream(body_new(timezone => 'UTC'))->json->{timezone}, 'UTC', 'a given one';
    is created()->{timezone}, 'UTC', 'none: UTC';
};

# The first quarter-hour after $now at which clocks in the zone show one of the times. Good for
# times at which no zone's clocks are changed.
sub due_after ($now, $zone, @times) {
    local $ENV{TZ} = $zone;
    tzset();
    my %wanted = map { $_ => 1 } @times;
    my $t      = $now - $now % 900 + 900;
    $t += 900 while !$wanted{ strftime('%H:%M', localtime $t) };
    my $text = strftime '%Y-%m-%dT%H:%M:%SZ', gmtime $t;
    delete local $ENV{TZ};
    tzset();
    return $text;
}

subtest 'the next time a stream is due' => sub {
    my @zones = qw(UTC Europe/Berlin Europe/London Europe/Dublin America/New_York America/St_Johns
        America/Caracas America/Sao_Paulo Asia/Kolkata Asia/Calcutta Asia/Kathmandu Asia/Tehran
        Asia/Tokyo Australia/Lord_Howe Australia/Adelaide Pacific/Apia Pacific/Chatham
        Pacific/Kiritimati Pacific/Pago_Pago Pacific/Marquesas Africa/Casablanca Africa/Cairo
        Antarctica/Troll Etc/GMT+12 Etc/GMT-14 America/Nuuk);
    for my $zone (@zones) {
        for my $times (['09:15'], ['12:00'], ['09:15', '13:30', '17:45']) {
            my $before = time;
            my $got    = created(timezone => $zone, syncTimes => $times)->{nextSyncAt};
            my %right  = map { due_after($_, $zone, @$times) => 1 } $before, time;
            ok $right{$got}, "$zone @$times: $got" or diag join ' ', keys %right;
        }
    }
    my @day = map { my $hour = $_; map { sprintf '%02d:%02d', $hour, $_ } 0, 15, 30, 45 } 0 .. 23;
    my ($before, $got) = (time, created(syncTimes => \@day)->{nextSyncAt});
    ok scalar(grep { due_after($_, 'UTC', @day) eq $got } $before, time), "all slots: $got";
};

$lab->stop;
done_testing;
