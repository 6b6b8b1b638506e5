package Sandbox::Stripe::Events;

# Events about subscriptions, and their delivery to an endpoint for webhooks. An event is made once
# and may be delivered any number of times, in any order: always the same bytes, signed anew.

use strict;
use warnings;
use feature 'signatures';

use Digest::SHA qw(hmac_sha256_hex);
use Mojo::JSON qw(decode_json encode_json false);
use Mojo::Promise;
use Mojo::UserAgent;
use Sandbox::Stripe::Subscriptions;

my $API_VERSION = '2026-07-29.dahlia';
my $TIMEOUT_S   = 30;
my $PREFIX      = 'customer.subscription.';

my %MAKE_FIELDS    = map { $_ => 1 } qw(subscription status type created);
my %DELIVER_FIELDS = map { $_ => 1 } qw(url secret secrets ca_file times signed_at signature);

sub new ($class, $clock, $subscriptions) {
    my $self = bless { clock => $clock, subscriptions => $subscriptions, agent => {} }, $class;
    $self->clear;
    return $self;
}

sub clear ($self) {
    @$self{qw(list event)} = ([], {});
    return;
}

sub show ($self) { return $self->{list} }

# Makes the next event: sets the subscription's status, if one is given, and tells of it.
sub make ($self, $given) {
    fields_check($given, \%MAKE_FIELDS);
    my $subscription = eval { $self->{subscriptions}->get($given->{subscription} // '') }
        // die "there is no such subscription\n";
    my $before = $subscription->{status};
    $self->{subscriptions}->force($subscription->{id}, { status => $given->{status} })
        if defined $given->{status};
    my $after = $subscription->{status};
    my $type  = $given->{type} // ($after eq 'canceled' ? 'deleted' : 'updated');
    return $self->add($type, $subscription, $given->{created},
        $type eq 'updated' ? changes_of($before, $after) : ());
}

# What an update says of the time before it.
sub changes_of ($before, $after) {
    return (previous_attributes => $before eq $after ? {} : { status => $before });
}

sub add ($self, $type, $subscription, $created, %data) {
    my $event = {
        id               => Sandbox::Stripe::Subscriptions::id_new('evt'),
        object           => 'event',
        api_version      => $API_VERSION,
        created          => ($created // $self->{clock}->now) + 0,
        data             => { object => $subscription, %data },
        livemode         => false,
        pending_webhooks => 1,
        request          => { id => undef, idempotency_key => undef },
        type             => $type =~ /\./ ? $type : "$PREFIX$type",
    };
    my $body = encode_json($event);
    my $copy = decode_json($body);
    $self->{event}{ $event->{id} } = $body;
    push @{ $self->{list} }, $copy;
    return $copy;
}

# A promise of what each delivery was answered with: [{ status, body }, ...], one after the other.
sub deliver ($self, $id, $given) {
    fields_check($given, \%DELIVER_FIELDS);
    die "url is missing\n" if !length($given->{url} // '');
    my $body = $self->{event}{$id} // die "not found\n";
    my ($answers, $chain) = ([], Mojo::Promise->resolve);
    for (1 .. $given->{times} // 1) {
        $chain = $chain->then(sub { $self->post($given, $body) })
            ->then(sub ($tx) { push @$answers, answer_of($tx) });
    }
    return $chain->then(sub { $answers });
}

sub post ($self, $given, $body) {
    my $signature = exists $given->{signature} ? $given->{signature} : $self->sign($given, $body);
    my %headers   = ('Content-Type' => 'application/json; charset=utf-8');
    $headers{'Stripe-Signature'} = $signature if defined $signature;
    return $self->agent_for($given->{ca_file})->post_p($given->{url}, \%headers, $body);
}

# One v1 for each secret, as while a secret is being replaced.
sub sign ($self, $given, $body) {
    my @secrets = $given->{secrets} ? @{ $given->{secrets} } : $given->{secret} // ();
    die "secret is missing\n" if !@secrets;
    my $time = $given->{signed_at} // $self->{clock}->now;
    return join ',', "t=$time", map { 'v1=' . hmac_sha256_hex("$time.$body", $_) } @secrets;
}

sub agent_for ($self, $ca_file) {
    return $self->{agent}{ $ca_file // '' } //= Mojo::UserAgent->new(
        request_timeout => $TIMEOUT_S,
        max_redirects   => 0,
        defined $ca_file ? (ca => $ca_file) : (),
    );
}

sub answer_of ($tx) { return { status => $tx->res->code, body => $tx->res->body } }

sub fields_check ($given, $known) {
    die "the fields must be a JSON object\n" if ref $given ne 'HASH';
    my @strays = grep { !$known->{$_} } sort keys %$given;
    die "there is no field '$strays[0]'\n" if @strays;
    return;
}

1;
