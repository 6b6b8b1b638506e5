package Headwater::Source;

# The tree's own text files, for the tests that read the source.

use v5.36;
use Exporter qw(import);
use File::Find qw(find);

our @EXPORT_OK = qw(text_names);

# A text file is one by its name, or a script by its first line.
sub is_text ($path) {
    return 1
        if $path =~ /\.(?:c|h|t|pm|pl|sql|md|awk|conf|lua|txt|js|css|html|yaml|svg)$/;
    return 0 if $path =~ m{\.[^/]*$};
    open my $file, '<:raw', $path or return 0;
    read $file, my $start, 2;
    return $start eq '#!';
}

# Those of these files that are there, and all text files in these folders, by their path from $top;
# without what npm and the build make.
sub text_names ($top, $files, $folders) {
    my @names = grep { -f "$top/$_" } @$files;
    my $made  = qr{/\.deps$|/docs/(?:node_modules|site)$};
    my $enter = sub { grep { "$File::Find::dir/$_" !~ $made } @_ };
    my $visit = sub {
        my $name = $File::Find::name =~ s{^\Q$top\E/}{}r;
        push @names, $name if -f && is_text($_);
    };
    find({ wanted => $visit, preprocess => $enter, no_chdir => 1 },
        grep { -d } map {"$top/$_"} @$folders);
    return sort @names;
}

1;
