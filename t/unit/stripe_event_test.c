#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "rule/stripe_event.h"
#include "rule/subscription_status.h"
#include "t/unit/body.h"

/* An event of a TYPE, created at 100, about an OBJECT, with MORE members of data. */
#define EVENT(type, object, more)                                                                  \
    "{\"id\":\"evt_1\",\"object\":\"event\",\"created\":100,\"type\":\"" type                      \
    "\",\"data\":{\"object\":" object more "}}"
#define UPDATED "customer.subscription.updated"
#define SUB_1 "{\"id\":\"sub_1\",\"object\":\"subscription\",\"status\":\"past_due\"}"

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct stripe_event read_event(struct arena *arena, const char *text)
{
    struct stripe_event event;
    struct errmsg msg = {""};

    if (stripe_event_read(body_value(arena, text), &event, &msg) != ERR_OK)
        fail_msg("%s: %s", text, msg.text);
    return event;
}

static void test_update(void **state)
{
    struct stripe_event event = read_event(
        *state, EVENT(UPDATED, SUB_1, ",\"previous_attributes\":{\"status\":\"active\"}"));

    assert_string_equal(event.id, "evt_1");
    assert_string_equal(event.type, UPDATED);
    assert_true(event.is_of_subscription);
    assert_false(event.is_deleted);
    assert_string_equal(event.subscription_id, "sub_1");
    assert_string_equal(event.status, "past_due");
    assert_string_equal(event.previous_status, "active");
    assert_int_equal(event.created_us, 100 * CLOCK_S_US);
}

/* An update that changed something else says nothing of the status before. */
static void test_no_previous_status(void **state)
{
    static const char *const texts[] = {
        EVENT(UPDATED, SUB_1, ""),
        EVENT(UPDATED, SUB_1, ",\"previous_attributes\":null"),
        EVENT(UPDATED, SUB_1, ",\"previous_attributes\":{}"),
        EVENT(UPDATED, SUB_1, ",\"previous_attributes\":{\"quantity\":1,\"status\":null}"),
        EVENT("customer.subscription.created", SUB_1, ""),
    };

    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        struct stripe_event event = read_event(*state, texts[i]);

        assert_true(event.is_of_subscription);
        assert_null(event.previous_status);
        assert_string_equal(event.status, "past_due");
    }
}

/* The end is the end, whatever status the object has. */
static void test_deleted(void **state)
{
    static const char *const texts[] = {
        EVENT("customer.subscription.deleted", SUB_1, ""),
        EVENT("customer.subscription.deleted", "{\"id\":\"sub_1\"}", ""),
    };

    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        struct stripe_event event = read_event(*state, texts[i]);

        assert_true(event.is_of_subscription);
        assert_true(event.is_deleted);
        assert_string_equal(event.status, "canceled");
    }
}

/* Of other events nothing is wanted but the type; some have another form altogether. */
static void test_other_types(void **state)
{
    static const char *const texts[] = {
        EVENT("invoice.paid", "{\"id\":\"in_1\",\"status\":\"paid\"}", ""),
        EVENT("customer.subscription.trial_will_end", SUB_1, ""),
        EVENT("customer.subscription", SUB_1, ""),
        EVENT("customer.subscription.updated.x", SUB_1, ""),
        EVENT("Customer.subscription.updated", SUB_1, ""),
        "{\"type\":\"v1.billing.meter.no_meter_found\",\"created\":\"2026-01-01T00:00:00Z\"}",
        "{\"type\":\"\"}",
    };

    for (size_t i = 0; i < HW_COUNT(texts); i++)
        assert_false(read_event(*state, texts[i]).is_of_subscription);
    assert_null(read_event(*state, "{\"type\":\"x\"}").id);
}

/* A word we do not know is handed on: whether to act on it is decided elsewhere. */
static void test_unknown_status(void **state)
{
    struct stripe_event event =
        read_event(*state, EVENT(UPDATED, "{\"id\":\"sub_1\",\"status\":\"resting\"}", ""));

    assert_string_equal(event.status, "resting");
    assert_false(subscription_status_is_known(event.status));
    assert_true(subscription_status_is_known("incomplete_expired"));
    assert_true(subscription_status_is_known(SUBSCRIPTION_STATUS_CANCELED));
    assert_false(subscription_status_is_known("Active"));
    assert_false(subscription_status_is_known(""));
}

static void assert_refused(struct arena *arena, const char *text)
{
    struct stripe_event event = {.created_us = 7};
    struct errmsg msg = {""};

    assert_int_equal(stripe_event_read(body_value(arena, text), &event, &msg), ERR_INVALID_JSON);
    assert_true(strncmp(msg.text, "The body is not an event: ", 26) == 0);
    assert_int_equal(event.created_us, 7);
}

static void test_no_event(void **state)
{
    static const char *const texts[] = {
        "[]",
        "1",
        "null",
        "\"customer.subscription.updated\"",
        "{}",
        "{\"type\":null}",
        "{\"type\":1}",
        "{\"type\":\"" UPDATED "\"}",
        "{\"type\":\"" UPDATED "\",\"created\":100}",
        "{\"type\":\"" UPDATED "\",\"created\":100,\"data\":[]}",
        "{\"type\":\"" UPDATED "\",\"created\":100,\"data\":{\"object\":\"sub_1\"}}",
        "{\"type\":\"" UPDATED "\",\"data\":{\"object\":" SUB_1 "}}",
        "{\"type\":\"" UPDATED "\",\"created\":\"100\",\"data\":{\"object\":" SUB_1 "}}",
        "{\"type\":\"" UPDATED "\",\"created\":1.5,\"data\":{\"object\":" SUB_1 "}}",
        "{\"type\":\"" UPDATED "\",\"created\":0,\"data\":{\"object\":" SUB_1 "}}",
        "{\"type\":\"" UPDATED "\",\"created\":-1,\"data\":{\"object\":" SUB_1 "}}",
        "{\"type\":\"" UPDATED "\",\"created\":253402300800,\"data\":{\"object\":" SUB_1 "}}",
        EVENT(UPDATED, "{\"id\":\"sub_1\"}", ""),
        EVENT(UPDATED, "{\"id\":\"sub_1\",\"status\":1}", ""),
        EVENT(UPDATED, "{\"status\":\"active\"}", ""),
        EVENT(UPDATED, "{\"id\":1,\"status\":\"active\"}", ""),
        EVENT(UPDATED, "{\"id\":\"\",\"status\":\"active\"}", ""),
        EVENT(UPDATED, "{\"id\":\"sub 1\",\"status\":\"active\"}", ""),
        EVENT(UPDATED, "{\"id\":\"s\\u00fcb_1\",\"status\":\"active\"}", ""),
        EVENT("customer.subscription.deleted", "{}", ""),
    };

    for (size_t i = 0; i < HW_COUNT(texts); i++)
        assert_refused(*state, texts[i]);
}

/* The longest id that the database can hold, and one character more. */
static void test_id_length(void **state)
{
    char id[257];

    memset(id, 'x', sizeof id);
    id[256] = '\0';
    assert_refused(
        *state,
        arena_printf(*state, EVENT("customer.subscription.deleted", "{\"id\":\"%s\"}", ""), id));
    id[255] = '\0';
    read_event(
        *state,
        arena_printf(*state, EVENT("customer.subscription.deleted", "{\"id\":\"%s\"}", ""), id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_update),         cmocka_unit_test(test_no_previous_status),
        cmocka_unit_test(test_deleted),        cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_unknown_status), cmocka_unit_test(test_no_event),
        cmocka_unit_test(test_id_length),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
