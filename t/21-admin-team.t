# "headwater team create" and "headwater user create".

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(encode);
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;

sub refused ($code, $words, $pattern, $name) {
    my ($status, undef, $err) = $operator->try(@$words);
    is $status, $code, "$name: exit $code";
    like $err, $pattern, "$name: says what to do";
    return;
}

sub count ($table) { return $dbh->selectrow_array("SELECT COUNT(*) FROM `$table`") }

my @create = qw(team create --name);
my @paid   = (@create, 'Paid', qw(--plan paid --subscription sub_A1));

my $free = $operator->run(@create, encode('UTF-8', '  Größe 東京  '), qw(--plan free))->{team};
like delete $free->{createdAt}, qr/\A\d{4}-\d\d-\d\dT[\d:]{8}Z\z/, 'when it was made';
is_deeply $free, { id => $free->{id}, name => 'Größe 東京', plan => 'free',
    subscription => undef, subscriptionStatus => undef }, 'a free team, its name trimmed';
ok $free->{id} > 0, 'with an id';

my $team = $operator->run(@paid, qw(--item starter=si_S1 --item pro=si_P1))->{team};
is_deeply [@$team{qw(plan subscription subscriptionStatus)}], [qw(paid sub_A1 active)],
    'a paid team is active unless said otherwise';
is_deeply $dbh->selectall_arrayref('SELECT tier + 0, tier, stripe_item_id, desired_version
    FROM billing WHERE team_id = ? ORDER BY tier', undef, $team->{id}),
    [[1, 'starter', 'si_S1', 0], [3, 'pro', 'si_P1', 0]], 'with a billing row for each item';

for my $status (qw(trialing past_due unpaid paused incomplete incomplete_expired canceled)) {
    my $made = $operator->run(@create, $status, qw(--plan paid --subscription), "sub_$status",
        '--item', "growth=si_$status", '--subscription-status', $status)->{team};
    is $made->{subscriptionStatus}, $status, "status $status";
}

my $teams = count('team');
my $rows  = count('billing');
refused(2, [@create, 'P', qw(--plan paid)],
    qr/needs --subscription sub_\.\.\. and at least one --item/, 'nothing to bill by');
refused(2, [@create, 'P', qw(--plan paid --item starter=si_9)],
    qr/A paid team needs --subscription sub_\.\.\.\.$/, 'no subscription');
refused(2, [@create, 'P', qw(--plan paid --subscription sub_9)],
    qr/A paid team needs at least one --item/, 'no item');
refused(2, [@create, 'P', qw(--plan paid --subscription sub_9 --item), $_],
    qr/--item must be starter=, growth= or pro=/, "item '$_'")
    for qw(starter=sub_1 free=si_1 si_1 starter starter=si_ gold=si_1 starter=si_1;x);
refused(2, [@create, 'P', qw(--plan paid --subscription sub_9 --item pro=si_8 --item pro=si_9)],
    qr/one --item for the tier pro/, 'a tier twice');
refused(2, [@create, 'P', qw(--plan paid --item pro=si_9 --subscription), $_],
    qr/--subscription must be the id/, "subscription '$_'") for qw(si_9 sub_ SUB_9), 'sub_9 ';
refused(2, [@create, 'P', qw(--plan paid --subscription sub_9 --item pro=si_9),
    qw(--subscription-status lapsed)], qr/one of Stripe's words: active/, 'a status of ours');
refused(2, [@create, 'P', qw(--plan gold)],  qr/--plan must be free or paid/, 'another plan');
refused(2, [@create, 'P', qw(--plan free --subscription sub_9)],
    qr/free team is not billed: leave out/, 'a free team with a subscription');
refused(2, [@create, $_->[1], qw(--plan free)], qr/^headwater: --name must /, "name $_->[0]")
    for ['empty', ''], ['blank', '  '], ['too long', 'x' x 201], ['two lines', "a\nb"],
    ['not UTF-8', "a\xff"];
refused(1, [@paid, qw(--item growth=si_9)], qr/subscription sub_A1 belongs to another team/,
    'a subscription in use');
refused(1, [@create, 'P', qw(--plan paid --subscription sub_9 --item growth=si_9 --item pro=si_P1)],
    qr/Stripe item si_P1 is already in use/, 'an item in use');
is count('team'),    $teams, 'no refusal left a team';
is count('billing'), $rows,  'or a billing row';

my @user = (qw(user create --name Ada --team), $team->{id});
my $user = $operator->run(@user, qw(--email ada@example.com --timezone Asia/Calcutta))->{user};
is_deeply $user, { id => $user->{id}, teamId => $team->{id}, name => 'Ada',
    email => 'ada@example.com', timezone => 'Asia/Calcutta' }, 'a user with a zone';
is $operator->run(@user, qw(--email bob@example.com))->{user}{timezone}, undef, 'or without one';
refused(2, [@user, qw(--email eve@example.com --timezone), $_], qr/--timezone must be a name/,
    "zone '$_'")
    for 'europe/berlin', 'Factory', 'posix/UTC', 'EST5EDT,M3.2.0,M11.1.0', '+01:00', '';
refused(2, [@user, '--email', $_], qr/--email must be an e-mail address/, "e-mail '$_'")
    for '', 'ada', 'ada@', 'ada@example', "ada\@example.com\n", 'a b@example.com';
refused(1, [@user, qw(--email ADA@example.com)], qr/already; give another one/,
    'an address in use');
refused(1, [qw(user create --name N --email n@example.com --team 999999)],
    qr/There is no team 999999; `headwater team create` makes one/, 'no such team');
is count('user'), 2, 'no refusal left a user';

my ($status, $out) = $operator->try(@create, 'Plain', qw(--plan free));
like $out, qr/^team +\d+\nname +Plain\nplan +free\nsubscription +-\nstatus +-\ncreated +\S+Z\n\z/,
    'people get aligned lines';

$lab->stop;
done_testing;
