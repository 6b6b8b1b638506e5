#!/usr/bin/perl
# docs/openapi.yaml knows the service as it is: every route, every error with its status, every
# field of a request, every code of a fault. And the page of errors has them all.
use v5.36;

use FindBin qw($RealBin);
use lib "$RealBin/lib";
use Headwater::ApiDocument;
use Headwater::Files qw(file_read);
use Headwater::Requirement;
use JSON::PP ();
use Test::More;

my $top   = "$RealBin/..";
my $build = $ENV{HW_BUILDDIR} // $top;
my $dump  = "$build/t/unit/input_dump";
Headwater::Requirement::missing('input_dump') if !-x $dump;

my $document = Headwater::ApiDocument->new($build);
my $source   = sub ($name) { return file_read("$top/$name") };
my @operations = $document->operations;

# What nginx answers by itself, from files.
my %BY_NGINX = map { ("GET $_" => 'anybody') } qw(/v1/openapi.json /v1/openapi.yaml);

subtest 'the version' => sub {
    my ($version) = $source->('configure.ac') =~ /AC_INIT\(\[headwater\], \[([\d.]+)\]\)/;
    is $document->tree->{info}{version}, $version, 'that of configure.ac';
};

subtest 'routes' => sub {
    my %who = (API_KEY => 'a key', STRIPE_SIGNATURE => 'anybody', LOCAL => 'anybody');
    my $text = $source->('src/api/route.c');
    my %routes;
    while ($text =~ /\{"([^"]+)", "(\w+)", "[^"]+", ROUTE_(\w+), [\w, ]+\}/g) {
        $routes{"$2 $1"} = $who{$3};
    }
    cmp_ok scalar(keys %routes), '>=', 6, 'the table is found';
    my %described = map { ("$_->{method} $_->{path}" => $_->{security}->@* ? 'a key' : 'anybody') }
        @operations;
    is_deeply \%described, { %routes, %BY_NGINX },
        'each is described, with who may call it, and no other';
};

# code => [statuses], from the C table and from what nginx refuses by itself.
sub errors_known () {
    my %errors = $source->('src/api/error_table.c')
        =~ /\[ERR_\w+\]\s*=\s*\{\s*"(\w+)",\s*(\d{3}),/g;
    return { (map { ($_ => [$errors{$_}]) } keys %errors), rate_limited => [429],
        bad_request => [400, 414, 431] };
}

sub errors_described () {
    my %found;
    for my $operation (@operations) {
        for my $status (keys $operation->{responses}->%*) {
            my $codes = $document->codes($operation->{responses}{$status}) // next;
            $found{$_}{$status} = 1 for @$codes;
        }
    }
    return { map { ($_ => [sort keys $found{$_}->%*]) } keys %found };
}

my $errors = errors_known();

subtest 'errors' => sub {
    cmp_ok scalar(keys %$errors), '>', 20, 'the table is found';
    is_deeply errors_described(), $errors, 'every code with its status, and no other';
    my %examples = $document->examples->%*;
    is_deeply [sort keys %examples], [sort keys %$errors], 'an example of each';
    is_deeply [grep { $examples{$_}{value}{error}{code} ne $_ } keys %examples], [], 'of its name';
    is_deeply [grep { !$examples{$_}{summary} || !$examples{$_}{description} } keys %examples], [],
        'with when, and what to do';
};

subtest 'errors of each answer' => sub {
    for my $operation (@operations) {
        for my $status (sort keys $operation->{responses}->%*) {
            my $answer = $operation->{responses}{$status};
            my $what   = "$operation->{method} $operation->{path} $status";
            my $codes  = $document->codes($answer);
            next if !$codes || $answer->{content}{'application/health+json'};
            is_deeply [sort keys $answer->{content}{'application/json'}{examples}->%*],
                [sort @$codes], "$what: an example of each code";
        }
    }
};

subtest 'answers that every route has' => sub {
    for my $operation (grep { $_->{path} =~ m{^/v1/str} } @operations) {
        my %answer = $operation->{responses}->%*;
        my @always = qw(400 404 405 413 414 429 431 500 503);
        push @always, 401 if $operation->{security}->@*;
        is_deeply [grep { !$answer{$_} } @always], [], "$operation->{method} $operation->{path}";
    }
};

subtest 'the page of errors' => sub {
    my $page = file_read("$build/docs/site/errors.html");
    for my $code (sort keys %$errors) {
        my ($section) = $page =~ m{(<section id="$code">.*?</section>)}s;
        ok $section, "#$code" or next;
        my $statuses = join ', ', $errors->{$code}->@*;
        like $section, qr/<span class="status \w+">$statuses</, 'its status';
        like $section, qr/What to do\.<\/strong> \w/, 'what to do';
        like $page, qr/<a href="#$code">/, 'a link to it';
    }
    is_deeply [sort $page =~ /<section id="(\w+)">/g], [sort keys %$errors], 'and no other';
    unlike $page, qr/<script|\son\w+=|style=/i, 'nothing that the policy would stop';
};

subtest 'fields of a request' => sub {
    open my $pipe, '-|', $dump or die "$dump: $!\n";
    my @rows = map { chomp; [split /\t/] } <$pipe>;
    close $pipe or die "$dump failed\n";
    my $stream = $document->schema('StreamRequest');
    my %schema = (stream => $stream, pair => $document->schema('PairRequest'),
        segment => $document->schema('SegmentRequest'),
        csvEmailRecipients => $stream->{properties}{csvEmailRecipients});
    for my $object (sort keys %schema) {
        my @mine = grep { $_->[0] eq $object } @rows;
        is_deeply [sort keys $schema{$object}{properties}->%*], [sort map { $_->[1] } @mine],
            "$object: the fields";
        is_deeply [sort(($schema{$object}{required} // [])->@*)],
            [sort map { $_->[1] } grep { $_->[2] eq 'required' } @mine], "$object: required ones";
        ok defined $schema{$object}{additionalProperties}
            && !$schema{$object}{additionalProperties}, "$object: no other";
    }
};

subtest 'categories of labels' => sub {
    my ($values) = $source->('sql/migrations/0002_label_catalogue.sql')
        =~ /INSERT INTO label_category .*? VALUES(.*?)ON DUPLICATE/s;
    is_deeply [sort keys $document->schema('Filters')->{properties}->%*],
        [sort $values =~ /\('(\w+)',/g], 'those of the catalogue';
};

# The codes that a fault may have: the words among what is handed to problem_add and its callers.
subtest 'codes of faults' => sub {
    my %code;
    for my $file (glob "$top/src/*/*.c") {
        my $text = file_read($file);
        while ($text =~ /\b(?:problem_add(?:_\w+)?|refuse_handles)\((.*?)\);/gs) {
            $code{$_} = 1 for $1 =~ /"([a-z]+(?:_[a-z]+)*)"/g;
        }
    }
    my @described = $document->schema('Detail')->{properties}{code}{enum}->@*;
    is_deeply [sort @described], [sort keys %code], 'every one, and no other';
};

subtest 'what comes from npm' => sub {
    my $lock = JSON::PP->new->decode($source->('docs/package-lock.json'));
    my $want = JSON::PP->new->decode($source->('docs/package.json'));
    my %all  = map { %{ $want->{$_} } } qw(dependencies devDependencies);
    is_deeply [grep { $all{$_} !~ /^\d+\.\d+\.\d+$/ } sort keys %all], [], 'exact versions';
    is_deeply { map { ($_ => $lock->{packages}{"node_modules/$_"}{version}) } keys %all }, \%all,
        'are those of the lockfile';
    is_deeply [grep { $lock->{packages}{$_}{resolved} } sort keys $lock->{packages}->%*], [],
        'which names no registry';
    is_deeply [grep { $_ && !$lock->{packages}{$_}{integrity} } sort keys $lock->{packages}->%*],
        [], 'and the content of each package';
};

done_testing;
