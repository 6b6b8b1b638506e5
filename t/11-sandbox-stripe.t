# The double of Stripe does what t/sandbox/README.md says.

use strict;
use warnings;
use feature 'signatures';

use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/sandbox/lib";
use Test::More;
use Time::HiRes qw(sleep time);

BEGIN {
    plan skip_all => 'needs libmojolicious-perl' if !eval { require Mojo::UserAgent; 1 };
}
use Mojo::JSON qw(true false);
use Sandbox::Launcher;

my $dir    = tempdir(CLEANUP => 1);
my $double = Sandbox::Launcher->start('stripe', $dir);
my $agent  = Mojo::UserAgent->new(request_timeout => 10);
my $SUBS  = '/v1/subscriptions';
my $ITEMS = '/v1/subscription_items';

my %auth = (Authorization => 'Bearer sk_test_0123456789', 'Stripe-Version' => '2026-07-29.dahlia');
my $keys = 0;

sub call ($method, $path, $form = undef, %headers) {
    my @form = $form ? (form => $form) : ();
    my $tx = $agent->build_tx($method => $double->url . $path, { %auth, %headers }, @form);
    return $agent->start($tx)->res;
}
sub set_quantity ($quantity, $key = undef) {
    return call(POST => "$ITEMS/si_1", { quantity => $quantity },
        $key ? ('Idempotency-Key' => $key) : ());
}
sub quantity ()      { return call(GET => "$ITEMS/si_1")->json->{quantity} }
sub key_new ()       { return 'key-' . ++$keys }
sub code ($response) { return $response->json->{error}{code} // '' }
sub replayed ($response) { return $response->headers->header('Idempotent-Replayed') // 'no' }
sub reason ($response) { return $response->headers->header('Stripe-Rate-Limited-Reason') }
sub fault (%fault)   { return $double->control(POST => 'faults', \%fault) }

# The transport's error of a call that got no reply, or ''.
sub lost ($quantity, $key) {
    my $tx = $agent->post($double->url . "$ITEMS/si_1",
        { %auth, 'Idempotency-Key' => $key }, form => { quantity => $quantity });
    return $tx->error && !$tx->error->{code} ? $tx->error->{message} : '';
}

# One subscription sub_1 with one item si_1 of quantity 1; nothing else.
sub fresh () {
    $double->control(POST => 'reset');
    $double->control(POST => 'subscriptions/sub_1',
        { items => [ { id => 'si_1', price => 'price_starter', quantity => 1 } ] });
    return;
}

# The effective changes as "from>to".
sub effective () {
    my @changes = grep { $_->{effective} } @{ $double->control(GET => 'journal') };
    return [ map { "$_->{from}>$_->{to}" } @changes ];
}

subtest 'subscriptions and items' => sub {
    my %form = (customer => 'cus_1', 'items[0][price]' => 'price_a', 'items[0][quantity]' => 3);
    my $made = call(POST => $SUBS, { %form, 'metadata[team]' => 7 });
    is $made->code, 200, 'created';
    my $subscription = $made->json;
    my $item = $subscription->{items}{data}[0];
    my ($path, $item_path) = ("$SUBS/$subscription->{id}", "$ITEMS/$item->{id}");
    is_deeply [ @$subscription{qw(object status)} ], [qw(subscription active)], 'subscription';
    is_deeply [ @$item{qw(object quantity)} ], [ 'subscription_item', 3 ], 'item';
    is $item->{subscription}, $subscription->{id}, 'of its subscription';
    is $subscription->{metadata}{team}, 7, 'metadata';
    is $item->{price}{recurring}{usage_type}, 'licensed', 'price';
    ok $item->{current_period_end} > time, 'the period is on the item';
    is_deeply call(GET => $path)->json, $subscription, 'read back';
    is_deeply call(GET => $item_path)->json, $item, 'the item too';
    my $updated = call(POST => $path,
        { 'items[0][id]' => $item->{id}, 'items[0][quantity]' => 5, 'metadata[a]' => 'b c&d' });
    is $updated->json->{items}{data}[0]{quantity}, 5, 'quantity through the subscription';
    is_deeply $updated->json->{metadata}, { team => 7, a => 'b c&d' }, 'metadata is merged';
    my $second = call(POST => $ITEMS,
        { subscription => $subscription->{id}, price => 'price_b', quantity => 0 });
    is $second->json->{quantity}, 0, 'an item may have quantity 0';
    my $list = call(GET => "$ITEMS?subscription=$subscription->{id}&limit=1")->json;
    is_deeply [ @$list{qw(object has_more)} ], [ 'list', true ], 'listed';
    is scalar @{ $list->{data} }, 1, 'in pages';
    call(POST => $item_path, { price => 'price_c' });
    is call(GET => $item_path)->json->{quantity}, 1, 'a new price alone puts it to 1';
    is call(DELETE => $path)->json->{status}, 'canceled', 'canceled';
    is call(DELETE => $path)->code, 404, 'only once';
    is code(call(POST => $item_path, { quantity => 2 })),
        'invalid_canceled_subscription_fields', 'no quantity after that';
    is call(POST => $path, { 'metadata[x]' => 1 })->code, 200, 'but metadata';
};

subtest 'refusals' => sub {
    fresh();
    my %bad = (
        'not a number'      => [ "$ITEMS/si_1", { quantity => 'x' }, 400 ],
        'negative'          => [ "$ITEMS/si_1", { quantity => -1 }, 400 ],
        'a fraction'        => [ "$ITEMS/si_1", { quantity => '1.5' }, 400 ],
        'unknown parameter' => [ "$ITEMS/si_1", { quantty => 1 }, 400 ],
        'unknown word'      => [ "$ITEMS/si_1", { proration_behavior => 'x' }, 400 ],
        'unknown item'      => [ "$ITEMS/si_x", { quantity => 1 }, 404 ],
        'foreign item'      => [ "$SUBS/sub_1", { 'items[0][id]' => 'si_x' }, 400 ],
        'bad row'           => [ "$SUBS/sub_1", { 'items[0][q]' => 2 }, 400 ],
        'unknown path'      => [ '/v1/nothing', {}, 404 ],
    );
    for my $name (sort keys %bad) {
        my ($path, $form, $status) = @{ $bad{$name} };
        my $response = call(POST => $path, $form);
        is $response->code, $status, $name;
        is $response->json->{error}{type}, 'invalid_request_error', 'type';
    }
    is code(call(GET => "$SUBS/sub_x")), 'resource_missing', 'code of a missing one';
    is code(set_quantity('x')), 'parameter_invalid_integer', 'code of a bad quantity';
    for my $status (qw(incomplete incomplete_expired canceled)) {
        $double->control(POST => 'subscriptions/sub_1', { status => $status });
        is set_quantity(9)->code, 400, "no quantity while $status";
    }
    for my $status (qw(past_due unpaid paused trialing active)) {
        $double->control(POST => 'subscriptions/sub_1', { status => $status });
        is set_quantity(2)->code, 200, "a quantity while $status";
    }
    is_deeply effective(), ['1>2'], 'one effective change in all';
    eval { $double->control(POST => 'subscriptions/sub_1', { status => 'x' }) };
    like $@, qr/status must be one of/, 'no such status';
};

subtest 'key, version, headers' => sub {
    fresh();
    my $path = "$SUBS/sub_1";
    my $none = call(GET => $path, undef, Authorization => '');
    is $none->code, 401, 'no key';
    is $none->headers->header('Request-Id'), undef, 'and no request id';
    is call(GET => $path, undef, Authorization => 'Bearer pk_test_1')->code, 401, 'publishable key';
    for my $key ('Bearer sk_live_1', 'Bearer rk_test_1', 'Basic c2tfdGVzdF8xOg==') {
        is call(GET => $path, undef, Authorization => $key)->code, 200, $key;
    }
    is call(GET => $path, undef, 'Stripe-Version' => '')->code, 400, 'a version is required';
    my $headers = set_quantity(2, 'my-key')->headers;
    like $headers->header('Request-Id'), qr/\Areq_\w{14}\z/, 'Request-Id';
    is $headers->header('Idempotency-Key'), 'my-key', 'Idempotency-Key is echoed';
    is $headers->header('Stripe-Version'), '2026-07-29.dahlia', 'Stripe-Version is echoed';
    my $requests = $double->control(GET => 'requests')->{requests};
    my ($seen) = grep { $_->{idempotency_key} } @$requests;
    is_deeply [ @$seen{qw(method status body)} ], [ 'POST', 200, 'quantity=2' ], 'recorded';
    is $seen->{stripe_version}, '2026-07-29.dahlia', 'with the version';
    is $seen->{headers}{authorization}, 'Bearer ...6789', 'with the key masked';
};

subtest 'idempotency' => sub {
    fresh();
    my $first  = set_quantity(5, 'k1');
    my $replay = set_quantity(5, 'k1');
    is $replay->body, $first->body, 'the same answer, byte for byte';
    is replayed($replay), 'true', 'marked as a replay';
    is replayed($first), 'no', 'unlike the first';
    is $replay->headers->header('Original-Request'), $first->headers->header('Request-Id'),
        'naming the first';
    set_quantity(6, 'k2');
    is set_quantity(5, 'k1')->json->{quantity}, 5, 'an old key repeats its old answer';
    is quantity(), 6, 'and changes nothing';
    my $other = set_quantity(7, 'k1');
    is $other->code, 400, 'other parameters';
    is $other->json->{error}{type}, 'idempotency_error', 'type';
    ok !exists $other->json->{error}{code}, 'no code';
    my $elsewhere = call(POST => "$SUBS/sub_1", { quantity => 5 }, 'Idempotency-Key' => 'k1');
    is $elsewhere->json->{error}{type}, 'idempotency_error', 'another path';
    set_quantity('x', 'k3');
    is set_quantity(6, 'k3')->code, 200, 'a validation failure is not kept';
    is set_quantity(1, 'k' x 256)->code, 400, 'a key is at most 255 characters';
    $double->control(POST => 'subscriptions/sub_1', { status => 'canceled' });
    set_quantity(8, 'k4');
    $double->control(POST => 'subscriptions/sub_1', { status => 'active' });
    is code(set_quantity(8, 'k4')), 'invalid_canceled_subscription_fields', 'a failure is kept';
    $double->control(PUT => 'clock', { advance_s => 24 * 60 * 60 - 5 });
    is replayed(set_quantity(5, 'k1')), 'true', 'kept for nearly 24 hours';
    $double->control(PUT => 'clock', { advance_s => 10 });
    is set_quantity(7, 'k1')->json->{quantity}, 7, 'then pruned: the key is new';
    is_deeply effective(), ['1>5', '5>6', '6>7'], 'journal';
    my ($entry) = grep { !$_->{effective} } @{ $double->control(GET => 'journal') };
    is_deeply [ @$entry{qw(item from to idempotency_key)} ], [ 'si_1', 6, 6, 'k3' ],
        'a write that changed nothing is listed as such';
};

subtest 'a key in flight' => sub {
    fresh();
    $double->control(PUT => 'options', { in_flight_type => 'api_error' });
    fault(delay_ms => 600);
    my ($late, $early);
    my $post = sub ($callback) {
        my %headers = (%auth, 'Idempotency-Key' => 'k1');
        $agent->post($double->url . "$ITEMS/si_1", \%headers,
            form => { quantity => 4 }, sub ($, $tx) { $callback->($tx->res) });
    };
    $post->(sub ($response) { $late = $response; Mojo::IOLoop->stop });
    Mojo::IOLoop->timer(0.1 => sub { $post->(sub ($response) { $early = $response }) });
    Mojo::IOLoop->start;
    is $early->code, 409, 'the second is refused';
    is $early->json->{error}{type}, 'api_error', 'with the type asked for';
    is code($early), 'idempotency_key_in_use', 'code';
    is $late->json->{quantity}, 4, 'the first goes on';
    is replayed(set_quantity(4, 'k1')), 'true', 'and is repeated afterwards';
    is_deeply effective(), ['1>4'], 'applied once';
};

subtest 'faults that answer' => sub {
    # kind => [status, code, applied, the answer to the same key afterwards]
    my %expect = (
        rate_limit            => [ 429, 'rate_limit', 0, 200 ],
        lock_timeout          => [ 429, 'lock_timeout', 0, 200 ],
        in_flight             => [ 409, 'idempotency_key_in_use', 0, 200 ],
        forbidden             => [ 403, '', 0, 200 ],
        unauthorized          => [ 401, '', 0, 200 ],
        unavailable           => [ 503, '', 0, 200 ],
        error_saved           => [ 500, '', 0, 500 ],
        error_saved_applied   => [ 500, '', 1, 500 ],
        error_unsaved         => [ 500, '', 0, 200 ],
        error_unsaved_applied => [ 500, '', 1, 200 ],
        card_declined         => [ 402, 'card_declined', 0, 402 ],
        not_found             => [ 404, 'resource_missing', 0, 404 ],
        canceled              => [ 400, 'invalid_canceled_subscription_fields', 0, 400 ],
    );
    for my $kind (sort keys %expect) {
        my ($status, $code, $applied, $again) = @{ $expect{$kind} };
        fresh();
        fault(kind => $kind);
        my $response = set_quantity(3, my $key = key_new());
        is_deeply [ $response->code, code($response) ], [ $status, $code ], "$kind: answer";
        is quantity(), $applied ? 3 : 1, "$kind: " . ($applied ? 'applied' : 'not applied');
        is set_quantity(3, $key)->code, $again, "$kind: the same key again";
    }
    fresh();
    fault(kind => 'rate_limit', reason => 'global-rate', times => 2);
    is reason(set_quantity(3, 'k')), 'global-rate', 'reason';
    is set_quantity(3, 'k')->code, 429, 'times 2';
    fault(kind => 'lock_timeout');
    is reason(set_quantity(3, 'k')), undef, 'a lock has no reason';
    for my $retry (true, false) {
        fault(kind => 'error_unsaved', should_retry => $retry);
        my $header = set_quantity(3)->headers->header('Stripe-Should-Retry');
        is $header, $retry ? 'true' : 'false', 'should retry';
    }
    fault(kind => 'html');
    my $html = set_quantity(3);
    is $html->code, 200, 'success';
    is $html->headers->content_type, 'text/html', 'with nonsense';
    fault(status => 424);
    is set_quantity(3)->code, 424, 'any status';
    fault(kind => 'forbidden', match => 'si_2', times => undef);
    is set_quantity(3)->code, 200, 'another path is not touched';
    fault(status => 500, times => undef);
    is call(GET => "$SUBS/sub_1")->code, 200, 'reads are not touched';
    fault(status => 500, method => 'GET');
    is call(GET => "$SUBS/sub_1")->code, 500, 'unless ordered';
};

subtest 'replies that get lost, come late' => sub {
    fresh();
    fault(kind => 'apply_then_drop');
    ok lost(2, 'k1'), 'applied, reply lost';
    is quantity(), 2, 'it was applied';
    is replayed(set_quantity(2, 'k1')), 'true', 'the retry is a replay';
    fault(kind => 'drop');
    ok lost(3, 'k2'), 'dropped';
    is quantity(), 2, 'not applied';
    is replayed(set_quantity(3, 'k2')), 'no', 'the retry is executed';
    fault(kind => 'card_declined_lost');
    ok lost(4, 'k3'), 'declined, reply lost';
    is set_quantity(4, 'k3')->code, 402, 'the retry hears it';
    fault(kind => 'apply_then_drop', times => undef, reset => true);
    ok lost(5, 'k4') && lost(5, 'k4'), 'until cleared, replays get lost too';
    $double->control(DELETE => 'faults');
    my $hasty = Mojo::UserAgent->new(request_timeout => 0.1);
    for my $field (qw(delay_ms reply_delay_ms network_delay_ms)) {
        fault($field => 600);
        my ($to, $start) = (quantity() + 1, time);
        my $tx = $hasty->post($double->url . "$ITEMS/si_1", {%auth}, form => { quantity => $to });
        ok $tx->error, "$field: the client gives up";
        is quantity(), $field eq 'reply_delay_ms' ? $to : $to - 1, "$field: state at that moment";
        sleep 0.7 - (time - $start) if time - $start < 0.7;
        is quantity(), $to, "$field: applied in the end";
    }
    is_deeply effective(), [ '1>2', '2>3', '3>5', '5>6', '6>7', '7>8' ], 'each once';
};

subtest 'updates an hour' => sub {
    fresh();
    is $double->control(GET => 'options')->{limit_quantity_updates}, false, 'not by default';
    $double->control(PUT => 'options', { limit_quantity_updates => true });
    my @codes = map { set_quantity($_)->code } 1 .. 201;
    is scalar(grep { $_ == 200 } @codes), 200, '200 pass';
    is $codes[200], 429, 'not one more';
    is reason(set_quantity(1, 'k')), 'resource-specific', 'reason';
    is code(set_quantity(1, 'k')), 'rate_limit', 'code';
    is quantity(), 200, 'and nothing has changed';
    is call(POST => "$SUBS/sub_1", { 'items[0][id]' => 'si_1', 'items[0][quantity]' => 1 })->code,
        429, 'nor through the subscription';
    is call(POST => "$SUBS/sub_1", { 'metadata[a]' => 1 })->code, 200, 'other updates are free';
    $double->control(POST => 'subscriptions/sub_2',
        { items => [ { id => 'si_2', price => 'price_starter', quantity => 1 } ] });
    is call(POST => "$ITEMS/si_2", { quantity => 2 })->code, 200, 'as is another subscription';
    $double->control(PUT => 'clock', { advance_s => 3600 });
    is set_quantity(1, 'k')->code, 200, 'an hour later, and under the same key';
    is replayed(set_quantity(1, 'k')), 'true', 'a replay';
    $double->control(PUT => 'options', { quantity_updates_per_hour => 1 });
    is set_quantity(1, 'k')->code, 200, 'is no update';
    is set_quantity(2, 'k2')->code, 429, 'unlike a new key';
};

subtest 'control and end' => sub {
    fresh();
    set_quantity(2, 'k');
    is $double->control(GET => 'idempotency')->{k}{status}, 200, 'keys can be read';
    is $double->control(GET => 'subscriptions')->[0]{id}, 'sub_1', 'subscriptions too';
    is_deeply $double->control(DELETE => 'journal'), [], 'the journal can be cleared';
    $double->control(POST => 'reset');
    is_deeply $double->control(GET => 'subscriptions'), [], 'reset';
    is $double->stop, 0, 'SIGTERM ends it with 0';
    my $text = qx{"$^X" "$FindBin::Bin/sandbox/stripe" --listen 10.0.0.1:0 2>&1};
    is $? >> 8, 2, 'loopback only';
    like $text, qr/loopback/, 'and says so';
    open my $log, '<', "$dir/stripe.log" or die $!;
    is join('', <$log>), '', 'it has printed nothing';
};

done_testing;
