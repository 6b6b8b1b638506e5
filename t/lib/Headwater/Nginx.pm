package Headwater::Nginx;

# The real nginx on the project's own configuration files: what stands in nginx/ is copied, and only
# paths, port, certificate, socket and the rate are replaced. A replacement that no longer finds its
# line is an error, so that the tests cannot drift from what is shipped.

use v5.36;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Headwater::Certificate;
use Headwater::Files qw(file_read file_write program_find);
use Headwater::Process;
use IO::Socket::INET;

my $INSTALLED = '/etc/headwater/nginx';
my $SITE      = '/usr/share/headwater/docs';
my $TOP       = abs_path(dirname(__FILE__) . '/../../..');

# start(dir => ..., sources => nginx/ folder, app_socket => ..., quick_socket => ..., cache => ...,
#     [site => docs/site of the build], [port => the first to try], [rate => requests a minute],
#     [read_timeout_s => 25], [workers => 1], [outlive => 1],
#     [monitors => who may ask /healthz, /readyz and /metrics])
sub start ($class, %given) {
    my %usual = (rate => 6000, read_timeout_s => 25, workers => 1, monitors => '127.0.0.0/8',
        site => abs_path($ENV{HW_BUILDDIR} // $TOP) . '/docs/site');
    my $self  = bless { %usual, %given }, $class;
    mkdir "$self->{dir}" or croak "cannot make $self->{dir}: $!" if !-d $self->{dir};
    $self->{certificate} = Headwater::Certificate->get($self->{cache});
    for (1 .. 20) {
        $self->{port} = port_free($self->{port});
        $self->config_write;
        return $self if $self->process_start;
        $self->{port}++ if $given{port};
    }
    croak "nginx did not start:\n" . $self->{process}->log_tail . $self->error_log;
}

sub port_free ($first) {
    for my $port ($first ? $first .. $first + 99 : 0) {
        my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port,
            Listen => 1, ReuseAddr => 1) or next;
        return $socket->sockport;
    }
    croak "no free port from $first on";
}

# False if the port was taken between our look and nginx's.
sub process_start ($self) {
    my ($dir, $port) = @{$self}{qw(dir port)};
    $self->{process} = Headwater::Process->start(
        name    => 'nginx',
        command => [program_find('nginx'), '-p', $dir, '-c', "$dir/nginx.conf",
            '-e', "$dir/error.log"],
        log     => "$dir/output.log",
        outlive => $self->{outlive},
    );
    my $ready = sub {
        -s "$dir/nginx.pid" && IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
    };
    return 1 if eval { $self->{process}->wait_until_ready(10, $ready); 1 };
    my $error = $@;
    $self->{process}->stop;
    croak $error if $self->error_log !~ /Address already in use/;
    unlink "$dir/error.log";
    return 0;
}

# Writes the seven files; also useful for "nginx -t" alone.
sub config_write ($self) {
    my $dir = $self->{dir};
    mkdir "$dir/temp";
    file_write("$dir/nginx.conf", $self->main_config);
    $self->copy('headwater-http.conf', $self->rate_replacements,
        [1, qr{\Q$INSTALLED\E/}, "$dir/"]);
    $self->copy('headwater.conf',
        [1, qr{unix:/run/headwater/headwater\.sock}, "unix:$self->{app_socket}"],
        [3, qr{unix:/run/headwater/headwater-quick\.sock}, "unix:$self->{quick_socket}"],
        [4, qr{\Q$INSTALLED\E/}, "$dir/"]);
    $self->copy('headwater-monitoring.conf',
        [1, qr{^127\.0\.0\.0/8 1;}m, "$self->{monitors} 1;"]);
    $self->copy('headwater-docs.conf', [3, qr{\Q$SITE\E\b}, $self->{site}]);
    $self->copy('headwater-fastcgi.conf',
        [1, qr{fastcgi_read_timeout 25s;}, "fastcgi_read_timeout $self->{read_timeout_s}s;"]);
    $self->copy('site.conf',
        [2, qr{\Q$INSTALLED\E/}, "$dir/"],
        [1, qr{listen 443 ssl;}, "listen 127.0.0.1:$self->{port} ssl;"],
        [1, qr{ *listen \[::\]:443 ssl;\n}, ''],
        [1, qr{server_name api\.example\.com }, 'server_name localhost '],
        [1, qr{/etc/ssl/certs/headwater\.pem}, $self->{certificate}{certificate}],
        [1, qr{/etc/ssl/private/headwater\.key}, $self->{certificate}{key}],
        [1, qr{/var/log/nginx/headwater\.log}, "$dir/access.log"]);
    return;
}

sub rate_replacements ($self) {
    my $rate = $self->{rate};
    return ([1, qr{rate=60r/m}, "rate=${rate}r/m"], [1, qr{burst=59\b}, 'burst=' . ($rate - 1)]);
}

# Copies one file; each replacement is [how often it must match, pattern, text].
sub copy ($self, $file, @replacements) {
    my $text = file_read("$self->{sources}/$file");
    for my $replacement (@replacements) {
        my ($times, $pattern, $new) = @$replacement;
        my $found = $text =~ s/$pattern/$new/g || 0;
        croak "nginx/$file: $pattern matches $found times, not $times" if $found != $times;
    }
    file_write("$self->{dir}/$file", $text);
    return;
}

# What the distribution's nginx.conf does around a site. As root, nginx's workers would drop to an
# account that cannot enter our private folder.
sub main_config ($self) {
    my $dir  = $self->{dir};
    my $user = $> == 0 ? "user root;\n" : '';
    my $temp = join '', map { "    ${_}_temp_path $dir/temp/$_;\n" }
        qw(client_body proxy fastcgi uwsgi scgi);
    return <<~"END";
        ${user}daemon off;
        pid $dir/nginx.pid;
        worker_processes $self->{workers};
        error_log $dir/error.log info;
        events { worker_connections 2048; }
        http {
        $temp    access_log off;
            include $dir/site.conf;
        }
        END
}

sub base_url ($self) { return "https://127.0.0.1:$self->{port}" }
sub ca_file ($self)  { return $self->{certificate}{certificate} }
sub process ($self)  { return $self->{process} }

sub error_log ($self)  { return file_read_maybe("$self->{dir}/error.log") }
sub access_log ($self) { return file_read_maybe("$self->{dir}/access.log") }

sub file_read_maybe ($path) { return -e $path ? file_read($path) : '' }

# Complaints: how it ended, and what an error log must never hold.
sub stop ($self) {
    my @complaints = $self->{process}->stop(10, 'QUIT');
    push @complaints, map { "nginx: $_" } grep { /\[(?:alert|crit|emerg)\]/ }
        split /\n/, $self->error_log;
    return @complaints;
}

1;
