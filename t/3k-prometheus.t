#!/usr/bin/perl
# Prometheus itself on what is among the examples: it has nothing against metrics, rules and
# configuration, each rule fires when it should and not otherwise (t/prometheus-alerts.yml), and a
# real one, on the configuration as it stands there, scrapes the service.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read file_write program_find);
use Headwater::Lab;
use Headwater::Nginx;
use Headwater::Process;
use Headwater::Wait qw(wait_for);
use Test::More;

my $top      = "$FindBin::Bin/..";
my $promtool = program_find('promtool');
my $lab      = Headwater::Lab->new;
my $rules    = file_read("$top/etc/prometheus-alerts.yml");
my $config   = $lab->dir . '/prometheus.yml';
my $metrics  = $lab->dir . '/metrics.txt';

# The configuration among the examples, with the laboratory's certificate and port.
sub config_text () {
    my @changes = (
        ['/usr/share/doc/headwater/examples/', "$top/etc/"],
        ['server_name: api.example.com', "server_name: localhost\n      ca_file: " . $lab->ca_file],
        ['127.0.0.1:443', $lab->base_url =~ s{https://}{}r],
        ['scrape_configs:', "global: {scrape_interval: 200ms}\nscrape_configs:"],
    );
    my $text = file_read("$top/etc/prometheus.yml");
    for my $change (@changes) {
        my ($old, $new) = @$change;
        $text =~ s/\Q$old\E/$new/ or die "etc/prometheus.yml has no $old\n";
    }
    return $text;
}

# What promtool says against a file; nothing if all is well.
sub promtool_runs ($arguments) {
    my $said = qx{cd $top && $promtool $arguments 2>&1};
    is($?, 0, "promtool $arguments" =~ s{/tmp/\S+/}{}r) or diag $said;
    return $said;
}

file_write($config, config_text());
file_write($metrics, $lab->client->get('/metrics')->body);
is(promtool_runs("check metrics <$metrics"), '', 'nothing to mend in the metrics');
promtool_runs('check rules etc/prometheus-alerts.yml');
promtool_runs('check config --syntax-only etc/prometheus.yml');
promtool_runs("check config $config");
promtool_runs('test rules t/prometheus-alerts.yml');

my $situations = file_read("$top/t/prometheus-alerts.yml");
for my $alert ($rules =~ /- alert: (\w+)/g) {
    like($situations, qr/\{labels: 'ALERTS\{alertname="$alert",alertstate="firing"/,
        "$alert is shown to fire");
    like($situations, qr/expr: 'ALERTS\{alertname="$alert"\N*exp_samples: \[\]\}/,
        "$alert is shown not to fire");
}

subtest 'a scrape' => sub {
    my $address    = '127.0.0.1:' . Headwater::Nginx::port_free(0);
    my $prometheus = Headwater::Process->start(
        name    => 'prometheus',
        command => [program_find('prometheus'), "--config.file=$config",
            "--web.listen-address=$address", '--storage.tsdb.path=' . $lab->dir . '/tsdb'],
        log     => $lab->dir . '/prometheus.log',
    );
    my $ask   = sub ($path) { $lab->client->ua->get("http://$address/api/v1/$path")->res };
    my $query = sub ($query) { $ask->("query?query=$query")->json('/data/result/0') };
    my $found = wait_for('a scrape', 30, sub { $query->('headwater_database_up') });
    is($found->{value}[1], 1, 'a metric is there');
    is($found->{metric}{instance}, 'api.example.com', 'under the name of the host');
    is($query->('up')->{value}[1], 1, 'the host is up');
    is($ask->('rules')->json('/data/groups/0/name'), 'headwater', 'the rules are evaluated');
    is_deeply([$prometheus->stop], [], 'it ends');
};

$lab->stop;
done_testing;
