#!/usr/bin/perl
# The fields of an inline segment.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams
    qw(as_json pair_new answer_refused answer_created rows_refuse leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $client = $lab->client($lab->team);
$lab->dbh->do(q{UPDATE tier SET stream_cap = 1000 WHERE tier = 'pro'});
my $account = answer_created('a first stream',
    $client->post_stream({ pairs => [pair_new(accountTier => 'pro')] }))->{accounts}[0]{accountId};

my $AT   = '/pairs/0/segment';
my $none = sub { return () };

# A body whose segment has these fields.
sub segment (%fields) {
    return { pairs => [{ accountId => 0 + $account, segment => { description => 'd', %fields } }] };
}

sub filters (%categories) { return segment(appliedSearchFilters => {%categories}) }

# The stored segment of a create that must succeed.
sub stored ($what, $body) {
    my $stream = answer_created($what, $client->post_stream($body));
    my $row    = $lab->dbh->selectrow_hashref('SELECT * FROM segment WHERE id = ?', undef,
        $stream->{segments}[0]{segmentId});
    return $row;
}

sub labels_of ($segment) {
    return $lab->dbh->selectcol_arrayref(
        q{SELECT CONCAT(l.category, ' ', l.name) FROM segment_label s JOIN label l
          ON l.id = s.label_id WHERE s.segment_id = ? ORDER BY 1}, undef, $segment->{id});
}

my @wrong = (5, Mojo::JSON::true(), [], {});

subtest 'description' => sub {
    rows_refuse($client, $none,
        ['absent', { pairs => [{ accountId => $account, segment => {} }] },
            "$AT/description required"],
        ['null',           segment(description => undef),      "$AT/description required"],
        ['empty',          segment(description => ''),         "$AT/description min_length"],
        ['2,001 letters',          segment(description => 'x' x 2001),
            "$AT/description max_length"],
        ['2,001 emoji',    segment(description => '🚀' x 2001), "$AT/description max_length"],
        (map { [as_json($_), segment(description => $_), "$AT/description type"] }
            @wrong));
    for my $text ('x', 'x' x 2000, '🚀' x 2000, "two\nlines\tand a tab", '  spaces  ', "e\x{301}",
        "\x{200b}zero\x{feff}") {
        my $what = length($text) . ' characters';
        is stored($what, segment(description => $text))->{description}, $text, "$what: as sent";
    }
};

subtest 'name' => sub {
    rows_refuse($client, $none,
        ['empty', segment(name => ''),        "$AT/name min_length"],
        ['201 letters',   segment(name => 'x' x 201), "$AT/name max_length"],
        ['201 emoji', segment(name => '🚀' x 201), "$AT/name max_length"],
        (map { [as_json($_), segment(name => $_), "$AT/name type"] } @wrong));
    for my $text ('x', 'x' x 200, '🚀' x 200, 'Grüße') {
        is stored(length($text) . ' characters', segment(name => $text))->{name}, $text, 'as sent';
    }
    is stored('null', segment(name => undef))->{name}, undef, 'null is absent';
};

for my $case (
    ['genderValues', 'gender_values', qw(female male nonbinary unknown)],
    ['followerCountTiers', 'follower_count_tiers',
        qw(under_1k 1k_to_10k 10k_to_100k 100k_to_1m over_1m)],
) {
    my ($field, $column, @values) = @$case;
    subtest $field => sub {
        is stored($_, segment($field => [$_]))->{$column}, $_, $_ for @values;
        is stored('all', segment($field => [reverse @values]))->{$column}, join(',', @values),
            'all';
        is stored('none', segment($field => []))->{$column},    '', 'an empty array';
        is stored('null', segment($field => undef))->{$column}, '', 'null is absent';
        rows_refuse($client, $none,
            ['text',      segment($field => $values[0]),     "$AT/$field type"],
            ['an object', segment($field => {}),             "$AT/$field type"],
            ['a number',  segment($field => [1, $values[0]]), "$AT/$field/0 type"],
            ['null in it', segment($field => [undef]),        "$AT/$field/0 type"],
            ['twice',     segment($field => [@values[0, 1, 0]]), "$AT/$field/2 unique"],
            (map { ["'$_'", segment($field => [$values[1], $_]), "$AT/$field/1 enum"] }
                '', 'other', uc $values[0], " $values[0]", "$values[0],$values[1]"),
            ['three wrong', segment($field => ['x', $values[0], 5, 'y']),
                "$AT/$field/0 enum", "$AT/$field/2 type", "$AT/$field/3 enum"]);
    };
}

subtest 'appliedSearchFilters' => sub {
    my $at = "$AT/appliedSearchFilters";
    is_deeply labels_of(stored('none', filters())), [], 'an empty object';
    is_deeply labels_of(stored('null', segment(appliedSearchFilters => undef))), [], 'null';
    is_deeply labels_of(stored('a null category', filters(job_role => undef))), [],
        'a category that is null';
    is_deeply labels_of(stored('two', filters(job_role => ['CEO'], skill => ['Python', 'Rust']))),
        ['job_role CEO', 'skill Python', 'skill Rust'], 'two categories';
    is_deeply labels_of(stored('doubled', filters(job_role => ['CEO', 'ceo', 'Chief Executive']))),
        ['job_role CEO'], 'three spellings of one label';
    my $roles = $lab->dbh->selectcol_arrayref(
        q{SELECT name FROM label WHERE category = 'job_role' ORDER BY id LIMIT 51});
    is labels_of(stored('50 labels', filters(job_role => [@$roles[0 .. 49]])))->@*, 50, '50 labels';
    rows_refuse($client, $none,
        ['51 labels',  filters(job_role => $roles), "$at/job_role max_items"],
        ['no label',   filters(job_role => []),     "$at/job_role min_items"],
        ['text',       filters(job_role => 'CEO'),  "$at/job_role type"],
        ['an object',  filters(job_role => {}),     "$at/job_role type"],
        ['a number',   filters(job_role => ['CEO', 5]),     "$at/job_role/1 type"],
        ['null in it', filters(job_role => [undef, 'CEO']), "$at/job_role/0 type"],
        ['an array',   segment(appliedSearchFilters => []), "$at type"],
        ['text',       segment(appliedSearchFilters => 'job_role'), "$at type"],
        ['13 categories', filters(map { ("category_$_" => ['x']) } 1 .. 13), "$at max_items"]);
    my $twelve = leaves_nothing($lab, '12 categories',
        sub { $client->post_stream(filters(map { ("category_$_" => ['x']) } 1 .. 12)) });
    is answer_refused('12 categories that are none', $twelve, 400, 'orphan_label')->{orphans}->@*,
        12, 'pass the count and are all orphans';
};

subtest 'the segment itself' => sub {
    my $with = sub ($segment) { { pairs => [{ accountId => $account, segment => $segment }] } };
    rows_refuse($client, $none,
        ['text',          $with->('AI founders'), "$AT type"],
        ['an array',      $with->([]),            "$AT type"],
        ['unknown field', segment(foo => 1),      "$AT/foo unknown_field"],
        ['an id in it',   segment(id => 1),       "$AT/id unknown_field"],
        ['all at once',   $with->({ name => '', genderValues => ['x'], followerCountTiers => 1,
                appliedSearchFilters => { job_role => [] }, other => [] }),
            "$AT/name min_length", "$AT/genderValues/0 enum", "$AT/followerCountTiers type",
            "$AT/appliedSearchFilters/job_role min_items", "$AT/other unknown_field",
            "$AT/description required"]);
};

$lab->stop;
done_testing;
