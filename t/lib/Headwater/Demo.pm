package Headwater::Demo;

# What "./quickstart run" shows: the laboratory in a folder that stays, three teams, and the
# specification's own example posted for real.

use v5.36;
use Cwd qw(abs_path);
use Fcntl qw(LOCK_EX LOCK_NB);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use Headwater::Files qw(file_write);
use Headwater::Lab;
use Headwater::PidFile;
use Time::HiRes qw(sleep);

my $TOP        = abs_path(dirname(__FILE__) . '/../../..');
my $VAR        = "$TOP/var";
my $PID_FILE   = "$VAR/quickstart.pids";
my $ENV_FILE   = "$VAR/quickstart.env";
my $LAB        = "$VAR/lab";
my $FIRST_PORT = 18443;

# A socket's path is limited to 107 bytes; this leaves room for its name.
my $LONGEST_FOLDER = 90;

my $EXAMPLE = <<~'END';
    {
      "pairs": [
        {
          "accountHandle": "yongfook",
          "accountTier": "starter",
          "segment": {
            "description": "AI founders building developer tools",
            "appliedSearchFilters": { "job_role": ["Founder", "CEO"] }
          }
        }
      ]
    }
    END
my $NEXT = '{"pairs":[{"accountHandle":"levelsio","segment":{"description":"Indie makers"}}]}';

# run [--detach] | stop; returns the exit code.
sub main ($class, $command, @options) {
    STDOUT->autoflush(1);
    my %command = (run => \&run, stop => \&stop);
    my $code    = eval { $command{$command}->(@options) };
    return $code if defined $code;
    print STDERR "quickstart: $@";
    return 1;
}

sub run (@options) {
    my $detach = grep { $_ eq '--detach' } @options;
    my $lock = lock_take();
    if (my @alive = Headwater::PidFile->alive($PID_FILE)) {
        die "it runs already, see $ENV_FILE; ./quickstart stop ends it\n";
    }
    my $lab   = lab_start($detach);
    my $teams = teams_make($lab);
    example_post($lab, $teams);
    env_write($lab, $teams);
    hints_print($lab, $teams);
    return $detach ? detach($lab) : attend($lab);
}

# Two at the same instant would make the same folders. Held until this process ends.
sub lock_take () {
    make_path($VAR);
    open my $lock, '>', "$VAR/quickstart.lock" or die "$VAR/quickstart.lock: $!\n";
    flock $lock, LOCK_EX | LOCK_NB or die "another ./quickstart run is under way\n";
    return $lock;
}

sub lab_start ($detach) {
    say 'Starting MariaDB, the doubles of the outside services, headwaterd and nginx ...';
    return Headwater::Lab->new(dir => folder_make(), port => $FIRST_PORT, workers => 8,
        outlive => $detach, config => { 'reconcile.every_s' => 5 });
}

# Everything is made anew on each run: the doubles forget what they knew, so must the database.
sub folder_make () {
    folder_remove();
    make_path($VAR);
    if (length $LAB <= $LONGEST_FOLDER) {
        mkdir $LAB, 0700 or die "cannot make $LAB: $!\n";
        return $LAB;
    }
    my $short = tempdir('headwater.XXXXXX', DIR => '/tmp');
    symlink $short, $LAB or die "cannot make $LAB: $!\n";
    return $short;
}

sub folder_remove () {
    my $target = readlink $LAB;
    remove_tree($target // $LAB);
    unlink $LAB if defined $target;
    return;
}

sub teams_make ($lab) {
    return {
        paid   => $lab->team(name => 'Paid team'),
        free   => $lab->team(name => 'Free team',   plan   => 'free'),
        lapsed => $lab->team(name => 'Lapsed team', status => 'past_due'),
    };
}

# Posts the example and shows request and answer.
sub example_post ($lab, $teams) {
    my $response = $lab->client($teams->{paid})->post_stream($EXAMPLE);
    my $headers  = $response->headers;
    say "\nPOST /v1/streams";
    print $EXAMPLE;
    say "\n", $response->code, ' ', $response->default_message;
    for my $name (qw(Location X-Request-Id)) {
        say "$name: ", $headers->header($name) if defined $headers->header($name);
    }
    say $response->body =~ s/\s+\z//r;
    die "the example should be answered with 201; the logs are in $LAB\n" if $response->code != 201;
    return;
}

sub env_write ($lab, $teams) {
    my @values = (
        BASE_URL         => $lab->base_url,
        CA_FILE          => $lab->ca_file,
        API_KEY          => $teams->{paid}{key},
        FREE_API_KEY     => $teams->{free}{key},
        LAPSED_API_KEY   => $teams->{lapsed}{key},
        SCRAPEBADGER_URL => $lab->scrapebadger->url,
        STRIPE_URL       => $lab->stripe->url,
        STRIPE_WEBHOOK_SECRET => $lab->daemon->webhook_secret,
        DB_SOCKET        => $lab->database->socket,
        DB_NAME          => $lab->database->database,
    );
    my $text = '';
    while (my ($name, $value) = splice @values, 0, 2) {
        $text .= "$name='" . ($value =~ s/'/'\\''/gr) . "'\n";
    }
    file_write($ENV_FILE, $text, 0600);
    return;
}

sub hints_print ($lab, $teams) {
    my ($url, $ca) = ($lab->base_url, $lab->ca_file);
    my $docs = -e "$TOP/docs/site/console/index.html" ? 'Its reference, with a console'
        : 'Its errors, and its description in OpenAPI';
    print <<~"END";

        Headwater answers on $url (addresses and keys: $ENV_FILE).
        $docs: $url/docs/
        The next one:

        curl --cacert '$ca' \\
            -H 'Authorization: Bearer $teams->{paid}{key}' \\
            -H 'Content-Type: application/json' \\
            -d '$NEXT' \\
            $url/v1/streams

        END
    return;
}

# The programs in the order in which they are to be stopped.
sub programs ($lab) {
    return map { $_->process } $lab->nginx, $lab->daemon, $lab->scrapebadger, $lab->stripe,
        $lab->database;
}

sub detach ($lab) {
    my @programs = programs($lab);
    Headwater::PidFile->put($PID_FILE, map { [$_->{name} =~ tr/ /-/r, $_->pid] } @programs);
    $_->release for @programs;
    say 'It runs on in the background; ./quickstart stop ends it.';
    return 0;
}

# Waits for Ctrl-C, or for a program that ends by itself.
sub attend ($lab) {
    my $stop;
    local $SIG{INT}  = sub { $stop = 1 };
    local $SIG{TERM} = $SIG{INT};
    local $SIG{HUP}  = $SIG{INT};
    Headwater::PidFile->put($PID_FILE, ['quickstart', $$]);
    say 'Ctrl-C stops everything.';
    my @ended;
    sleep 0.5 until $stop || (@ended = grep { !$_->is_running } programs($lab));
    say "\nStopping ...";
    my @complaints = ((map { "$_->{name} ended by itself:\n" . $_->log_tail } @ended),
        $lab->complaints_collect);
    print STDERR "quickstart: $_\n" for @complaints;
    clear() if !@complaints;
    return @complaints ? 1 : 0;
}

sub stop (@) {
    my @stopped = Headwater::PidFile->stop($PID_FILE);
    say @stopped ? "Stopped: @stopped." : 'Nothing was running.';
    clear();
    return 0;
}

sub clear () {
    unlink $PID_FILE, $ENV_FILE;
    folder_remove();
    return;
}

1;
