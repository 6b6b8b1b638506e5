package Sandbox::Stripe::Error;

# Stripe's error objects. One is thrown with die and becomes the answer; "save" says whether the
# answer is kept under the idempotency key.

use strict;
use warnings;
use feature 'signatures';

use Sandbox::Answer;

# %given: status, message, save, headers, and the members of the error object.
sub new ($class, %given) { return bless \%given, $class }

sub throw ($class, %given) { die $class->new(%given) }

# A parameter that fails validation: 400, never saved.
sub invalid ($class, $param, $message, $code = undef) {
    return $class->new(
        status  => 400,
        save    => 0,
        param   => $param,
        message => $message,
        code    => $code,
    );
}

sub missing ($class, $object, $id, $param = 'id', $status = 404) {
    return $class->new(
        status  => $status,
        save    => $status == 404,
        code    => 'resource_missing',
        param   => $param,
        message => "No such $object: '$id'",
    );
}

sub canceled ($class) {
    return $class->new(
        status  => 400,
        save    => 1,
        code    => 'invalid_canceled_subscription_fields',
        message => 'A canceled subscription can only update its cancellation_details and metadata.',
    );
}

sub rate_limited ($class, $reason) {
    return $class->new(
        status  => 429,
        save    => 0,
        code    => 'rate_limit',
        message => 'Request rate limit exceeded.',
        headers => { 'Stripe-Rate-Limited-Reason' => $reason },
    );
}

sub lock_timeout ($class) {
    return $class->new(
        status  => 429,
        save    => 0,
        code    => 'lock_timeout',
        message => 'This object cannot be accessed right now because another API request or Stripe'
            . ' process is currently accessing it. If you see this error intermittently, retry'
            . ' the request.',
    );
}

# Sources differ on the type.
sub in_flight ($class, $key, $type = 'idempotency_error') {
    return $class->new(
        status  => 409,
        save    => 0,
        type    => $type,
        code    => 'idempotency_key_in_use',
        message => 'There is currently another in-progress request using this Idempotent Key (that'
            . ' probably means you submitted twice, and the other request is still going through):'
            . " $key. Please try again later.",
    );
}

sub mismatch ($class, $key) {
    return $class->new(
        status  => 400,
        save    => 0,
        type    => 'idempotency_error',
        message => 'Keys for idempotent requests can only be used with the same parameters they'
            . " were first used with. Try using a key other than '$key' if you meant to execute a"
            . ' different request.',
    );
}

sub card_declined ($class) {
    return $class->new(
        status       => 402,
        save         => 1,
        type         => 'card_error',
        code         => 'card_declined',
        decline_code => 'generic_decline',
        message      => 'Your card was declined.',
    );
}

# Any other status, as a fault may order it.
sub plain ($class, $status, $message = undef) {
    return $class->new(
        status  => $status,
        type    => $status >= 500 ? 'api_error' : 'invalid_request_error',
        message => $message // "The sandbox was told to answer $status.",
    );
}

# The body as Stripe sends it.
sub body ($self) {
    my %error = (type => 'invalid_request_error');
    for my $name (qw(type code param message decline_code)) {
        $error{$name} = $self->{$name} if defined $self->{$name};
    }
    if (defined $error{code}) {
        my $page = $error{code} =~ tr/_/-/r;
        $error{doc_url} = "https://stripe.com/docs/error-codes/$page";
    }
    return { error => \%error };
}

sub answer ($self) {
    return Sandbox::Answer->json($self->{status}, $self->body)->add_headers($self->{headers});
}

1;
