#!/usr/bin/perl
# Orders 7 to 9: more than one segment, labels without a canonical match, ids that are not the
# team's. A foreign id and an unknown one look alike.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(pair_new answer_refused answer_created leaves_nothing);
use Test::More;

my $lab     = Headwater::Lab->new;
my $team    = $lab->team;
my $client  = $lab->client($team);
my $other   = $lab->client($lab->team);
$lab->dbh->do(q{UPDATE tier SET stream_cap = 1000 WHERE tier = 'pro'});
my $first   = answer_created('a first stream',
    $client->post_stream({ pairs => [pair_new(accountTier => 'pro')] }));
my $account = $first->{accounts}[0]{accountId};
my $segment = $first->{segments}[0]{segmentId};
my $foreign = answer_created('a stream of others', $other->post_stream({ pairs => [pair_new()] }));

sub refused ($what, $body, $status, $code, @offenders) {
    my $response = leaves_nothing($lab, $what, sub { $client->post_stream($body) });
    return answer_refused($what, $response, $status, $code, @offenders);
}

# Pairs of one account, each with its own segment fields.
sub segments (@segments) {
    return { pairs => [map { { accountId => 0 + $account, %$_ } } @segments] };
}

sub inline (%fields) { return { segment => { description => 'd', %fields } } }

sub filters (%categories) { return inline(appliedSearchFilters => {%categories}) }

subtest 'more than one segment' => sub {
    my %two = (
        'two ids'            => [{ segmentId => 1 }, { segmentId => 2 }],
        'an id and inline'   => [{ segmentId => 0 + $segment }, inline()],
        'descriptions'       => [inline(), inline(description => 'e')],
        'case'               => [inline(), inline(description => 'D')],
        'a space'            => [inline(), inline(description => 'd ')],
        'names'              => [inline(name => 'a'), inline(name => 'b')],
        'a name and none'    => [inline(name => 'a'), inline()],
        'genders'            => [inline(genderValues => ['female']),
            inline(genderValues => ['male'])],
        'one gender more'    => [inline(genderValues => ['female', 'male']),
            inline(genderValues => ['male'])],
        'followers'          => [inline(followerCountTiers => ['over_1m']), inline()],
        'labels'             => [filters(skill => ['Rust']), filters(skill => ['Go'])],
        'one label more'     => [filters(skill => ['Rust']), filters(skill => ['Rust', 'Go'])],
        'one label less'     => [filters(skill => ['Rust', 'Go']), filters(skill => ['Rust'])],
        'categories'         => [filters(job_role => ['Founder']),
            filters(seniority => ['Founder'])],
    );
    refused($_, segments($two{$_}->@*), 400, 'stream_multi_segment', '/pairs/1 segment')
        for sort keys %two;
    refused('every one that differs', segments(inline(), inline(description => 'e'), inline(),
        { segmentId => 1 }), 400, 'stream_multi_segment', '/pairs/1 segment', '/pairs/3 segment');
    refused('of different accounts', { pairs => [pair_new(), pair_new(segment =>
        { description => 'another' })] }, 400, 'stream_multi_segment', '/pairs/1 segment');
};

subtest 'one segment in other words' => sub {
    my %same = (
        'genders in any order' => [inline(genderValues => ['female', 'male']),
            inline(genderValues => ['male', 'female'])],
        'no genders' => [inline(), inline(genderValues => [], followerCountTiers => undef,
            appliedSearchFilters => {}, name => undef)],
        'labels in any order' => [filters(skill => ['Rust', 'Go']),
            filters(skill => ['Go', 'Rust'])],
        'labels twice' => [filters(skill => ['Rust']), filters(skill => ['Rust', 'RUST'])],
        'aliases' => [filters(job_role => ['Co-founder']), filters(job_role => ['cofounder'])],
        'accents' => [filters(location => ['Spain', 'Turkey']), filters(location => ['türkiye',
        'ESPANA'])],
        'null categories' => [filters(skill => ['Rust'], job_role => undef),
            filters(skill => ['Rust'])],
    );
    for my $what (sort keys %same) {
        my $stream = answer_created($what, $client->post_stream(segments($same{$what}->@*)));
        is $stream->{segments}->@*, 1, 'one segment';
        is $stream->{pairs}->@*,    1, 'one pair';
    }
};

# The labels stored for filters that must be accepted.
sub stored (%filters) {
    my $stream = answer_created(join(' ', map { $_->@* } values %filters),
        $client->post_stream(segments(filters(%filters))));
    return $lab->dbh->selectcol_arrayref(
        q{SELECT l.name FROM segment_label s JOIN label l ON l.id = s.label_id
          WHERE s.segment_id = ? ORDER BY 1}, undef, $stream->{segments}[0]{segmentId});
}

subtest 'labels by any spelling' => sub {
    my @spellings = (
        [job_role => 'Founder'      => 'Founder', 'founder', 'FOUNDER', ' Founder ', "\tfounder\n",
            'founders', "\x{a0}Founder\x{2003}"],
        [job_role => 'Co-founder'   => 'Co-Founder', 'cofounder', 'CO FOUNDER', 'co   founder'],
        [job_role => 'Solo Founder' => 'solo  founder', 'Solopreneur', " solo\tfounder"],
        [location => 'Bogotá'       => 'Bogotá', 'bogota', 'BOGOTA', "Bogota\x{301}", 'BOGOTÁ'],
        [location => 'Ireland'      => 'Éire', 'eire', 'EIRE'],
        [location => 'Ukraine'      => 'україна', 'Україна'],
    );
    for my $row (@spellings) {
        my ($category, $canonical, @texts) = @$row;
        is_deeply stored($category => [$_]), [$canonical], "$canonical is stored" for @texts;
    }
    is_deeply stored(job_role => ['Founder'], seniority => ['cofounder']), ['Founder', 'Founder'],
        'each category has its own';
};

subtest 'orphans' => sub {
    my $at    = '/pairs/0/segment/appliedSearchFilters';
    my $error = refused('several', segments(filters(job_role => ['Fuonder', 'CEO', 'qqqqqqq'],
        skill => ['Pyhton'])), 400, 'orphan_label', "$at/job_role/0 label", "$at/job_role/2 label",
        "$at/skill/0 label");
    my %orphan = map { $_->{pointer} => $_ } $error->{orphans}->@*;
    is scalar(keys %orphan), 3, 'one for each';
    is join(',', sort keys $error->{orphans}[0]->%*), 'category,label,pointer,suggestions',
        'members';
    is_deeply $orphan{"$at/job_role/0"}{suggestions}[0], 'Founder', 'a slip of the pen';
    is_deeply $orphan{"$at/skill/0"}{suggestions}[0],    'Python',  'another';
    is_deeply $orphan{"$at/job_role/2"}{suggestions},    [],        'nothing is like it';
    is $orphan{"$at/job_role/2"}{label},    'qqqqqqq',  'the label as sent';
    is $orphan{"$at/job_role/2"}{category}, 'job_role', 'its category';
    is $error->{details}->@*, 3, 'details say the same';

    my %one = ('another category' => { skill => ['Founder'] },
        'an unknown one' => { shoes => ['Red'] },
        'a category in capitals' => { Job_Role => ['CEO'] },
            'a part of a name' => { job_role => ['Foun'] },
        'inner space left out' => { job_role => ['solo_founder'] },
        'no ASCII category' => { 'jöb' => ['CEO'] }, 'emoji' => { job_role => ['🚀'] },
        'a quote' => { job_role => [q{' OR 1=1 --}] }, 'wildcards' => { job_role => ['%'] },
        'JSON' => { job_role => ['"],["job_role","CEO'] }, 'control characters' =>
            { job_role => ["a\x{1}b"] }, 'a backslash' => { job_role => ['\\'] });
    for my $what (sort keys %one) {
        my $orphans = refused($what, segments(filters($one{$what}->%*)), 400,
            'orphan_label')->{orphans};
        my ($category) = keys $one{$what}->%*;
        is_deeply [map { [$_->{pointer}, $_->{category}, $_->{label}] } @$orphans],
            [["$at/$category/0", $category, $one{$what}{$category}[0]]], 'as sent';
    }
    my $both = refused('in every pair', { pairs => [pair_new(filters(skill => ['xx'])->%*),
        pair_new(filters(skill => ['XX'])->%*)] }, 400, 'orphan_label');
    is $both->{orphans}->@*, 2, 'each pair has its own pointer';
};

subtest 'ids of nobody and of others' => sub {
    my ($theirs, $their_segment) = ($foreign->{accounts}[0]{accountId},
        $foreign->{segments}[0]{segmentId});
    $lab->dbh->do('INSERT INTO segment (team_id, description, gender_values, follower_count_tiers,
        created_at, archived_at) VALUES (?, ?, ?, ?, NOW(6), NOW(6))', undef, $team->{id}, 'old',
            '', '');
    my $archived = $lab->dbh->selectrow_array('SELECT MAX(id) FROM segment');
    my $text = sub (%pair) {
        my $answer = leaves_nothing($lab, 'ids',
            sub { $client->post_stream({ pairs => [pair_new(%pair)] }) });
        is $answer->code, 404, join(' ', map { "$_ $pair{$_}" } grep { /Id/ } sort keys %pair);
        return $answer->body =~ s/[0-9a-f]{32}/ID/r;
    };
    my $unknown = $text->(accountId => 999_999_999);
    like $unknown, qr/"account_not_found"/, 'account_not_found';
    like $unknown, qr{"/pairs/0/accountId"}, 'with its pointer';
    is $text->(accountId => 0 + $theirs), $unknown, 'a foreign account looks the same';
    is $text->(accountId => 0 + $theirs, segmentId => 0 + $their_segment), $unknown,
        'an account comes before a segment';
    my $no_segment = $text->(segmentId => 999_999_999);
    like $no_segment, qr/"segment_not_found"/, 'segment_not_found';
    like $no_segment, qr{"/pairs/0/segmentId"}, 'with its pointer';
    is $text->(segmentId => 0 + $their_segment), $no_segment, 'a foreign segment looks the same';
    is $text->(segmentId => 0 + $archived),      $no_segment, 'an archived one too';
    refused('every account is named', { pairs => [map { { accountId => 0 + $_,
        segmentId => 0 + $segment } } $account, 999_999_998, $theirs] }, 404, 'account_not_found',
        '/pairs/1/accountId not_found', '/pairs/2/accountId not_found');
    is $lab->scrapebadger->requests->{total}, 2, 'and nobody was looked up for any of this';
};

$lab->stop;
done_testing;
