#!/usr/bin/perl
# A second team never sees or uses the first one's accounts, segments and streams, also where both
# track the same account on X.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new pair_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab   = Headwater::Lab->new;
my @teams = map { $lab->team(name => 'The same name') } 1, 2;
my ($one, $two) = map { $lab->client($_) } @teams;
my $body   = { pairs => [pair_new(accountHandle => 'yongfook', accountTier => 'pro')] };
my $theirs = answer_created("the first team's stream", $one->post_stream($body));
my %account = (accountId => $theirs->{accounts}[0]{accountId});
my %segment = (segmentId => $theirs->{segments}[0]{segmentId});

# The text of an answer without what differs from request to request.
sub text ($response) {
    my $date = qr/\ADate\z|\AX-Request-Id\z/i;
    my $head = join "\n", map { "$_: " . $response->headers->header($_) }
        sort grep { !/$date/ } $response->headers->names->@*;
    my $id   = $response->headers->header('X-Request-Id');
    return $response->code . "\n$head\n" . $response->body =~ s/$id/ID/gr;
}

subtest 'a foreign stream looks like none' => sub {
    my $unknown = text($two->get('/v1/streams/999999999'));
    like $unknown, qr/\A404\n/, 'unknown';
    is text($two->get("/v1/streams/$theirs->{id}")), $unknown, 'foreign';
    is $two->request(HEAD => "/v1/streams/$theirs->{id}")->code, 404, 'HEAD';
    is $one->get("/v1/streams/$theirs->{id}")->code, 200, 'its own team sees it';
};

subtest 'foreign ids look like none' => sub {
    my $try = sub ($what, %pair) {
        my $response = leaves_nothing($lab, $what,
            sub { $two->post_stream({ pairs => [pair_new(%pair)] }) });
        return text($response);
    };
    my $no_account = $try->('no account', accountId => 999_999_999);
    my $no_segment = $try->('no segment', segmentId => 999_999_999);
    is $try->('account',  %account),           $no_account, 'a foreign account';
    is $try->('segment',  %segment),           $no_segment, 'a foreign segment';
    is $try->('both',     %account, %segment), $no_account, 'both';
    my $mixed = leaves_nothing($lab, 'between own ones', sub {
        $two->post_stream({ pairs => [pair_new(), pair_new(%account)] }) });
    answer_refused('between own ones', $mixed, 404, 'account_not_found',
        '/pairs/1/accountId not_found');
};

my $ours;

subtest 'the same handle' => sub {
    $ours = answer_created('it can be tracked by both', $two->post_stream(
        { pairs => [pair_new(accountHandle => 'yongfook', accountTier => 'growth')] }));
    my $account = $ours->{accounts}[0];
    isnt $account->{accountId}, $account{accountId}, 'by a row of its own';
    is $account->{tier}, 'growth', 'in its own tier';
    is $account->{accountCreated}, Mojo::JSON::true(), 'created for this team';
    isnt $ours->{segments}[0]{segmentId}, $segment{segmentId}, 'its own segment';
    for my $row ([0, 'pro'], [1, 'growth']) {
        my ($index, $tier) = @$row;
        my @changes = $lab->seat_changes($teams[$index]);
        is_deeply [map { [@{$_}{qw(item from to)}] } @changes],
            [[$teams[$index]{items}{$tier}, 0, 1]], "each pays for itself: $tier";
    }
};

subtest 'caps and limits are a team\'s own' => sub {
    my @free = map { $lab->client($lab->team(plan => 'free')) } 1, 2;
    my $pair = sub { body_new(pairs => [pair_new(accountHandle => 'shared')]) };
    answer_created('the first free team', $free[0]->post_stream($pair->()));
    answer_refused('is full', $free[0]->post_stream($pair->()), 400, 'stream_cap_exceeded');
    answer_created('the second one is not', $free[1]->post_stream($pair->()));
};

subtest 'keys of one team' => sub {
    my $user   = $lab->user($teams[0]{id});
    my $secret = $lab->operator->run(qw(key create --user), $user)->{key}{secret};
    my $mate   = $lab->client($secret);
    is $mate->get("/v1/streams/$theirs->{id}")->code, 200,
        'another user of the team sees the stream';
    answer_created('and uses the account',
        $mate->post_stream({ pairs => [{ %account, %segment }] }));
    is $mate->get("/v1/streams/$ours->{id}")->code, 404, 'but not what is foreign to the team';
};

is $lab->dbh->selectrow_array(
    'SELECT COUNT(*) FROM pair p JOIN stream s ON s.id = p.stream_id JOIN tracked_account a
       ON a.id = p.account_id JOIN segment g ON g.id = s.segment_id
     WHERE p.team_id <> s.team_id OR p.team_id <> a.team_id OR p.team_id <> g.team_id'), 0,
    'no row of one team points to another team';

$lab->stop;
done_testing;
