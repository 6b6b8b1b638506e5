package Sandbox::Stripe;

# Stripe as seen by one who bills by quantity. A write passes, in this order: key and version, the
# gate (limiters), the idempotency layer, execution, which begins with validation, and the way back,
# where a reply may get lost.

use strict;
use warnings;
use feature 'signatures';

use Mojo::Util qw(b64_decode);
use Sandbox::Answer;
use Sandbox::Clock;
use Sandbox::Faults;
use Sandbox::Options;
use Sandbox::Requests;
use Sandbox::Stripe::Error;
use Sandbox::Stripe::Events;
use Sandbox::Stripe::Idempotency;
use Sandbox::Stripe::Journal;
use Sandbox::Stripe::Kinds;
use Sandbox::Stripe::Params qw(canonical read_form);
use Sandbox::Stripe::Quota;
use Sandbox::Stripe::Subscriptions;
use Scalar::Util qw(blessed);

my $ERROR = 'Sandbox::Stripe::Error';
my $KEY_MAX_CHARACTERS = 255;

my @ERROR_TYPES = qw(idempotency_error invalid_request_error api_error);

my %OPTIONS = (
    latency_ms                => ['count', 0],
    require_version           => ['bool', 1],
    in_flight_type            => [ \@ERROR_TYPES, 'idempotency_error' ],
    limit_quantity_updates    => ['bool', 0],
    quantity_updates_per_hour => ['count', 200],
);

my $ROUTE = qr{\A/v1/(subscriptions|subscription_items)(?:/([^/]+))?\z};

# What each route does with all the subscriptions; returns the object to answer with.
my %ACTION = (
    'POST subscriptions all'      => sub ($all, $call) { $all->create(form_read($call), $call) },
    'GET subscriptions one'       => sub ($all, $call) { $all->get($call->{id}) },
    'POST subscriptions one'      =>
        sub ($all, $call) { $all->update($call->{id}, form_read($call), $call) },
    'DELETE subscriptions one'    => sub ($all, $call) { $all->cancel($call->{id}) },
    'GET subscription_items all'  =>
        sub ($all, $call) { $all->item_list($call->{exchange}->query) },
    'POST subscription_items all' =>
        sub ($all, $call) { $all->item_create(form_read($call), $call) },
    'GET subscription_items one'  => sub ($all, $call) { $all->item_get($call->{id}) },
    'POST subscription_items one' =>
        sub ($all, $call) { $all->item_update($call->{id}, form_read($call), $call) },
);

sub new ($class) {
    my $clock   = Sandbox::Clock->new;
    my $options = Sandbox::Options->new(%OPTIONS);
    my $journal = Sandbox::Stripe::Journal->new($clock);
    my $quota   = Sandbox::Stripe::Quota->new($clock, $options);
    my $kinds   = Sandbox::Stripe::Kinds::table();
    my $subscriptions = Sandbox::Stripe::Subscriptions->new(
        clock => $clock, journal => $journal, quota => $quota);
    return bless {
        clock         => $clock,
        options       => $options,
        journal       => $journal,
        quota         => $quota,
        requests      => Sandbox::Requests->new($clock),
        faults        => Sandbox::Faults->new(methods => ['POST'], kinds => $kinds),
        idempotency   => Sandbox::Stripe::Idempotency->new($clock, $options),
        subscriptions => $subscriptions,
        events        => Sandbox::Stripe::Events->new($clock, $subscriptions),
    }, $class;
}

sub name ($self) { return 'stripe' }

sub reset ($self) {
    $self->{$_}->clear for qw(journal quota idempotency subscriptions events);
    return;
}

sub control_routes ($self) {
    my ($journal, $subscriptions, $idempotency, $events) =
        @$self{qw(journal subscriptions idempotency events)};
    return (
        'GET /journal'              => sub ($, $) { $journal->show },
        'DELETE /journal'           => sub ($, $) { $journal->clear; $journal->show },
        'GET /idempotency'          => sub ($, $) { $idempotency->prune; $idempotency->show },
        'GET /subscriptions'        => sub ($, $) { $subscriptions->show },
        'GET /subscriptions/{rest}' => sub ($, $id) { eval { $subscriptions->get($id) } },
        'POST /subscriptions/{rest}' =>
            sub ($exchange, $id) { $subscriptions->force($id, $exchange->json) },
        'GET /events'         => sub ($, $) { $events->show },
        'POST /events'        => sub ($exchange, $) { $events->make($exchange->json) },
        'POST /events/{rest}' =>
            sub ($exchange, $id) { $events->deliver($id, $exchange->json) },
    );
}

# A call carries one request through the steps. It has exchange, fault, request_id, livemode,
# action, the id in the path, and key, if the request holds the claim on one.
sub serve ($self, $exchange) {
    $self->{requests}->add($exchange);
    my $fault = $self->{faults}->take($exchange->method, $exchange->path) // {};
    my $call  = {
        exchange   => $exchange,
        fault      => $fault,
        request_id => Sandbox::Stripe::Subscriptions::id_new('req'),
    };
    $exchange->record->{fault}      = $fault->{id} if $fault->{id};
    $exchange->record->{request_id} = $call->{request_id};
    my $wait_ms = $self->{options}->get('latency_ms') + ($fault->{network_delay_ms} // 0);
    $exchange->after($wait_ms, sub { $self->admit($call) });
    return;
}

# Everything before execution. Refusals here are never saved.
sub admit ($self, $call) {
    my ($exchange, $fault) = @$call{qw(exchange fault)};
    my $entry = eval {
        $self->key_check($call);
        $self->version_check($call);
        $call->{action} = $self->action_find($call);
        $fault->{gate} || $exchange->method ne 'POST' ? undef : $self->claim($call);
    };
    return $self->answer_send($call, error_answer($@)) if $@;
    my $next = $fault->{gate} ? 'gate_answer' : $entry ? 'replay' : 'execute';
    $exchange->after($fault->{delay_ms}, sub { $self->$next($call, $entry) });
    return;
}

# What a limiter says, or whatever else stands before the idempotency layer.
sub gate_answer ($self, $call, $) {
    my $answer = fault_answer($call->{fault}) // Sandbox::Answer->json(200, {});
    $self->answer_send($call, $answer);
    return;
}

sub key_check ($self, $call) {
    my $given = $call->{exchange}->header('Authorization') // '';
    my ($key) = $given =~ /\ABearer\s+(\S+)\z/i;
    ($key) = split /:/, b64_decode($1) if !defined $key && $given =~ /\ABasic\s+(\S+)\z/i;
    if (($key // '') !~ /\A(?:sk|rk)_(test|live)_./) {
        delete $call->{request_id};
        die $ERROR->plain(401,
            length $given ? 'Invalid API Key provided.' : 'You did not provide an API key.');
    }
    $call->{livemode} = $1 eq 'live';
    die $ERROR->plain(403,
        'The provided key does not have the required permissions for this endpoint.')
        if $key =~ /\Ark_(?:test|live)_read/ && $call->{exchange}->method ne 'GET';
    return;
}

sub version_check ($self, $call) {
    my $version = $call->{exchange}->header('Stripe-Version');
    $call->{exchange}->record->{stripe_version} = $version;
    return if !defined $version && !$self->{options}->get('require_version');
    die $ERROR->plain(400, 'The sandbox requires a Stripe-Version header.')
        if !defined $version;
    die $ERROR->plain(400, "Invalid Stripe API version: $version")
        if $version !~ /\A\d{4}-\d\d-\d\d(?:\.[a-z_]+)?\z/;
    return;
}

# The row of %ACTION for the request. Parameters are read there, not here, so that a bad form is a
# validation failure like any other.
sub action_find ($self, $call) {
    my $exchange = $call->{exchange};
    my ($noun, $id) = $exchange->path =~ $ROUTE;
    $call->{id} = $id;
    my $route = join ' ', $exchange->method, $noun // '', defined $id ? 'one' : 'all';
    return $ACTION{$route} // die $ERROR->plain(404,
        'Unrecognized request URL (' . $exchange->method . ': ' . $exchange->path . ').');
}

sub form_read ($call) {
    my $exchange = $call->{exchange};
    my $body = $exchange->body;
    my $type = $exchange->header('Content-Type') // '';
    die $ERROR->plain(400,
        'Invalid request (check that your POST content type is application/x-www-form-urlencoded).')
        if length $body && $type !~ m{\Aapplication/x-www-form-urlencoded\b}i;
    return read_form($body);
}

# The saved entry if the key was used before, undef if this request is the first or has no key.
sub claim ($self, $call) {
    my $exchange = $call->{exchange};
    my $key      = $exchange->header('Idempotency-Key');
    return if !length($key // '');
    $exchange->record->{idempotency_key} = $key;
    die $ERROR->plain(400, "Idempotency keys are at most $KEY_MAX_CHARACTERS characters.")
        if length $key > $KEY_MAX_CHARACTERS;
    my $entry = $self->{idempotency}->claim(
        $key,
        method     => $exchange->method,
        path       => $exchange->path,
        params     => canonical($exchange->body),
        request_id => $call->{request_id},
    );
    $call->{key} = $key if !$entry;
    return $entry;
}

# Of a fault, only its delays and its dropping touch a replay.
sub replay ($self, $call, $entry) {
    my %headers = (%{ $entry->{headers} }, 'Idempotent-Replayed' => 'true',
        'Original-Request' => $entry->{request_id});
    $call->{exchange}->record->{replayed} = $entry->{request_id};
    $self->answer_send($call, Sandbox::Answer->raw($entry->{status}, $entry->{body}, %headers));
    return;
}

# Performs the request, unless the fault answers without, and settles the idempotency key.
sub execute ($self, $call, $) {
    my ($fault, $key) = @$call{qw(fault key)};
    my $prescribed = fault_answer($fault);
    my ($answer, $save);
    if (!$prescribed || $fault->{apply}) {
        my $object = eval { $call->{action}->($self->{subscriptions}, $call) };
        my $error  = $@;
        $save   = defined $object || (blessed $error && $error->{save});
        $self->{idempotency}->finish($key, undef) if defined $key && !$save;
        $answer = defined $object ? Sandbox::Answer->json(200, $object) : error_answer($error);
        undef $prescribed if !defined $object;
    }
    ($answer, $save) = ($prescribed, save_decide($fault)) if $prescribed;
    $self->{idempotency}->finish($key, $save ? $answer : undef) if defined $key;
    $self->answer_send($call, $answer);
    return;
}

# Stripe saves what execution ended in, but never a conflict, a limit or a missing permission.
sub save_decide ($fault) {
    return $fault->{save} if exists $fault->{save};
    return ($fault->{status} // 200) !~ /\A(?:401|403|409|424|429|502|503|504)\z/;
}

sub fault_answer ($fault) {
    return Sandbox::Answer->from_fault($fault,
        sub ($status) { $ERROR->plain($status)->body });
}

# Anything but an Error is a fault of the double and goes on to the guard.
sub error_answer ($error) {
    die $error if !blessed $error;
    return $error->answer;
}

sub answer_send ($self, $call, $answer) {
    my ($exchange, $fault) = @$call{qw(exchange fault)};
    my $headers = $answer->{headers};
    $headers->{'Request-Id'} = $call->{request_id} if defined $call->{request_id};
    for my $name ('Idempotency-Key', 'Stripe-Version') {
        my $value = $exchange->header($name);
        $headers->{$name} = $value if defined $value;
    }
    $headers->{'Stripe-Should-Retry'} = $fault->{should_retry} ? 'true' : 'false'
        if exists $fault->{should_retry};
    $answer->add_headers($fault->{headers});
    $exchange->deliver($answer, $fault);
    return;
}

1;
