# What an operator looks up and changes: teams, users, keys, streams and tiers.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new;
my $dbh      = $lab->dbh;
my $operator = $lab->operator;

sub refused ($code, $words, $pattern, $name) {
    my ($status, $out, $err) = $operator->try(@$words);
    is $status, $code, "$name: exit $code";
    like $err, $pattern, "$name: says what to do";
    is $out, '', "$name: and nothing else";
    return;
}

my $paid   = $lab->team(plan => 'paid', name => 'Paid');
my $free   = $lab->team(plan => 'free', name => 'Free');
my $client = $lab->client($paid);
my @ids;
for my $number (1 .. 3) {
    my $answer = $client->post_stream({
        name => "Stream $number", syncTimes => ['21:15', '09:00'],
        csvEmailRecipients => { to => ['a@example.com', 'b@example.com'] },
        pairs => [{ accountHandle => "user_$number", segment => { description => 'D' } }],
    });
    push @ids, $answer->json->{id};
}
my $other = $lab->client($free)->post_stream(
    { pairs => [{ accountHandle => 'somebody', segment => { description => 'D' } }] })->json->{id};

subtest 'teams' => sub {
    my $teams = $operator->run(qw(team list))->{teams};
    is_deeply [map { $_->{name} } @$teams], ['Paid', 'Free'], 'all are listed';
    is_deeply [map { $_->{name} } $operator->run(qw(team list --limit 1))->{teams}->@*], ['Paid'],
        'or a page';
    is_deeply [map { $_->{name} }
            $operator->run(qw(team list --limit 1 --after), $paid->{id})->{teams}->@*], ['Free'],
        'and the next one';
    my $team = $operator->run(qw(team show), $paid->{id})->{team};
    is_deeply [sort keys $team->{keys}[0]->%*],
        [qw(createdAt lastUsedAt name publicId revokedAt userId)], 'its keys, as in `key list`';
    is_deeply [@$team{qw(id name plan subscription subscriptionStatus streams streamsPending)}],
        [$paid->{id}, 'Paid', 'paid', $paid->{subscription}, 'active', 3, 0], 'one is shown';
    is_deeply [map { $_->{id} } $team->{users}->@*], [$paid->{user}], 'with its users';
    is_deeply [map { $_->{publicId} } $team->{keys}->@*], [$paid->{key_id}], 'its keys';
    my %tier = map { $_->{tier} => $_ } $team->{tiers}->@*;
    is_deeply [@{ $tier{starter} }{qw(accounts sleeping item quantity isSettled)}],
        [3, 0, $paid->{items}{starter}, 3, Mojo::JSON->true], 'and what Stripe has confirmed';
    my (undef, $text) = $operator->try(qw(team show), $paid->{id});
    like $text, qr/^name +Paid\n.*^Users:\nUSER.*^Keys:\nKEY.*^Accounts:\nTIER.*^starter +3 /ms,
        'people get a record and tables';
    (undef, $text) = $operator->try(qw(team show), $free->{id});
    like $text, qr/^free +1 +0 +- +0 +yes/m, 'the account of a free team has no item';

    $operator->run(qw(team set), $free->{id}, '--name', '  Free of charge ');
    is $operator->run(qw(team show), $free->{id})->{team}{name}, 'Free of charge', 'renamed';
    is $operator->run(qw(team list --limit 1))->{next}, $paid->{id}, 'and there is more';
    my ($code, $table, $more) = $operator->try(qw(team list --limit 1));
    is $more, "headwater: there is more: --after $paid->{id}\n", 'people are told too';
    like $table, qr/\ATEAM[^\n]*\n\d[^\n]*\n\z/, 'beside the table';
    is $operator->run(qw(team list --after), $paid->{id})->{next}, undef, 'the last page';
    refused(1, [qw(team show 999999)], qr/no team 999999; `headwater team list`/, 'unknown');
    refused(1, [qw(team set 999999 --name N)], qr/no team 999999/, 'unknown, to be changed');
    refused(2, [qw(team show x)], qr/`headwater team show` must be an id/, 'no id');
    refused(2, [qw(team set), $free->{id}], qr/Say what to change: --name, --plan/, 'no change');
    refused(2, [qw(team list --limit), $_], qr/--limit must be a whole number, 1 to 10000/,
        "limit '$_'") for 0, 10001, 'x';
};

subtest 'users' => sub {
    my $user = $operator->run(qw(user create --name Ada --email ada@example.com --team),
        $free->{id})->{user};
    my $users = $operator->run(qw(user list --team), $free->{id})->{users};
    is_deeply [map { $_->{id} } @$users], [$free->{user}, $user->{id}], 'of a team';
    is_deeply $operator->run(qw(user show), $user->{id})->{user}, $user, 'one is shown';
    my $changed = $operator->run(qw(user set), $user->{id}, qw(--timezone Europe/Berlin))->{user};
    is_deeply $changed, { %$user, timezone => 'Europe/Berlin' }, 'the zone alone is changed';
    $changed = $operator->run(qw(user set), $user->{id}, '--name', 'Ada L.', '--email',
        'al@example.com')->{user};
    is_deeply [@$changed{qw(name email timezone)}], ['Ada L.', 'al@example.com', 'Europe/Berlin'],
        'or the rest';
    my $taken = $users->[0]{email};
    refused(1, [qw(user set), $user->{id}, '--email', uc $taken], qr/already; give another one/,
        'an address in use');
    refused(2, [qw(user set), $user->{id}, qw(--timezone Mars/Base)], qr/--timezone must be/,
        'no such zone');
    refused(2, [qw(user set), $user->{id}, qw(--email ada)], qr/--email must be/, 'no address');
    refused(1, [qw(user show 999999)], qr/no user 999999; `headwater user list/, 'unknown');
    refused(1, [qw(user list --team 999999)], qr/no team 999999/, 'of no team');
};

subtest 'keys' => sub {
    my $id  = $free->{key_id};
    my $key = $operator->run(qw(key show), $id)->{key};
    is_deeply [@$key{qw(publicId teamId userId revokedAt)}],
        [$id, $free->{id}, $free->{user}, undef], 'one is shown';
    like $key->{lastUsedAt}, qr/\A\d{4}-/, 'with its last use';
    is $operator->run(qw(key set), $id, qw(--name Robot))->{key}{name}, 'Robot', 'renamed';
    refused(1, [qw(key show AAAAAAAA)], qr/no key AAAAAAAA; `headwater key list`/, 'unknown');
    refused(1, [qw(key set AAAAAAAA --name N)], qr/no key AAAAAAAA/, 'unknown, to be renamed');
};

subtest 'streams' => sub {
    my $streams = $operator->run(qw(stream list))->{streams};
    is_deeply [map { $_->{id} } @$streams], [@ids, $other], 'of all teams';
    $streams = $operator->run(qw(stream list --team), $paid->{id}, '--after', $ids[0])->{streams};
    is_deeply [map { $_->{id} } @$streams], [@ids[1, 2]], 'of a team, behind one';
    my $page = $operator->run(qw(stream list --limit 2));
    is scalar($page->{streams}->@*), 2, 'a page of two';
    my $rest = $operator->run(qw(stream list --limit 2 --after), $page->{next});
    is $rest->{streams}[0]{id}, $ids[2], 'tells where the next one begins';
    is $operator->run(qw(stream list --limit 10000))->{next}, undef, 'the last tells of none';
    my (undef, undef, $more) = $operator->try(qw(stream list --limit 2));
    is $more, "headwater: there is more: --after $page->{next}\n", 'people are told too';
    is_deeply [@{ $streams->[0] }{qw(teamId name status isActive isArchived accounts)}],
        [$paid->{id}, 'Stream 2', 'active', Mojo::JSON->true, Mojo::JSON->false, 1], 'what it is';
    my $stream = $operator->run(qw(stream show), $ids[0])->{stream};
    is_deeply $stream->{syncTimes}, ['09:00', '21:15'], 'its schedule';
    is_deeply [@$stream{qw(csvTo csvCc csvFormat timezone)}],
        [['a@example.com', 'b@example.com'], [], 'standard', 'UTC'], 'its delivery';
    is_deeply [map { [@$_{qw(handle tier origin isPending)}] } $stream->{pairs}->@*],
        [['user_1', 'starter', 'new', Mojo::JSON->false]], 'its accounts';
    my ($bill) = grep { $_->{tier} eq 'starter' } $stream->{billing}->@*;
    is_deeply [@$bill{qw(item quantity hasAttempt)}],
        [$paid->{items}{starter}, 3, Mojo::JSON->false], 'and what is billed';
    cmp_ok $bill->{appliedVersion}, '>=', $stream->{billingVersion}, 'which has been confirmed';
    my (undef, $text) = $operator->try(qw(stream show), $ids[0]);
    like $text, qr/^due at +09:00, 21:15$/m, 'people read lists divided by commas';
    refused(1, [qw(stream show 999999)], qr/no stream 999999; `headwater stream list`/, 'unknown');
};

subtest 'tiers' => sub {
    my %tier = map { $_->{tier} => $_ } $operator->run(qw(tier list))->{tiers}->@*;
    is_deeply [sort keys %tier], [qw(free growth pro starter)], 'all are listed';
    is_deeply $tier{starter}, { tier => 'starter', cap => 3, accounts => 3, accountsAboveCap => 0,
        streamsMax => 1 }, 'with what is used';
    my $account = $operator->run(qw(stream show), $ids[0])->{stream}{pairs}[0]{accountId};
    my $next    = sub { $client->post_stream(
        { pairs => [{ accountId => $account + 0, segment => { description => 'D' } }] }) };
    is $next->()->code, 201, 'a second stream of the account';
    my $set = $operator->run(qw(tier set starter --cap 1))->{tier};
    is_deeply [@$set{qw(cap accountsAboveCap streamsMax)}], [1, 1, 2],
        'a cap below what is used is set, and what is above it is told';
    is $next->()->json->{error}{code}, 'stream_cap_exceeded', 'it counts at once';
    is $dbh->selectrow_array('SELECT automated_streams FROM tracked_account WHERE id = ?', undef,
        $account), 2, 'and takes nothing away';
    $operator->run(qw(tier set starter --cap 3));
    my $answer = $next->();
    is $answer->code, 201, 'and raised again, there is room' or diag $answer->body;
    is $operator->run(qw(tier show growth))->{tier}{cap}, 10, 'one is shown';
    refused(2, [qw(tier set starter --cap), $_], qr/--cap must be a whole number, 1 to 1000/,
        "cap '$_'") for 0, 1001, '';
    refused(2, [qw(tier show gold)], qr/must be free, starter, growth or pro/, 'unknown');
};

$lab->stop;
done_testing;
