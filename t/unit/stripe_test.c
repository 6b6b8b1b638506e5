/* remote/stripe against the double in t/sandbox; started by t/13-client-stripe.t. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/value.h"
#include "remote/stripe.h"
#include "t/unit/service_double.h"

struct fixture {
    struct service_double service;
    struct stripe *client;
};

/* A subscription with one item, si_1, of quantity 4. */
static void seed(struct fixture *fixture)
{
    service_double_control(&fixture->service, "reset", "");
    service_double_control(&fixture->service, "subscriptions/sub_1",
                           "{\"customer\":\"cus_1\",\"items\":[{\"id\":\"si_1\",\"price\":\"price_"
                           "a\",\"quantity\":4}]}");
}

static int setup(void **state)
{
    static struct fixture fixture;
    struct service_double *service = &fixture.service;

    service_double_init(service, "HW_STRIPE_URL", "sk_test_0123456789");
    fixture.client = stripe_new(service->http, service->url, &service->key, "2026-07-29.dahlia");
    seed(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    stripe_free(fixture->client);
    service_double_clear(&fixture->service);
    return 0;
}

static struct stripe_answer set_within(struct fixture *fixture, int64_t quantity, const char *key,
                                       int64_t ms)
{
    struct stripe_answer answer;

    stripe_quantity_set(fixture->client, fixture->service.arena, "si_1", quantity, key,
                        service_double_in_ms(ms), &answer);
    return answer;
}

static struct stripe_answer set(struct fixture *fixture, int64_t quantity, const char *key)
{
    return set_within(fixture, quantity, key, 4000);
}

static struct stripe_answer find(struct fixture *fixture, const char *item_id)
{
    struct stripe_answer answer;

    stripe_item_find(fixture->client, fixture->service.arena, item_id, service_double_in_ms(4000),
                     &answer);
    return answer;
}

static const struct value *last_request(struct fixture *fixture)
{
    struct value *all = arena_alloc(fixture->service.arena, sizeof *all);
    const struct value *list;

    *all = service_double_read(&fixture->service, "requests");
    list = value_find(all, "requests");
    return &list->items[list->count - 1];
}

static void test_set(void **state)
{
    struct stripe_answer answer = set(*state, 7, "key-1");

    assert_int_equal(answer.outcome, STRIPE_APPLIED);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.quantity, 7);
    assert_int_equal(answer.pause_ms, 0);
    assert_non_null(answer.request_id);
    assert_null(answer.code);
    assert_false(answer.replayed);
    assert_int_equal(find(*state, "si_1").quantity, 7);
}

static const char *header(const struct value *request, const char *name)
{
    return value_find(value_find(request, "headers"), name)->text;
}

static void test_what_is_sent(void **state)
{
    const struct value *request;

    set(*state, 7, "seat:si_1:42");
    request = last_request(*state);
    assert_string_equal(value_find(request, "method")->text, "POST");
    assert_string_equal(value_find(request, "path")->text, "/v1/subscription_items/si_1");
    assert_string_equal(value_find(request, "body")->text,
                        "quantity=7&proration_behavior=create_prorations");
    assert_string_equal(header(request, "idempotency-key"), "seat:si_1:42");
    assert_string_equal(header(request, "stripe-version"), "2026-07-29.dahlia");
    assert_string_equal(header(request, "content-type"), "application/x-www-form-urlencoded");
    assert_string_equal(header(request, "accept"), "application/json");
    find(*state, "si_1");
    request = last_request(*state);
    assert_string_equal(value_find(request, "method")->text, "GET");
    assert_null(value_find(value_find(request, "headers"), "idempotency-key"));
}

static void test_replay(void **state)
{
    struct stripe_answer answer;

    set(*state, 7, "key-1");
    set(*state, 8, "key-2");
    answer = set(*state, 7, "key-1");
    assert_int_equal(answer.outcome, STRIPE_APPLIED);
    assert_true(answer.replayed);
    assert_int_equal(find(*state, "si_1").quantity, 8);
}

/* The key was used with another quantity: neither applied nor lost. */
static void test_key_mismatch(void **state)
{
    struct stripe_answer answer;

    set(*state, 7, "key-1");
    answer = set(*state, 8, "key-1");
    assert_int_equal(answer.outcome, STRIPE_FAILED);
    assert_int_equal(answer.status, 400);
}

struct row {
    const char *fault;
    enum stripe_outcome outcome;
    long status;
    int64_t quantity; /* of the item afterwards */
    int64_t pause_ms;
    const char *code;
};

#define ERROR_BODY(status, error) "{\"status\":" status ",\"body\":{\"error\":" error "}}"

static const struct row rows[] = {
    {"{\"kind\":\"rate_limit\"}", STRIPE_UNKNOWN, 429, 4, 2000, "rate_limit"},
    {"{\"kind\":\"rate_limit\",\"reason\":\"resource-specific\"}", STRIPE_UNKNOWN, 429, 4, 60000,
     "rate_limit"},
    {"{\"kind\":\"in_flight\"}", STRIPE_UNKNOWN, 409, 4, 500, "idempotency_key_in_use"},
    {"{\"kind\":\"lock_timeout\"}", STRIPE_UNKNOWN, 429, 4, 500, "lock_timeout"},
    {"{\"kind\":\"drop\"}", STRIPE_UNKNOWN, 0, 4, 500, NULL},
    {"{\"kind\":\"drop\",\"reset\":true}", STRIPE_UNKNOWN, 0, 4, 500, NULL},
    {"{\"kind\":\"apply_then_drop\"}", STRIPE_UNKNOWN, 0, 7, 500, NULL},
    {"{\"drop\":\"headers\"}", STRIPE_UNKNOWN, 0, 7, 500, NULL},
    {"{\"drop\":\"body\"}", STRIPE_UNKNOWN, 0, 7, 500, NULL},
    {"{\"kind\":\"error_saved\"}", STRIPE_FAILED, 500, 4, 500, NULL},
    {"{\"kind\":\"error_saved_applied\"}", STRIPE_FAILED, 500, 7, 500, NULL},
    {"{\"kind\":\"error_unsaved\",\"should_retry\":false}", STRIPE_FAILED, 500, 4, 5000, NULL},
    {"{\"kind\":\"error_unsaved\",\"should_retry\":true}", STRIPE_FAILED, 500, 4, 500, NULL},
    {"{\"kind\":\"unavailable\"}", STRIPE_FAILED, 503, 4, 500, NULL},
    {"{\"kind\":\"rate_limit\",\"should_retry\":true}", STRIPE_UNKNOWN, 429, 4, 500, "rate_limit"},
    {"{\"status\":503,\"raw\":\"<html>\",\"headers\":{\"Retry-After\":\"3\"}}", STRIPE_FAILED, 503,
     4, 3000, NULL},
    {"{\"kind\":\"card_declined\"}", STRIPE_PAYMENT_REFUSED, 402, 4, 0, "card_declined"},
    {"{\"kind\":\"card_declined_lost\"}", STRIPE_UNKNOWN, 0, 4, 500, NULL},
    {"{\"kind\":\"not_found\"}", STRIPE_SUBSCRIPTION_REFUSED, 404, 4, 0, "resource_missing"},
    {"{\"kind\":\"canceled\"}", STRIPE_SUBSCRIPTION_REFUSED, 400, 4, 0,
     "invalid_canceled_subscription_fields"},
    {"{\"kind\":\"unauthorized\"}", STRIPE_UNKNOWN, 401, 4, 2000, NULL},
    {"{\"kind\":\"forbidden\"}", STRIPE_REFUSED, 403, 4, 0, NULL},
    {ERROR_BODY("400", "{\"type\":\"invalid_request_error\",\"code\":\"rate_limit\"}"),
     STRIPE_UNKNOWN, 400, 4, 2000, "rate_limit"},
    {ERROR_BODY("400", "{\"type\":\"invalid_request_error\",\"code\":\"parameter_unknown\"}"),
     STRIPE_REFUSED, 400, 4, 0, "parameter_unknown"},
    {ERROR_BODY("409", "{\"type\":\"api_error\"}"), STRIPE_UNKNOWN, 409, 4, 500, NULL},
    {ERROR_BODY("424", "{\"type\":\"api_error\"}"), STRIPE_UNKNOWN, 424, 4, 500, NULL},
    /* Said by something in between: no answer of Stripe's. */
    {"{\"kind\":\"html\"}", STRIPE_UNKNOWN, 200, 4, 500, NULL},
    {"{\"kind\":\"html\",\"apply\":true}", STRIPE_UNKNOWN, 200, 7, 500, NULL},
    {"{\"status\":403,\"raw\":\"<html>\"}", STRIPE_UNKNOWN, 403, 4, 500, NULL},
    {"{\"status\":402,\"body\":{\"error\":\"no\"}}", STRIPE_UNKNOWN, 402, 4, 500, NULL},
    {"{\"status\":302,\"headers\":{\"Location\":\"/\"},\"raw\":\"\"}", STRIPE_UNKNOWN, 302, 4, 500,
     NULL},
    /* A 2xx about something else, and one about this item with another quantity. */
    {"{\"status\":200,\"body\":{\"id\":\"si_2\",\"quantity\":7}}", STRIPE_UNKNOWN, 200, 4, 500,
     NULL},
    {"{\"status\":200,\"body\":{\"id\":\"si_1\"}}", STRIPE_UNKNOWN, 200, 4, 500, NULL},
    {"{\"status\":200,\"body\":{\"id\":\"si_1\",\"quantity\":\"7\"}}", STRIPE_UNKNOWN, 200, 4, 500,
     NULL},
    {"{\"status\":200,\"body\":{\"id\":\"si_1\",\"quantity\":6}}", STRIPE_FAILED, 200, 4, 0, NULL},
};

static void test_outcomes(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < HW_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct stripe_answer answer;

        seed(fixture);
        service_double_control(&fixture->service, "faults", row->fault);
        answer = set(fixture, 7, "key-1");
        if (answer.outcome != row->outcome || answer.status != row->status ||
            answer.pause_ms != row->pause_ms)
            fail_msg("%s: outcome %d, status %ld, pause %d", row->fault, (int)answer.outcome,
                     answer.status, (int)answer.pause_ms);
        if (row->code != NULL && (answer.code == NULL || strcmp(answer.code, row->code) != 0))
            fail_msg("%s: code %s", row->fault, answer.code);
        if (find(fixture, "si_1").quantity != row->quantity)
            fail_msg("%s: the item is wrong", row->fault);
    }
}

/* An unknown outcome is settled by the same key, also over a kept connection that broke. */
static void test_lost_reply_then_same_key(void **state)
{
    struct fixture *fixture = *state;
    struct value journal;

    assert_int_equal(set(fixture, 6, "key-0").outcome, STRIPE_APPLIED);
    service_double_control(&fixture->service, "faults", "{\"kind\":\"apply_then_drop\"}");
    assert_int_equal(set(fixture, 7, "key-1").outcome, STRIPE_UNKNOWN);
    assert_int_equal(find(fixture, "si_1").quantity, 7);
    assert_int_equal(set(fixture, 7, "key-1").outcome, STRIPE_APPLIED);
    journal = service_double_read(&fixture->service, "journal");
    assert_int_equal(journal.count, 2); /* each key was executed once */
}

static void test_deadline(void **state)
{
    struct fixture *fixture = *state;
    struct stripe_answer answer;

    service_double_control(&fixture->service, "faults", "{\"reply_delay_ms\":2000}");
    answer = set_within(fixture, 7, "key-1", 200);
    assert_int_equal(answer.outcome, STRIPE_UNKNOWN);
    assert_int_equal(answer.status, 0);
    assert_int_equal(set_within(fixture, 7, "key-2", 0).outcome, STRIPE_UNKNOWN);
}

static void test_nobody_listens(void **state)
{
    struct fixture *fixture = *state;
    struct stripe *client = stripe_new(fixture->service.http, "http://127.0.0.1:1",
                                       &fixture->service.key, "2026-07-29.dahlia");
    struct stripe_answer answer;

    stripe_quantity_set(client, fixture->service.arena, "si_1", 7, "key-1",
                        service_double_in_ms(2000), &answer);
    assert_int_equal(answer.outcome, STRIPE_UNKNOWN);
    stripe_free(client);
}

static void test_canceled_subscription(void **state)
{
    struct fixture *fixture = *state;

    service_double_control(&fixture->service, "subscriptions/sub_1", "{\"status\":\"canceled\"}");
    assert_int_equal(set(fixture, 7, "key-1").outcome, STRIPE_SUBSCRIPTION_REFUSED);
}

static void test_find(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(find(fixture, "si_1").outcome, STRIPE_APPLIED);
    assert_int_equal(find(fixture, "si_1").quantity, 4);
    assert_int_equal(find(fixture, "si_none").outcome, STRIPE_SUBSCRIPTION_REFUSED);
    service_double_control(&fixture->service, "faults", "{\"status\":500,\"method\":\"GET\"}");
    assert_int_equal(find(fixture, "si_1").outcome, STRIPE_FAILED);
}

/* An id that is none is never sent. */
static void test_bad_item_id(void **state)
{
    static const char *const ids[] = {"",     "../customers", "si_1?x=y",
                                      "si 1", "si_1\r\nX: y", "s\xC3\xA9"};
    struct fixture *fixture = *state;
    struct value requests;

    service_double_control(&fixture->service, "reset", "");
    for (size_t i = 0; i < HW_COUNT(ids); i++)
        assert_int_equal(find(fixture, ids[i]).outcome, STRIPE_REFUSED);
    requests = service_double_read(&fixture->service, "requests");
    assert_int_equal(value_find(&requests, "total")->integer, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_set),          TEST(test_what_is_sent),   TEST(test_replay),
        TEST(test_key_mismatch), TEST(test_outcomes),       TEST(test_lost_reply_then_same_key),
        TEST(test_deadline),     TEST(test_nobody_listens), TEST(test_canceled_subscription),
        TEST(test_find),         TEST(test_bad_item_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
