package Sandbox::ScrapeBadger::Garble;

# Malformed 200 replies. Each takes the reply that would have been right and spoils it.

use strict;
use warnings;
use feature 'signatures';

use Mojo::JSON qw(encode_json);
use Sandbox::Answer;

my $OTHER_ID = '1234567890123456789';

my %VARIANT = (
    html  => sub ($) { ('<!DOCTYPE html><html><body>Just a moment...</body></html>', 'text/html') },
    cut   => sub ($good) { my $json = encode_json($good); substr $json, 0, length($json) / 2 },
    empty => sub ($)     { '{}' },
    blank => sub ($)     { '' },
    error => sub ($)     { encode_json({ error => 'Something went wrong' }) },
    noid  => sub ($good) { users_change($good, sub ($user) { delete $user->{id} }) },
    badid => sub ($good) { users_change($good, sub ($user) { $user->{id} = '9' x 30 }) },
    other => sub ($good) {
        users_change($good, sub ($user) { @$user{qw(id username)} = ($OTHER_ID, 'x_other') });
    },
    list => sub ($good) { encode_json($good->{data} // [$good]) },
);

# $good: a user object, or the {"data": [...]} of a batch.
sub answer_build ($variant, $good) {
    my ($body, $type) = $VARIANT{$variant}->($good);
    return Sandbox::Answer->raw(200, $body, 'Content-Type' => $type // 'application/json');
}

sub users_change ($good, $change) {
    $change->($_) for $good->{data} ? @{ $good->{data} } : ($good);
    return encode_json($good);
}

1;
