# "headwater label", "headwater category": what the operator adds to the catalogue, requests find.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(encode);
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new;
my $operator = $lab->operator;
my $client   = $lab->client($lab->team(plan => 'free'));

sub bytes (@words) { return map { encode('UTF-8', $_) } @words }

sub refused ($code, $words, $pattern, $name) {
    my ($status, $out, $err) = $operator->try(bytes(@$words));
    is $status, $code, "$name: exit $code";
    like $err, $pattern, "$name: says what to do";
    return;
}

# How a request's label is answered: nothing if it is found, else the code of the error.
sub answer_to ($category, $label) {
    my $answer = $client->post_stream({ pairs => [{ accountHandle => 'yongfook',
        segment => { description => 'D', appliedSearchFilters => { $category => [$label] } } }] });
    return $answer->json->{error} && $answer->json->{error}{code};
}

# The free team's account takes one stream: what comes after the labels in order is reached.
is answer_to('skill', 'Forth'), 'orphan_label', 'a label that is not there';
my $label = $operator->run(bytes('label', 'create', '--category', 'skill', '--name', '  Forth ',
    '--alias', 'Forth   programming', '--alias', 'FORTH'))->{label};
is_deeply $label, { id => $label->{id}, category => 'skill', name => 'Forth',
    aliases => ['Forth programming'] }, 'made, its spellings trimmed and collapsed';
is answer_to('skill', 'forth'), undef, 'a request finds it, whatever the case';
is_deeply $operator->run('label', 'show', $label->{id})->{label}, $label, 'it is shown';
is scalar(grep { $_->{id} == $label->{id} }
        $operator->run(qw(label list --category skill))->{labels}->@*), 1, 'and listed';
refused(1, [qw(label list --category none)], qr/no category none; `headwater category list`/,
    'labels of no category');
cmp_ok scalar($operator->run(qw(label list))->{labels}->@*), '>', 400, 'or all labels';

my $id = $label->{id};
$operator->run(bytes('label', 'set', $id, '--alias', 'Fōrth lang'));
is_deeply $operator->run('label', 'show', $id)->{label}{aliases},
    ['Fōrth lang', 'Forth programming'], 'an alias more';
$operator->run('label', 'set', $id, '--alias', 'forth LANG');
is scalar($operator->run('label', 'show', $id)->{label}{aliases}->@*), 2,
    'the same in another case adds nothing';
$operator->run('label', 'set', $id, '--no-alias', 'FORTH PROGRAMMING');
is_deeply $operator->run('label', 'show', $id)->{label}{aliases}, ['Fōrth lang'], 'one less';

my $renamed = $operator->run('label', 'set', $id, '--name', 'ANS Forth')->{label};
is_deeply [@$renamed{qw(name aliases)}], ['ANS Forth', ['Forth', 'Fōrth lang']],
    'renamed: the former name stays an alias';
$renamed = $operator->run('label', 'set', $id, '--name', 'Forth', '--no-alias', 'ANS Forth')
    ->{label};
is_deeply [@$renamed{qw(name aliases)}], ['Forth', ['Fōrth lang']], 'and back, without a trace';
is $operator->run('label', 'set', $id, '--name', 'forth')->{label}{name}, 'forth',
    'a change of letter case alone';

my ($taken) = grep { $_->{id} != $id }
    $operator->run(qw(label list --category skill))->{labels}->@*;
refused(1, ['label', 'create', '--category', 'skill', '--name', uc $taken->{name}],
    qr/finds the label "\Q$taken->{name}\E" \($taken->{id}\) already/, 'a name in use');
refused(1, ['label', 'set', $id, '--alias', $taken->{name}],
    qr/finds the label "\Q$taken->{name}\E"/, 'a spelling of another label');
refused(1, ['label', 'create', '--category', 'skill', '--name', 'New', '--alias', $taken->{name}],
    qr/finds the label/, 'a new one with it');
refused(1, ['label', 'set', $id, '--no-alias', $taken->{name}], qr/has no spelling/,
    'another label\'s alias');
refused(2, ['label', 'set', $id, '--no-alias', 'FORTH'], qr/own name; give it another/,
    'its own name');
refused(1, ['label', 'create', '--category', 'none', '--name', 'New'],
    qr/no category none; `headwater category list`/, 'no such category');
refused(1, [qw(label set 999999 --name N)], qr/no label 999999; `headwater label list`/,
    'no such label');
refused(1, [qw(label show 999999)], qr/no label 999999; `headwater label list`/, 'none to show');
refused(2, ['label', 'set', $id], qr/Say what to change: --name, --alias, --no-alias/, 'no change');
refused(2, ['label', 'set', $id, '--alias', $_->[1]], qr/--alias must/, "alias $_->[0]")
    for ['empty', ''], ['blank', '  '], ['too long', 'x' x 101], ['two lines', "a\nb"];
refused(2, ['label', 'set', $id, map { ('--alias', "a$_") } 1 .. 17], qr/at most 16 times/,
    'too many at once');
is_deeply $operator->run('label', 'show', $id)->{label}{aliases}, ['Fōrth lang'],
    'no refusal has left an alias';
is answer_to('skill', 'New'), 'orphan_label', 'or a label';

is_deeply $operator->run(qw(category create game --title Game))->{category},
    { category => 'game', title => 'Game', labels => 0 }, 'a category of our own';
$operator->run(qw(label create --category game --name Go));
is answer_to('game', 'go'), 'stream_cap_exceeded', 'which requests may use at once';
my ($game) = grep { $_->{category} eq 'game' } $operator->run(qw(category list))->{categories}->@*;
is_deeply $game, { category => 'game', title => 'Game', labels => 1 }, 'it is listed';
refused(1, [qw(category create game --title Game)], qr/category game already/, 'twice');
refused(2, ['category', 'create', $_, '--title', 'T'], qr/must be 1 to 40 small letters/,
    "category '$_'") for '', 'Game', '1st', 'a b', 'x' x 41, 'straße';

$lab->stop;
done_testing;
