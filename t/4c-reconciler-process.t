#!/usr/bin/perl
# headwaterd runs the reconciler beside its workers: what is left pending is finished without
# anybody asking, the process is replaced when it dies, follows a reload, and leaves with the rest.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created);
use Headwater::Wait qw(wait_for);
use Test::More;

my $WORKERS = 3;
my $AGE_S   = 15;    # a stream is left to its own run for so long

my $lab = Headwater::Lab->new(workers => $WORKERS, config => { 'reconcile.every_s' => 1,
    'server.kill_ms' => 5000, 'server.deadline_ms' => 1500, 'stripe.timeout_ms' => 400,
    'scrapebadger.deadline_ms' => 1000 });
my $daemon = $lab->daemon;
my $team   = $lab->team;

sub logged ($pattern) { return () = $daemon->process->log_text =~ /$pattern/g }

is scalar($daemon->workers), $WORKERS + 1, 'one process more than there are workers';

subtest 'a stream is left pending' => sub {
    $lab->stripe->fault(times => undef, match => $team->{items}{starter}, kind => 'drop');
    my @request = (body_new(), 'Idempotency-Key' => 'left');
    my $stream  = answer_created('it waits', $lab->client($team)->post_stream(@request), 202);
    $lab->stripe->faults_clear;
    my $status = sub {
        $lab->dbh->selectrow_array('SELECT status FROM stream WHERE id = ?', undef, $stream->{id});
    };
    is $status->(), 'pending', 'at first';
    wait_for('the reconciler', $AGE_S + 10, sub { $status->() eq 'active' }, 0.2);
    is logged(qr/"message":"stream recovered"[^\n]*"outcome":"active"/), 1, 'then it is finished';
    my $answer = $lab->client($team)->post_stream(@request);
    is $answer->headers->header('Idempotent-Replayed'), 'true', 'and its answer is kept';
};

# The last of the processes to be started.
sub reconciler () {
    my ($line) = reverse grep { /"message":"reconciler died"/ } split /\n/,
        $daemon->process->log_text;
    return $line && $line =~ /"reconciler":(\d+)/ ? $1 : undef;
}

subtest 'it is killed' => sub {
    kill 'KILL', $_ for $daemon->workers;
    wait_for('the news', 5, sub { reconciler() });
    wait_for('all of them', 10, sub { $daemon->workers == $WORKERS + 1 });
    pass 'and replaced';
};

subtest 'it hangs' => sub {
    my %stopped = map { $_ => 1 } $daemon->workers;
    kill 'STOP', keys %stopped;
    wait_for('the news', 15, sub { logged(qr/"message":"reconciler killed","why":"it hangs"/) });
    wait_for('all of them', 15, sub {
        my @now = $daemon->workers;
        return @now == keys %stopped && !grep { $stopped{$_} } @now;
    });
    is logged(qr/"message":"worker killed","why":"it hangs"/), $WORKERS, 'as a worker would be';
};

subtest 'a reload without it' => sub {
    $daemon->config_write('reconcile.every_s' => 0);
    $daemon->process->signal('HUP');
    wait_for('the rest', 10, sub { $daemon->workers == $WORKERS });
    $daemon->config_write('reconcile.every_s' => 1);
    $daemon->process->signal('HUP');
    wait_for('all', 10, sub { $daemon->workers == $WORKERS + 1 });
    pass 'and one with it';
};

$lab->stop;
done_testing;
