#!/usr/bin/perl
# Stripe contradicts itself: it applies a write and answers with an error that it does not keep, so
# that the same key is executed once more and refused. What Stripe bills is what counts: the stream
# stands, or, where nothing was applied, it is taken out.

use v5.36;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Headwater::Lab;
use Headwater::Streams qw(body_new answer_created answer_refused leaves_nothing);
use Test::More;

my $lab    = Headwater::Lab->new;
my $stripe = $lab->stripe;

sub quantity ($team) {
    my ($last) = reverse $lab->seat_changes($team);
    return $last ? $last->{to} : 0;
}

for my $refusal (qw(card_declined card_declined_lost canceled)) {
    subtest "applied, then $refusal" => sub {
        my $team = $lab->team;
        my $item = $team->{items}{starter};
        $stripe->fault(times => 1, match => $item, kind => $_)
            for 'error_unsaved_applied', $refusal;
        answer_created('the stream', $lab->client($team)->post_stream(body_new()));
        is quantity($team), 1, 'is paid for, once';
        answer_created('the next', $lab->client($team)->post_stream(body_new()));
        is quantity($team), 2, 'comes on top';
    };
}

subtest 'not applied, then refused' => sub {
    my $team = $lab->team;
    $stripe->fault(times => 1, match => $team->{items}{starter}, kind => $_)
        for qw(error_unsaved card_declined);
    my $answer = leaves_nothing($lab, 'the refusal',
        sub { $lab->client($team)->post_stream(body_new()) });
    answer_refused('the create', $answer, 402, 'payment_failed');
    is quantity($team), 0, 'nothing is paid for';
};

subtest 'refused, and Stripe does not say what it has' => sub {
    my $team = $lab->team;
    my $item = $team->{items}{starter};
    $stripe->fault(times => 1, match => $item, kind => $_) for qw(error_unsaved card_declined);
    $stripe->fault(times => 1, match => $item, kind => 'unavailable', method => 'GET');
    my $answer = leaves_nothing($lab, 'the refusal',
        sub { $lab->client($team)->post_stream(body_new()) });
    answer_refused('it is asked again', $answer, 402, 'payment_failed');
};

$lab->stop;
done_testing;
