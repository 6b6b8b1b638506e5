#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "body.h"

static void test_destination(void **state)
{
    (void)state;
    body_assert_with("\"deliveryDestination\":\"leads_only\"", "");
    body_assert_with("\"deliveryDestination\":\"webhook\"", "/deliveryDestination enum");
    body_assert_with("\"deliveryDestination\":[]", "/deliveryDestination type");
    body_assert_with("\"deliveryDestination\":\"leads_plus_webhook\"", "/webhookUrl required");
    body_assert_with("\"deliveryDestination\":\"leads_plus_webhook\",\"webhookUrl\":null",
                     "/webhookUrl required");
    body_assert_with("\"deliveryDestination\":\"leads_plus_webhook\",\"webhookUrl\":7",
                     "/webhookUrl type");
}

static void test_webhook_kept_as_sent(void **state)
{
    struct body body;

    (void)state;
    body_init(&body, "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}],"
                     "\"webhookUrl\":\"HTTPS://Ex%61mple.COM:443/a/../b?c#\"}");
    assert_string_equal(body_faults(&body.problems), "/webhookUrl url");
    body_clear(&body);
    body_init(&body, "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}],"
                     "\"webhookUrl\":\"HTTPS://Ex%61mple.COM:443/a/../b?c\"}");
    assert_string_equal(body_faults(&body.problems), "");
    assert_int_equal(body.input.delivery, DELIVERY_LEADS_ONLY);
    assert_string_equal(body.input.webhook_url, "HTTPS://Ex%61mple.COM:443/a/../b?c");
    body_clear(&body);
}

static void test_webhook_length(void **state)
{
    struct arena *arena = arena_new();
    char path[2050];

    (void)state;
    memset(path, 'a', sizeof path);
    body_assert_with(arena_printf(arena, "\"webhookUrl\":\"https://b.co/%.2035s\"", path), "");
    body_assert_with(arena_printf(arena, "\"webhookUrl\":\"https://b.co/%.2036s\"", path),
                     "/webhookUrl max_length");
    arena_free(arena);
}

static void test_csv(void **state)
{
    struct body body;

    (void)state;
    body_init(&body,
              "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}],\"csvEmailRecipients\":"
              "{\"to\":\"Ops@b.co\",\"cc\":[\"x@b.co\",\"ops@b.co\"],\"format\":\"excel\"}}");
    assert_string_equal(body_faults(&body.problems), "");
    assert_int_equal(body.input.csv->to_count, 1);
    assert_string_equal(body.input.csv->to[0], "Ops@b.co");
    assert_int_equal(body.input.csv->cc_count, 2);
    assert_string_equal(body.input.csv->cc[0], "x@b.co");
    assert_string_equal(body.input.csv->cc[1], "ops@b.co");
    assert_int_equal(body.input.csv->format, CSV_EXCEL);
    body_clear(&body);
    body_init(&body, "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}],"
                     "\"csvEmailRecipients\":{\"to\":[\"a@b.co\"],\"cc\":null}}");
    assert_int_equal(body.input.csv->to_count, 1);
    assert_int_equal(body.input.csv->cc_count, 0);
    assert_int_equal(body.input.csv->format, CSV_STANDARD);
    body_clear(&body);
}

static void refuses_csv(const char *csv, const char *faults)
{
    struct arena *arena = arena_new();

    body_assert_with(arena_printf(arena, "\"csvEmailRecipients\":%s", csv), faults);
    arena_free(arena);
}

static void test_bad_csv(void **state)
{
    (void)state;
    refuses_csv("null", "");
    refuses_csv("\"a@b.co\"", "/csvEmailRecipients type");
    refuses_csv("{}", "/csvEmailRecipients/to required");
    refuses_csv("{\"to\":null,\"bcc\":\"a@b.co\"}",
                "/csvEmailRecipients/bcc unknown_field\n/csvEmailRecipients/to required");
    refuses_csv("{\"to\":7}", "/csvEmailRecipients/to type");
    refuses_csv("{\"to\":[]}", "/csvEmailRecipients/to min_items");
    refuses_csv("{\"to\":\"a@b\"}", "/csvEmailRecipients/to email");
    refuses_csv("{\"to\":\"\"}", "/csvEmailRecipients/to email");
    refuses_csv("{\"to\":\"a@b.co\\r\\nBcc: c@d.co\"}", "/csvEmailRecipients/to email");
    refuses_csv("{\"to\":\"a@b.co\",\"format\":\"csv\"}", "/csvEmailRecipients/format enum");
    refuses_csv("{\"to\":[\"a@b.co\",null,\"x\",\"c@b.co\",\"A@b.CO\",\"a@B.co\"],\"cc\":{}}",
                "/csvEmailRecipients/to/1 type\n/csvEmailRecipients/to/2 email\n"
                "/csvEmailRecipients/to/4 unique\n/csvEmailRecipients/to/5 unique\n"
                "/csvEmailRecipients/cc type");
}

static void test_csv_count(void **state)
{
    struct arena *arena = arena_new();
    struct buf list;

    (void)state;
    buf_init(&list, arena);
    for (int i = 0; i < 10; i++)
        buf_printf(&list, "%s\"a%d@b.co\"", i > 0 ? "," : "", i);
    refuses_csv(arena_printf(arena, "{\"to\":[%s],\"cc\":[%s]}", list.text, list.text), "");
    refuses_csv(arena_printf(arena, "{\"to\":[%s,\"A3@b.co\"]}", list.text),
                "/csvEmailRecipients/to max_items\n/csvEmailRecipients/to/10 unique");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_destination),    cmocka_unit_test(test_webhook_kept_as_sent),
        cmocka_unit_test(test_webhook_length), cmocka_unit_test(test_csv),
        cmocka_unit_test(test_bad_csv),        cmocka_unit_test(test_csv_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
