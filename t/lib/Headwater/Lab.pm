package Headwater::Lab;

# The test laboratory: everything a test needs to talk to Headwater as its users do, in a scratch
# folder of its own: MariaDB, the doubles of the outside services, headwaterd and nginx, all real.
#
#   my $lab    = Headwater::Lab->new;
#   my $team   = $lab->team(plan => 'paid');
#   my $answer = $lab->client($team)->post_stream({ pairs => [...] });
#   $lab->stop;
#
# stop() is a check of its own: see below. HW_BUILDDIR says where the programs are.

use v5.36;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use FindBin;
use Headwater::Client;
use Headwater::Daemon;
use Headwater::Double;
use Headwater::Faults;
use Headwater::Files qw(program_find);
use Headwater::MariaDB;
use Headwater::Nginx;
use Headwater::Operator;
use Headwater::Requirement;
use Test::More ();

my $TOP   = abs_path(dirname(__FILE__) . '/../../..');
my @PARTS = qw(database doubles daemon nginx);

# Nothing of this may appear in any log.
my $PANIC = qr/Sanitizer|runtime error:|Assertion .* failed|stack smashing|double free|panic/;

# new(%options), each optional:
#   workers => 4                 of headwaterd
#   config  => { 'stripe.timeout_ms' => 500 }    settings of headwater.conf; the reconciler does
#                                not run by itself unless 'reconcile.every_s' is set
#   rate    => 6000              requests a minute and key
#   nginx   => {...}             more for Headwater::Nginx
#   faults  => 1                 the programs with fault points, see Headwater::Faults
#   parts   => ['database']      to start only so much: database, doubles, daemon, nginx, in this
#                                order; the schema is there as soon as the database is
#   dir, outlive                 for quickstart: a folder that stays, programs that stay
sub new ($class, %given) {
    Headwater::Requirement::modules_load(
        qw(Mojo::UserAgent Mojo::JSON Mojo::Promise IO::Socket::SSL DBI DBD::MariaDB));
    my %usual = (workers => 4, parts => \@PARTS, config => {}, nginx => {});
    my $self  = bless { %usual, %given, owner => $$ }, $class;
    $SIG{$_} //= sub { exit 1 } for qw(INT TERM);
    $self->programs_find;
    $self->folders_make;
    my %wanted = map { $_ => 1 } $self->{parts}->@*;
    for my $part (grep { $wanted{$_} } @PARTS) {
        my $start = "${part}_start";
        $self->$start;
    }
    return $self;
}

sub programs_find ($self) {
    $self->{builddir} = abs_path($ENV{HW_BUILDDIR} // $TOP) // croak 'HW_BUILDDIR is not there';
    for my $name (qw(headwaterd headwater)) {
        my ($folder, $end) = $self->{faults} ? ('t/', '-faults') : ('', '');
        $self->{program}{$name} = "$self->{builddir}/$folder$name$end";
        Headwater::Requirement::missing("$name$end") if !-x $self->{program}{$name};
    }
    program_find($_) for qw(nginx mariadbd mariadb-install-db openssl);
    return;
}

# A short path, because a socket's is limited to 107 bytes.
sub folders_make ($self) {
    $self->{cache} = "$self->{builddir}/var/cache";
    $self->{dir} //= tempdir('hw.XXXXXX', DIR => '/tmp');
    make_path($self->{cache});
    return if !$self->{faults};
    $self->{board}       = Headwater::Faults->new("$self->{dir}/faults");
    $self->{environment} = $self->{board}->environment;
    return;
}

# The database with its schema, and the operator's command.
sub database_start ($self) {
    my %common = (dir => $self->{dir}, outlive => $self->{outlive},
        environment => $self->{environment});
    $self->{database} = Headwater::MariaDB->start(%common, cache => $self->{cache},
        grants => "$TOP/sql/grants.sql");
    $self->{daemon}   = Headwater::Daemon->new(%common, program => $self->{program}{headwaterd},
        settings => { $self->settings, $self->{config}->%* });
    $self->{operator} = Headwater::Operator->new(program => $self->{program}{headwater},
        config => $self->{daemon}->config, log => "$self->{dir}/headwater.log",
        environment => $self->{environment});
    $self->{operator}->run('migrate', '--defaults-file', $self->{database}->migrate_file);
    return;
}

sub settings ($self) {
    my $dir = $self->{dir};
    return (
        'headwater.sandbox'      => 'yes',
        'headwater.log_level'    => 'info',
        'server.socket'          => "$dir/app.sock",
        'server.quick_socket'    => "$dir/quick.sock",
        'server.workers'         => $self->{workers},
        'reconcile.every_s'      => 0,
        'database.defaults_file' => $self->{database}->defaults_file,
        'scrapebadger.url'       => 'http://127.0.0.1:9',
        'scrapebadger.key_file'  => "$dir/scrapebadger.key",
        'stripe.url'             => 'http://127.0.0.1:9',
        'stripe.key_file'        => "$dir/stripe.key",
        'stripe.webhook_secret_file' => "$dir/stripe-webhook.secret",
    );
}

sub doubles_start ($self) {
    for my $name (qw(scrapebadger stripe)) {
        $self->{$name} = Headwater::Double->start(name => $name, programs => "$TOP/t/sandbox",
            dir => $self->{dir}, outlive => $self->{outlive});
    }
    $self->{daemon}->config_write(map { ("$_.url" => $self->{$_}->url) } qw(scrapebadger stripe));
    $self->{daemon}->config_write($self->{config}->%*);
    return;
}

sub daemon_start ($self) { $self->{daemon}->start; return }

sub nginx_start ($self) {
    $self->{web} = Headwater::Nginx->start(
        dir        => "$self->{dir}/nginx",
        sources    => "$TOP/nginx",
        cache      => $self->{cache},
        outlive    => $self->{outlive},
        app_socket => $self->{daemon}->socket,
        quick_socket => $self->{daemon}->quick_socket,
        (map { defined $self->{$_} ? ($_ => $self->{$_}) : () } qw(rate port)),
        $self->{nginx}->%*,
    );
    return;
}

# The parts, for tests that look inside.
sub dir ($self)          { return $self->{dir} }
sub database ($self)     { return $self->{database} }
sub dbh ($self)          { return $self->{database}->dbh }
sub daemon ($self)       { return $self->{daemon} }
sub operator ($self)     { return $self->{operator} }
sub scrapebadger ($self) { return $self->{scrapebadger} }
sub stripe ($self)       { return $self->{stripe} }
sub nginx ($self)        { return $self->{web} }
sub faults ($self)       { return $self->{board} }
sub base_url ($self)     { return $self->{web}->base_url }
sub ca_file ($self)      { return $self->{web}->ca_file }

# A user of the API; $team is what team() gave, a key, or nothing for one without a key. What the
# tests of the API send and get may be recorded.
sub client ($self, $team = undef) {
    return Headwater::Client->new(base_url => $self->base_url, ca_file => $self->ca_file,
        recorded => scalar($FindBin::Script =~ /\A3/), key => ref $team ? $team->{key} : $team);
}

# A team with a user and a key, made by the operator's command. Options: plan ('paid' or 'free'),
# status of a paid team's subscription ('active'), name, timezone. Returns
# { id, user, key, key_id, subscription, items => { starter => 'si_...' } }.
sub team ($self, %given) {
    my $plan  = $given{plan}   // 'paid';
    my $state = $given{status} // 'active';
    my $name  = $given{name}   // 'Team ' . ++$self->{team_count};
    my %team  = $plan eq 'paid' ? $self->subscription_create($state) : ();
    my @bill  = !%team ? () : ('--subscription', $team{subscription}, '--subscription-status',
        $state, map { ('--item', "$_=$team{items}{$_}") } sort keys $team{items}->%*);
    my $run   = sub { $self->{operator}->run(@_) };
    $team{id} = $run->(qw(team create --name), $name, '--plan', $plan, @bill)->{team}{id};
    $team{user} = $self->user($team{id}, timezone => $given{timezone});
    my $key = $run->(qw(key create --user), $team{user})->{key};
    return { %team, key => $key->{secret}, key_id => $key->{publicId} };
}

# One more user of a team; returns the id.
sub user ($self, $team_id, %given) {
    my $number = ++$self->{user_count};
    my @zone   = defined $given{timezone} ? ('--timezone', $given{timezone}) : ();
    return $self->{operator}->run(qw(user create --team), $team_id, '--name', "User $number",
        '--email', "user$number\@example.com", @zone)->{user}{id};
}

# A subscription with one item for each tier, none of them bought yet, at the double of Stripe.
sub subscription_create ($self, $state) {
    my @tiers = qw(starter growth pro);
    my %form  = (customer => 'cus_lab' . ++$self->{customer_count},
        map { ("items[$_][price]" => "price_$tiers[$_]", "items[$_][quantity]" => 0) } 0 .. 2);
    my $made  = $self->{stripe}->call(POST => '/v1/subscriptions',
        { Authorization => 'Bearer sk_test_lab', 'Stripe-Version' => '2026-07-29.dahlia' },
        form => \%form);
    $self->{stripe}->control(POST => "subscriptions/$made->{id}", { status => $state })
        if $state ne 'active';
    my %items = map { ($_->{price}{id} =~ s/^price_//r => $_->{id}) } $made->{items}{data}->@*;
    return (subscription => $made->{id}, items => \%items);
}

# What really changed in a team's quantities at Stripe since the team was made: a list of journal
# entries { item, from, to, idempotency_key, ... }.
sub seat_changes ($self, $team) {
    return grep { $_->{effective} && defined $_->{from} }
        grep { $_->{subscription} eq $team->{subscription} } $self->{stripe}->journal->@*;
}

# As if an hour had passed since anything was billed: new accounts are paid for without a pause.
sub billing_rest ($self) {
    $self->dbh->do('UPDATE billing SET pace_attempts = 0, last_attempt_at = NULL');
    return;
}

# Stops everything and checks what must hold after every test: all programs end cleanly, nothing
# grave in any log, no transaction was left open, every row agrees with sql/invariants.sql.
# allow => qr/.../ forgives what a test provokes on purpose.
sub stop ($self, %given) {
    my @complaints = $self->complaints_collect;
    @complaints = grep { $_ !~ $given{allow} } @complaints if $given{allow};
    Test::More::ok(!@complaints, 'the laboratory is left clean');
    Test::More::diag($_) for @complaints;
    $self->folder_clear;
    return;
}

sub complaints_collect ($self) {
    $self->{stopped} = 1;
    my @complaints = $self->{database} ? $self->database_check : ();
    push @complaints, map { $_ ? $_->stop : () } @{$self}{qw(web daemon scrapebadger stripe)};
    push @complaints, $self->{database}->stop if $self->{database};
    push @complaints, $self->logs_check;
    return @complaints;
}

sub database_check ($self) {
    my $database = $self->{database};
    return ($database->transactions_check, $database->invariants_check($self->invariants_file));
}

sub invariants_file ($self) { return "$TOP/sql/invariants.sql" }

sub logs_check ($self) {
    my @complaints;
    for my $file (glob "$self->{dir}/*.log $self->{dir}/nginx/*.log") {
        open my $in, '<', $file or next;
        while (my $line = <$in>) {
            push @complaints, "$file: $line" if $line =~ $PANIC;
        }
    }
    return @complaints;
}

# A test that dies never gets to stop(): its programs are killed by Headwater::Process.
sub DESTROY ($self) {
    return if $self->{stopped} || $self->{outlive} || $self->{owner} != $$ || !$self->{dir};
    Test::More::diag("the laboratory was not stopped; its logs are in $self->{dir}");
    return;
}

# The scratch folder is kept when something failed, or with HW_KEEP=1.
sub folder_clear ($self) {
    if ($ENV{HW_KEEP} || !Test::More->builder->is_passing) {
        Test::More::diag("logs are in $self->{dir}");
        return;
    }
    remove_tree($self->{dir});
    return;
}

1;
