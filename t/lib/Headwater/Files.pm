package Headwater::Files;

# Whole files in and out, programs by name, and folders that are made once and used by all tests.

use v5.36;
use Carp qw(croak);
use Exporter qw(import);
use Fcntl qw(O_CREAT O_EXCL O_WRONLY);
use File::Path qw(make_path remove_tree);
use Headwater::Requirement;

our @EXPORT_OK = qw(file_read file_write program_find cache_get);

sub file_read ($path) {
    open my $in, '<:raw', $path or croak "cannot read $path: $!";
    local $/;
    return <$in> // '';
}

# A file with a restricted $mode has it from its first byte on.
sub file_write ($path, $text, $mode = 0644) {
    unlink $path;
    sysopen my $out, $path, O_WRONLY | O_CREAT | O_EXCL, $mode or croak "cannot write $path: $!";
    print {$out} $text;
    close $out or croak "cannot write $path: $!";
    return;
}

# The full path of a program; the sbin folders are not in every user's PATH.
sub program_find ($name) {
    for my $folder (split(/:/, $ENV{PATH} // ''), qw(/usr/sbin /sbin /usr/local/sbin)) {
        return "$folder/$name" if -x "$folder/$name" && !-d _;
    }
    Headwater::Requirement::missing($name);
}

# The folder $cache/$name, filled by $fill->($folder) if it is not there yet. It appears whole or
# not at all: of several tests that fill it at once, one wins and the others throw theirs away.
sub cache_get ($cache, $name, $fill) {
    my $folder = "$cache/$name";
    return $folder if -d $folder;
    my $mine = "$folder.$$";
    remove_tree($mine);
    make_path($mine);
    $fill->($mine);
    rename $mine, $folder or -d $folder or croak "cannot make $folder: $!";
    remove_tree($mine) if -d $mine;
    return $folder;
}

1;
