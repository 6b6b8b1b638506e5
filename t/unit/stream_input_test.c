#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "body.h"
#include "rule/field.h"
#include "rule/stream_choice.h"

static void test_defaults(void **state)
{
    struct body body;

    (void)state;
    body_init(&body, "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}]}");
    assert_string_equal(body_faults(&body.problems), "");
    assert_null(body.input.name);
    assert_int_equal(body.input.slot_count, 0);
    assert_null(body.input.timezone);
    assert_false(body.input.auto_enrich_linkedin);
    assert_false(body.input.auto_enrich_email);
    assert_int_equal(body.input.email_mode, EMAIL_MODE_ANY);
    assert_int_equal(body.input.email_digest, EMAIL_DIGEST_NONE);
    assert_int_equal(body.input.telegram, TELEGRAM_NONE);
    assert_int_equal(body.input.delivery, DELIVERY_LEADS_ONLY);
    assert_null(body.input.webhook_url);
    assert_null(body.input.csv);
    body_clear(&body);
}

static void test_whole(void **state)
{
    struct body body;

    (void)state;
    body_init(&body, "{\"name\":\" \xC3\xA9 b\\n\",\"pairs\":[{\"accountId\":1,\"segmentId\":2}],"
                     "\"syncTimes\":[\"09:15\"],\"timezone\":\"UTC\",\"autoEnrichLinkedin\":true,"
                     "\"autoEnrichEmail\":true,\"emailMode\":\"verified\","
                     "\"emailDigestOverride\":\"off\",\"telegramOverride\":false,"
                     "\"deliveryDestination\":\"leads_plus_webhook\","
                     "\"webhookUrl\":\"https://example.com/\","
                     "\"csvEmailRecipients\":{\"to\":\"a@b.co\"}}");
    assert_string_equal(body_faults(&body.problems), "");
    assert_string_equal(body.input.name, "\xC3\xA9 b");
    assert_string_equal(body.input.timezone, "UTC");
    assert_true(body.input.auto_enrich_linkedin);
    assert_true(body.input.auto_enrich_email);
    assert_int_equal(body.input.email_mode, EMAIL_MODE_VERIFIED);
    assert_int_equal(body.input.email_digest, EMAIL_DIGEST_OFF);
    assert_int_equal(body.input.telegram, TELEGRAM_FALSE);
    assert_int_equal(body.input.delivery, DELIVERY_LEADS_PLUS_WEBHOOK);
    assert_string_equal(body.input.webhook_url, "https://example.com/");
    assert_int_equal(body.input.csv->to_count, 1);
    body_clear(&body);
}

static void test_not_an_object(void **state)
{
    (void)state;
    body_assert("null", " type");
    body_assert("[]", " type");
    body_assert("\"x\"", " type");
    body_assert("7", " type");
    body_assert("{}", "/pairs required");
}

static void test_all_null(void **state)
{
    (void)state;
    body_assert_with("\"name\":null,\"syncTimes\":null,\"timezone\":null,"
                     "\"autoEnrichLinkedin\":null,\"autoEnrichEmail\":null,\"emailMode\":null,"
                     "\"emailDigestOverride\":null,\"telegramOverride\":null,"
                     "\"deliveryDestination\":null,\"webhookUrl\":null,\"csvEmailRecipients\":null",
                     "");
}

static void test_all_wrong(void **state)
{
    (void)state;
    body_assert("{\"name\":1,\"pairs\":2,\"syncTimes\":3,\"timezone\":4,"
                "\"autoEnrichLinkedin\":\"true\",\"autoEnrichEmail\":1,\"emailMode\":7,"
                "\"emailDigestOverride\":8,\"telegramOverride\":\"yes\","
                "\"deliveryDestination\":10,\"webhookUrl\":11,\"csvEmailRecipients\":12}",
                "/name type\n/pairs type\n/syncTimes type\n/timezone type\n"
                "/autoEnrichLinkedin type\n/autoEnrichEmail type\n/emailMode type\n"
                "/emailDigestOverride type\n/telegramOverride type\n"
                "/deliveryDestination type\n/webhookUrl type\n/csvEmailRecipients type");
    body_assert_with("\"emailMode\":\"Any\",\"emailDigestOverride\":\"hourly\"",
                     "/emailMode enum\n/emailDigestOverride enum");
    body_assert_with("\"emailDigestOverride\":\"\"", "/emailDigestOverride enum");
}

static void test_unknown_fields(void **state)
{
    (void)state;
    body_assert_with("\"Name\":\"x\",\"pairs \":null,\"\":1,\"a/b~c\":[]",
                     "/Name unknown_field\n/pairs  unknown_field\n/ unknown_field\n"
                     "/a~1b~0c unknown_field");
    body_assert_with("\"%s%n\":1,\"\\n\":2", "/%s%n unknown_field\n/\n unknown_field");
}

static void assert_name(const char *edge, size_t count, const char *faults)
{
    struct arena *arena = arena_new();
    struct buf name;

    buf_init(&name, arena);
    while (count-- > 0)
        buf_add_text(&name, "\xF0\x9D\x84\x9E");
    body_assert_with(arena_printf(arena, "\"name\":\"%s%s%s\"", edge, name.text, edge), faults);
    arena_free(arena);
}

static void test_name(void **state)
{
    (void)state;
    assert_name("", 200, "");
    assert_name(" ", 200, "");
    assert_name("", 201, "/name max_length");
    assert_name("", 0, "/name min_length");
    assert_name(" \\t\\u3000", 0, "/name min_length");
    body_assert_with("\"name\":\"a\\tb\"", "/name pattern");
    body_assert_with("\"name\":\"a\\u0085b\"", "/name pattern");
    body_assert_with("\"name\":\"a\\u007f\"", "/name pattern");
    body_assert_with("\"name\":\"\\u202eabc <script>'; DROP TABLE\"", "");
}

/* Every offender is listed, however many there are. */
static void test_many_faults(void **state)
{
    struct arena *arena = arena_new();
    struct body body;
    struct buf text;

    (void)state;
    buf_init(&text, arena);
    buf_add_text(&text, "{\"pairs\":[1");
    for (int i = 1; i < 3000; i++)
        buf_add_text(&text, ",{}");
    for (int i = 0; i < 3000; i++)
        buf_printf(&text, "%s\"f%d\":0", i > 0 ? "," : "],", i);
    buf_add_text(&text, "}");
    body_init(&body, text.text);
    assert_int_equal(body.problems.count, 1 + 1 + 2 * 2999 + 3000);
    body_clear(&body);
    arena_free(arena);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(email_mode_text(EMAIL_MODE_VERIFIED), "verified");
    assert_null(email_digest_text(EMAIL_DIGEST_NONE));
    assert_string_equal(email_digest_text(EMAIL_DIGEST_AFTER_EVERY_SYNC), "after_every_sync");
    assert_string_equal(delivery_text(DELIVERY_LEADS_PLUS_WEBHOOK), "leads_plus_webhook");
    assert_string_equal(csv_format_text(CSV_EXCEL), "excel");
    assert_int_equal(stream_input_fields.count, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_whole),
        cmocka_unit_test(test_not_an_object), cmocka_unit_test(test_all_null),
        cmocka_unit_test(test_all_wrong),     cmocka_unit_test(test_unknown_fields),
        cmocka_unit_test(test_name),          cmocka_unit_test(test_many_faults),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
