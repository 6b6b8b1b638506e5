// Stripe's own client (npm "stripe") against the double of Stripe: what the double answers is what
// the client takes for Stripe's, in kind, status, code and request id; and what the client does
// then, to ask again or not, under the same key. Run by t/14-stripe-conformance.t; writes TAP.
//
//     node stripe_conformance.js URL FOLDER      of the double, and of the npm package
'use strict';

const assert = require('node:assert');

const [url, folder] = process.argv.slice(2);
const Stripe = require(folder);
const { hostname, port } = new URL(url);
const settings = { host: hostname, port, protocol: 'http', telemetry: false, timeout: 3000 };

// Asks once, unless the connection breaks; and as often as it does when nothing is said.
const once = new Stripe('sk_test_conformance', { ...settings, maxNetworkRetries: 0 });
const often = new Stripe('sk_test_conformance', { ...settings, maxNetworkRetries: 2 });

let keys = 0;
const keyNew = () => `conformance-${++keys}`;

const set = (client, quantity, key) =>
    client.subscriptionItems.update('si_1', { quantity }, key ? { idempotencyKey: key } : {});
const get = async () => (await once.subscriptionItems.retrieve('si_1')).quantity;

async function control(method, path, data) {
    const body = data === undefined ? undefined : JSON.stringify(data);
    const response = await fetch(`${url}/__sandbox/${path}`, { method, body });
    assert.strictEqual(response.status, 200, `${method} ${path}`);
    return response.json();
}

const fault = (order) => control('POST', 'faults', order);

// One subscription, sub_1, with one item, si_1, of quantity 1.
async function fresh() {
    await control('POST', 'reset');
    const items = [{ id: 'si_1', price: 'price_starter', quantity: 1 }];
    await control('POST', 'subscriptions/sub_1', { items });
}

// The writes that came in, as the double saw them, and those it executed.
const posts = async () =>
    (await control('GET', 'requests')).requests.filter((request) => request.method === 'POST');
const changes = async () =>
    (await control('GET', 'journal')).filter((change) => change.effective)
        .map((change) => change.to);

// The client's error, checked against what it must be.
async function refused(call, expected) {
    const error = await call.then(() => assert.fail('it was accepted'), (thrown) => thrown);
    const got = Object.fromEntries(Object.keys(expected).map((name) => [name, error[name]]));
    assert.deepStrictEqual(got, expected);
    return error;
}

const isRequestId = (id) => assert.match(id, /^req_\w+$/);

// How the client reads each fault: [kind, class, status, code, raw type, quantity afterwards].
const invalid = 'invalid_request_error';
const answers = [
    ['card_declined', 'StripeCardError', 402, 'card_declined', 'card_error', 1],
    ['forbidden', 'StripePermissionError', 403, undefined, invalid, 1],
    ['not_found', 'StripeInvalidRequestError', 404, 'resource_missing', invalid, 1],
    ['canceled', 'StripeInvalidRequestError', 400, 'invalid_canceled_subscription_fields', invalid,
        1],
    ['rate_limit', 'StripeRateLimitError', 429, 'rate_limit', invalid, 1],
    ['lock_timeout', 'StripeRateLimitError', 429, 'lock_timeout', invalid, 1],
    ['in_flight', 'StripeAPIError', 409, 'idempotency_key_in_use', 'idempotency_error', 1],
    ['unauthorized', 'StripeAuthenticationError', 401, undefined, invalid, 1],
    ['error_saved', 'StripeAPIError', 500, undefined, 'api_error', 1],
    ['error_saved_applied', 'StripeAPIError', 500, undefined, 'api_error', 7],
    ['error_unsaved', 'StripeAPIError', 500, undefined, 'api_error', 1],
    ['error_unsaved_applied', 'StripeAPIError', 500, undefined, 'api_error', 7],
    ['unavailable', 'StripeAPIError', 503, undefined, 'api_error', 1],
];

// What the client that asks again makes of each: [fault, calls, status of the end, quantity].
const repeats = [
    [{ kind: 'error_unsaved' }, 2, 200, 7],
    [{ kind: 'error_unsaved', should_retry: false }, 1, 500, 1],
    [{ kind: 'error_saved' }, 3, 500, 1],
    [{ kind: 'error_saved_applied' }, 3, 500, 7],
    [{ kind: 'unavailable' }, 2, 200, 7],
    [{ kind: 'in_flight' }, 2, 200, 7],
    [{ kind: 'in_flight', should_retry: false }, 1, 409, 1],
    [{ kind: 'rate_limit' }, 1, 429, 1],
    [{ kind: 'rate_limit', should_retry: true }, 2, 200, 7],
    [{ kind: 'lock_timeout' }, 1, 429, 1],
    [{ kind: 'lock_timeout', should_retry: true }, 2, 200, 7],
    [{ kind: 'card_declined' }, 1, 402, 1],
    [{ kind: 'drop' }, 2, 200, 7],
    [{ kind: 'apply_then_drop' }, 2, 200, 7],
    [{ kind: 'apply_then_drop', reset: true }, 2, 200, 7],
    [{ kind: 'card_declined_lost' }, 2, 402, 1],
];

const tests = {
    async 'a quantity is set'() {
        const item = await set(once, 7);
        assert.strictEqual(item.object, 'subscription_item');
        assert.strictEqual(item.quantity, 7);
        assert.strictEqual(item.lastResponse.statusCode, 200);
        isRequestId(item.lastResponse.requestId);
        assert.strictEqual(await get(), 7);
        assert.strictEqual((await set(once, 0)).quantity, 0);
    },

    async 'through the subscription'() {
        const items = [{ id: 'si_1', quantity: 9 }];
        const subscription = await once.subscriptions.update('sub_1', { items });
        assert.strictEqual(subscription.items.data[0].quantity, 9);
        assert.strictEqual((await once.subscriptions.retrieve('sub_1')).status, 'active');
    },

    async 'a key replays its answer'() {
        const first = await set(once, 7, 'key');
        await set(once, 8);
        const replay = await set(once, 7, 'key');
        const headers = replay.lastResponse.headers;
        assert.deepStrictEqual(replay, first);
        assert.strictEqual(headers['idempotent-replayed'], 'true');
        assert.strictEqual(headers['original-request'], first.lastResponse.requestId);
        assert.strictEqual(first.lastResponse.headers['idempotent-replayed'], undefined);
        assert.deepStrictEqual(await changes(), [7, 8]);
    },

    async 'a key with other parameters'() {
        await set(once, 7, 'key');
        const error = await refused(set(once, 8, 'key'),
            { type: 'StripeIdempotencyError', statusCode: 400, code: undefined });
        assert.strictEqual(error.rawType, 'idempotency_error');
        isRequestId(error.requestId);
        assert.deepStrictEqual(await changes(), [7]);
    },

    async 'a key that is really in flight'() {
        await fault({ delay_ms: 700 });
        const first = set(once, 7, 'key');
        while ((await control('GET', 'requests')).in_flight < 1);
        await refused(set(once, 7, 'key'), { statusCode: 409, code: 'idempotency_key_in_use' });
        assert.strictEqual((await first).quantity, 7);
    },

    async 'how each answer is read'() {
        for (const [kind, type, statusCode, code, rawType, quantity] of answers) {
            await fresh();
            await fault({ kind });
            const error = await refused(set(once, 7, keyNew()),
                { type, statusCode, code, rawType });
            isRequestId(error.requestId);
            assert.strictEqual(await get(), quantity, kind);
        }
    },

    async 'when it asks again'() {
        for (const [order, calls, status, quantity] of repeats) {
            const what = JSON.stringify(order);
            await fresh();
            await fault(order);
            const end = await set(often, 7, keyNew())
                .then((item) => item.lastResponse.statusCode, (error) => error.statusCode);
            const made = await posts();
            const used = new Set(made.map((request) => request.headers['idempotency-key']));
            assert.deepStrictEqual([made.length, end], [calls, status], what);
            assert.strictEqual(used.size, 1, `${what}: one key`);
            assert.strictEqual(await get(), quantity, what);
            assert.deepStrictEqual(await changes(), quantity === 7 ? [7] : [], what);
        }
    },

    async 'why the rate is limited'() {
        await fault({ kind: 'rate_limit', reason: 'global-rate' });
        const plain = await refused(set(once, 7), { statusCode: 429 });
        assert.strictEqual(plain.headers['stripe-rate-limited-reason'], 'global-rate');
        await fault({ kind: 'lock_timeout' });
        const lock = await refused(set(once, 7), { statusCode: 429 });
        assert.strictEqual(lock.headers['stripe-rate-limited-reason'], undefined);
    },

    async 'updates of a subscription in an hour'() {
        await control('PUT', 'options',
            { limit_quantity_updates: true, quantity_updates_per_hour: 2 });
        await set(once, 7, 'key');
        await set(once, 8);
        const error = await refused(set(once, 9),
            { type: 'StripeRateLimitError', statusCode: 429, code: 'rate_limit' });
        assert.strictEqual(error.headers['stripe-rate-limited-reason'], 'resource-specific');
        assert.strictEqual((await set(once, 7, 'key')).quantity, 7, 'a replay is no update');
    },

    async 'a canceled subscription'() {
        await once.subscriptions.cancel('sub_1');
        await refused(set(once, 7),
            { statusCode: 400, code: 'invalid_canceled_subscription_fields' });
    },

    async 'ids that are unknown'() {
        const missing = { type: 'StripeInvalidRequestError', code: 'resource_missing' };
        await refused(once.subscriptionItems.retrieve('si_none'), { ...missing, statusCode: 404 });
        await refused(once.subscriptions.retrieve('sub_none'), { ...missing, statusCode: 404 });
    },

    async 'a key that is no key of Stripe'() {
        const stranger = new Stripe('pk_test_1', { ...settings, maxNetworkRetries: 0 });
        await refused(set(stranger, 7), { type: 'StripeAuthenticationError', statusCode: 401 });
    },
};

async function main() {
    const names = Object.keys(tests);
    let number = 0;
    console.log(`1..${names.length}`);
    for (const name of names) {
        await fresh();
        const fault = await tests[name]().then(() => null, (thrown) => thrown);
        console.log(`${fault ? 'not ok' : 'ok'} ${++number} - ${name}`);
        if (!fault) continue;
        console.log(String(fault.stack).replace(/^/gm, '# '));
        process.exitCode = 1;
    }
}

main();
