# "headwater config show": every option with its value and where it comes from, and no secret.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write);
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database']);
my $operator = $lab->operator;
my $dir      = $lab->dir;
my $dump     = ($ENV{HW_BUILDDIR} // "$FindBin::Bin/..") . '/t/unit/config_dump';

# { "section.name" => option }
sub options () {
    return { map { ("$_->{section}.$_->{name}" => $_) }
            $operator->run(qw(config show))->{options}->@* };
}

my $options = options();
my @table   = map { [split /\t/] } split /\n/, `$dump`;
is_deeply [sort keys %$options], [sort map { "$_->[0].$_->[1]" } @table], 'every option is shown';
my %default = map { ("$_->[0].$_->[1]" => $_->[2]) } @table;

is_deeply [@{ $options->{'server.backlog'} }{qw(value source isReadable)}],
    [$default{'server.backlog'}, 'default', undef], 'a default is told as one';
my @lines = split /\n/, file_read($lab->daemon->config);
my ($line) = grep { $lines[$_ - 1] =~ /^workers = / } 1 .. @lines;
is_deeply [@{ $options->{'server.workers'} }{qw(value source)}],
    ['4', $lab->daemon->config . ":$line"], 'what is set, with file and line';
is $options->{'headwater.sandbox'}{value}, 'yes', 'yes and no are words';
is $options->{$_}{isReadable}, Mojo::JSON->true, "$_ can be read"
    for qw(stripe.key_file scrapebadger.key_file database.defaults_file);

unlink "$dir/stripe.key";
is options()->{'stripe.key_file'}{isReadable}, Mojo::JSON->false, 'a file that is not there';
my (undef, $text) = $operator->try(qw(config show));
like $text, qr/^stripe +key_file +\Q$dir\E\/stripe\.key +\S+:\d+ +no$/m, 'people read the same';
unlike $text, qr/sb_lab_|whsec_/, 'no secret is shown';

$lab->daemon->config_write('stripe.url' => 'http://user:secret@127.0.0.1:9/x');
my ($status, $out, $err) = $operator->try(qw(config show));
unlike "$out$err", qr/secret\@/, 'nor one within a URL';
$lab->daemon->config_write('stripe.url' => 'http://127.0.0.1:9');

$lab->daemon->config_write('server.workers' => 'many');
($status, $out, $err) = $operator->try(qw(config show));
is $status, 1, 'a fault in the file: exit 1';
like $err, qr/headwater\.conf:\d+:.*workers/, 'file, line and option are named';

$lab->stop;
done_testing;
