# "headwater team set": a team that begins to pay, a tier more, a subscription that was made anew at
# Stripe; what is refused changes nothing, and the right quantity reaches Stripe afterwards.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new(config => { 'stripe.timeout_ms' => 800 });
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my %segment  = (segment => { description => 'D' });

sub set ($team, @change) { return $operator->run(qw(team set), $team->{id}, @change)->{team} }

sub items ($made, @tiers) { return map { ('--item', "$_=$made->{items}{$_}") } @tiers }

# A change that is refused: exit code, what is said, and the team is as it was.
sub refused ($code, $team, $change, $pattern, $name) {
    my $show   = sub { $operator->run(qw(team show), $team->{id})->{team} };
    my $before = $show->();
    my ($status, undef, $err) = $operator->try(qw(team set), $team->{id}, @$change);
    is $status, $code, "$name: exit $code";
    like $err, $pattern, "$name: says what to do";
    is_deeply $show->(), $before, "$name: nothing has changed";
    return;
}

sub post ($team, $handle) {
    return $lab->client($team)->post_stream({ pairs => [{ accountHandle => $handle, %segment }] });
}

sub quantity ($item) {
    my ($entry) = grep { $_->{item} eq $item && $_->{effective} } reverse $lab->stripe->journal->@*;
    return $entry ? $entry->{to} : undef;
}

sub tier_of ($team, $tier) {
    my ($row) = grep { $_->{tier} eq $tier } $team->{tiers}->@*;
    return $row;
}

subtest 'a free team begins to pay' => sub {
    my $team = $lab->team(plan => 'free');
    is post($team, 'first')->code, 201, 'it tracks one account';
    is post($team, 'second')->json->{error}{code}, 'free_account_limit', 'and may not track two';
    my %made = $lab->subscription_create('active');
    my @pay  = ('--plan', 'paid', '--subscription', $made{subscription});

    refused(2, $team, [items(\%made, 'starter')], qr/is free and is not billed.*--plan paid/,
        'an item alone');
    refused(2, $team, [qw(--plan paid)],
        qr/needs --subscription sub_\.\.\. and at least one --item/, 'nothing to be billed by');
    refused(2, $team, [@pay, items(\%made, 'growth')],
        qr/becomes starter: give --item starter=si_\.\.\. too, or name another --tier/,
        'no item for its account');
    refused(2, $team, [@pay, items(\%made, 'growth'), qw(--tier gold)], qr/--tier must be/,
        'another tier');
    refused(2, $team, [qw(--name N --tier growth)], qr/--tier goes with --plan paid/,
        'a tier alone');
    refused(2, $team, [qw(--plan free)], qr/not made free/, 'free again');

    my $paid = set($team, @pay, items(\%made, qw(starter growth)), qw(--tier growth));
    is_deeply [@$paid{qw(plan subscription subscriptionStatus)}],
        ['paid', $made{subscription}, 'active'], 'it pays';
    is_deeply [@{ tier_of($paid, 'growth') }{qw(accounts item isSettled)}],
        [1, $made{items}{growth}, Mojo::JSON->false],
        'its account is growth, which Stripe is still to be told';
    is tier_of($paid, 'free'), undef, 'and free no more';
    $operator->run('reconcile');
    is quantity($made{items}{growth}), 1, 'the reconciler tells Stripe';
    is_deeply [@{ tier_of($operator->run(qw(team show), $team->{id})->{team}, 'growth') }
            {qw(quantity isSettled)}], [1, Mojo::JSON->true], 'which confirms';
    $lab->billing_rest;
    my $answer = post($team, 'second');
    is $answer->code, 201, 'it may track a second account';
    is $answer->json->{accounts}[0]{billingDelta}, 'stripe_quantity_incremented', 'and pays for it';
    is quantity($made{items}{starter}), 1, 'one starter';
    is set($team, @pay)->{plan}, 'paid', 'once more does no harm';
    refused(2, $team, [@pay, qw(--tier pro)], qr/pays already: --tier .*Leave it out/,
        'a tier that would change nothing');
};

subtest 'a free team without an account' => sub {
    my $team = $lab->team(plan => 'free');
    my %made = $lab->subscription_create('trialing');
    my $paid = set($team, '--plan', 'paid', '--subscription', $made{subscription},
        qw(--subscription-status trialing), items(\%made, 'pro'));
    is_deeply [@$paid{qw(plan subscriptionStatus)}], ['paid', 'trialing'], 'any item will do';
};

subtest 'a tier more' => sub {
    my %made = $lab->subscription_create('active');
    my $team = { id => $operator->run(qw(team create --name T --plan paid --subscription),
        $made{subscription}, items(\%made, 'starter'))->{team}{id} };
    my $set = set($team, items(\%made, 'pro'));
    is tier_of($set, 'pro')->{item}, $made{items}{pro}, 'has its item';
    is tier_of($set, 'pro')->{isSettled}, Mojo::JSON->true, 'and nothing to tell Stripe';
    is_deeply set($team, items(\%made, 'pro')), $set, 'the same once more changes nothing';
    refused(1, $team, ['--item', "growth=$made{items}{pro}"], qr/already in use/, 'an item in use');
};

subtest 'a status' => sub {
    my $team = $lab->team(plan => 'paid');
    is set($team, qw(--subscription-status past_due))->{subscriptionStatus}, 'past_due', 'is set';
    is post($team, 'first')->json->{error}{code}, 'subscription_required', 'and counts at once';
    refused(2, $team, [qw(--subscription-status lapsed)], qr/one of Stripe's words/, 'not one');
};

subtest 'a subscription made anew' => sub {
    my $team = $lab->team(plan => 'paid');
    is post($team, 'first')->code, 201, 'an account is paid for';
    my %made = $lab->subscription_create('active');
    my @new  = ('--subscription', $made{subscription});
    refused(2, $team, [@new, items(\%made, qw(starter growth))],
        qr/other items: give --item pro=si_\.\.\. too/, 'not all items');
    my $other = $lab->team(plan => 'paid');
    refused(1, $team,
        ['--subscription', $other->{subscription}, items(\%made, qw(starter growth pro))],
        qr/belongs to another team/, 'another team\'s');

    my $set = set($team, @new, items(\%made, qw(starter growth pro)));
    is $set->{subscription}, $made{subscription}, 'is the team\'s';
    is tier_of($set, 'starter')->{isSettled}, Mojo::JSON->false, 'with a quantity to be set';
    $lab->billing_rest;
    $operator->run('reconcile');
    is quantity($made{items}{starter}), 1, 'the new item has the right one';
    is_deeply [map { $_->{to} } $lab->seat_changes($team)], [1], 'the old one is left alone';
    $lab->billing_rest;
    is post($team, 'second')->code, 201, 'the next account';
    is quantity($made{items}{starter}), 2, 'is billed there';
};

# A subscription that is made by hand has one of each item, unless somebody thinks of it.
subtest 'an item of a tier without accounts' => sub {
    my $team = $lab->team(plan => 'paid');
    my %made = $lab->subscription_create('active');
    my $item = $made{items}{growth};
    $lab->stripe->control(POST => "subscriptions/$made{subscription}",
        { items => [{ id => $item, quantity => 1 }] });
    my $set = set($team, '--subscription', $made{subscription},
        items(\%made, qw(starter growth pro)));
    is tier_of($set, 'growth')->{quantity}, undef, 'its quantity is not known';
    $lab->billing_rest;
    $operator->run('reconcile');
    is quantity($item), 0, 'and is set to none';
    my $shown = $operator->run(qw(team show), $team->{id})->{team};
    is tier_of($shown, 'growth')->{quantity}, 0, 'as Stripe has confirmed';
};

subtest 'while Stripe is silent' => sub {
    my $team = $lab->team(plan => 'paid');
    my %made = $lab->subscription_create('active');
    my @new  = ('--subscription', $made{subscription}, items(\%made, qw(starter growth pro)));
    $lab->stripe->fault(method => 'POST', times => undef, drop => 'headers');
    is post($team, 'first')->code, 202, 'a stream is pending';
    refused(1, $team, [@new],
        qr/Streams of the team wait for Stripe \(1\); run `headwater reconcile`/,
        'another subscription');
    is set($team, qw(--name Renamed))->{name}, 'Renamed', 'a name can be changed meanwhile';
    $lab->stripe->faults_clear;
    $dbh->do('UPDATE billing SET lease_owner = REPEAT(0x01, 16),
        lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE team_id = ? AND tier = 2', undef,
        $team->{id});
    $operator->run(qw(reconcile --older-than 0));
    refused(1, $team, [@new], qr/Stripe is being told the team's quantity for growth/,
        'while somebody talks to Stripe');
    $dbh->do('UPDATE billing SET lease_owner = NULL, lease_until = NULL WHERE team_id = ?', undef,
        $team->{id});
    is set($team, @new)->{subscription}, $made{subscription}, 'afterwards it goes through';
};

$operator->run('reconcile');
$lab->stop;
done_testing;
