#!/usr/bin/perl
# Headers are contracts: a guard, a comment at the head, one above each group of prototypes, and
# must-check on what answers an error. What is in no header is static; what is has its file's noun.
use v5.36;

use FindBin qw($RealBin);
use Test::More;

my $src = "$RealBin/../src";

# Made by the build.
my $MADE = qr{^edge/(?:migrations|statements|statement_names)\.};

# Answers that may go unread: the first three are written to be returned at once, and the create's
# is for the log; its answer stands in the struct.
my %UNCHECKED = map { $_ => 1 } qw(errmsg_set errmsg_while db_fail stream_create_run);

# Functions are named by their file, but for these. A use case that is cut into several files has
# one noun; so has a library that takes several files.
my @NOUNS = (
    [ qr{^flow/stream_\w+$},      qr/^stream_/ ],
    [ qr{^admin/doctor_\w+$},     qr/^doctor_/ ],
    [ qr{^admin/team_\w+$},       qr/^team_/ ],
    [ qr{^edge/db_(?:stmt|link)}, qr/^db_/ ],
    [ qr{^edge/json_write$},      qr/^json_(?:node|value)_/ ],
    [ qr{^edge/http_reply$},      qr/^http_reply_/ ],
    [ qr{^base/err$},             qr/^errmsg_/ ],
    [ qr{^base/scoreboard$},     qr/^score_/ ],
    [ qr{^rule/segment_input$},   qr/^(?:gender|follower_tier)_text$/ ],
    [ qr{^rule/stream_choice$},   qr/^(?:email_mode|email_digest|delivery|csv_format)_text$/ ],
    [ qr{^api/stream_post$},      qr/^stream_post$/ ],
    [ qr{^(?:serve|admin)/main$}, qr/^main$/ ],
);

sub text_of ($name) {
    open my $file, '<', "$src/$name" or die "$name: $!\n";
    local $/;
    return <$file>;
}

my @names = grep { $_ !~ $MADE } map { s{^\Q$src\E/}{}r } glob "$src/*/*.[ch]";
my %text  = map { $_ => text_of($_) } @names;
my @headers = grep {/\.h$/} @names;
my @bodies  = grep {/\.c$/} @names;

sub none_is ($what, $where, $find) {
    my @faults = map { my $name = $_; map {"src/$name: $_"} $find->($name) } @$where;
    ok !@faults, $what or diag map {"$_\n"} @faults;
    return;
}

sub guard_faults ($name) {
    my $guard = 'HW_' . uc($name =~ s{[/.]}{_}gr);
    return if $text{$name} =~ m{^\#ifndef\ $guard\n\#define\ $guard\n .* ^\#endif\n\z}xms;
    return "has not the guard $guard around all";
}

sub head_faults ($name) {
    return $text{$name} =~ m{\A/\*.*?\*/\n#ifndef }s ? () : 'does not begin with a comment';
}

# The paragraphs of a header below its guard: runs of lines without a blank one between.
sub paragraphs_of ($name) {
    my ($body) = $text{$name} =~ m{^#define HW_\w+_H\n(.*)^#endif}ms or return;
    $body =~ s{^\#.*\n}{}mg;
    return split /\n{2,}/, $body;
}

# The prototypes of a text: [name, declaration].
sub prototypes_of ($text) {
    my $code = $text =~ s{/\*.*?\*/}{}gsr;
    my @found;
    while ($code =~ /^([a-z][^;{}=()]*?\b(\w+)\([^;{}]*\)[^;{}]*);/mg) {
        push @found, [ $2, $1 ];
    }
    return @found;
}

# A paragraph with prototypes starts with a comment, or belongs to the comment of the one above
# that has nothing but a comment.
sub comment_faults ($name) {
    my $said = 0;
    my @faults;
    for my $paragraph (paragraphs_of($name)) {
        my $has_comment = $paragraph =~ m{^\s*/\*};
        my @prototypes  = prototypes_of($paragraph);
        push @faults, map {"$_->[0] has no comment above its group"} @prototypes
            if @prototypes && !$has_comment && !$said;
        $said = $has_comment && $paragraph =~ m{\A\s*/\*\s*+[^-].*\*/\s*\z}s;
    }
    return @faults;
}

sub check_faults ($name) {
    return map {"$_->[0] answers an error and lacks HW_MUST_CHECK"}
        grep { $_->[1] =~ /^enum err\s/ && $_->[1] !~ /HW_MUST_CHECK/ && !$UNCHECKED{ $_->[0] } }
        prototypes_of($text{$name});
}

# Names of the functions that a .c file defines and does not keep to itself.
sub functions_of ($name) {
    my $code = $text{$name} =~ s{/\*.*?\*/}{}gsr;
    my @found;
    while ($code =~ /^((?:[a-z]\w*[ *]+)+)(\w+)\([^;{}]*\)\n\{$/mg) {
        push @found, $2 if $1 !~ /\bstatic\b/;
    }
    return @found;
}

sub has_its_noun ($stem, $function) {
    my $noun = $stem =~ s{.*/}{}r;
    return 1 if $function =~ /^$noun(?:_|$)/;
    return grep { $stem =~ $_->[0] && $function =~ $_->[1] } @NOUNS;
}

sub noun_faults ($name) {
    my $stem = $name =~ s/\.c$//r;
    return map {"$_ is not named after its file"} grep { !has_its_noun($stem, $_) }
        functions_of($name);
}

my %declared = map { $_->[0] => 1 } map { prototypes_of($text{$_}) } @headers;

sub undeclared_faults ($name) {
    return map {"$_ is neither static nor in a header"}
        grep { $_ ne 'main' && !$declared{$_} } functions_of($name);
}

# ret_ parameters come last; only the sentence of an error, or the room in a buffer, may follow.
my $may_follow = qr/struct errmsg|size_t len\b|[^,)]*\bret_/;

sub order_faults ($name) {
    return map {"$_->[0] has a parameter behind its ret_ ones"}
        grep { $_->[1] =~ /\bret_\w+(?:\[[^]]*\])?,\s*+(?!$may_follow)/ }
        prototypes_of($text{$name});
}

cmp_ok scalar @headers, '>', 50, 'the headers are found';
cmp_ok scalar(keys %declared), '>', 200, 'their prototypes are found';
cmp_ok scalar(map { functions_of($_) } @bodies), '>', 200, 'and the functions';
none_is 'every header has its guard',                    \@headers, \&guard_faults;
none_is 'every header begins with a comment',            \@headers, \&head_faults;
none_is 'every group of prototypes has a comment',       \@headers, \&comment_faults;
none_is 'errors must be checked',                        \@headers, \&check_faults;
none_is 'ret_ parameters come last',                     \@headers, \&order_faults;
none_is 'a function has the noun of its file',           \@bodies,  \&noun_faults;
none_is 'a function is static, or declared in a header', \@bodies,  \&undeclared_faults;

done_testing;
