#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "body.h"

static void test_times(void **state)
{
    static const uint8_t expected[] = {0, 37, 95};
    struct body body;

    (void)state;
    body_init(&body, "{\"pairs\":[{\"accountId\":1,\"segmentId\":2}],"
                     "\"syncTimes\":[\"23:45\",\"00:00\",\"09:15\"]}");
    assert_string_equal(body_faults(&body.problems), "");
    assert_int_equal(body.input.slot_count, 3);
    assert_memory_equal(body.input.slots, expected, sizeof expected);
    body_clear(&body);
}

static void test_all_times(void **state)
{
    struct arena *arena = arena_new();
    struct buf times;

    (void)state;
    buf_init(&times, arena);
    for (int i = 0; i < 96; i++)
        buf_printf(&times, "%s\"%02d:%02d\"", i > 0 ? "," : "", i / 4, i % 4 * 15);
    body_assert_with(arena_printf(arena, "\"syncTimes\":[%s]", times.text), "");
    body_assert_with(arena_printf(arena, "\"syncTimes\":[%s,\"00:00\"]", times.text),
                     "/syncTimes max_items\n/syncTimes/96 unique");
    arena_free(arena);
}

static void test_bad_times(void **state)
{
    (void)state;
    body_assert_with("\"syncTimes\":null", "");
    body_assert_with("\"syncTimes\":\"09:15\"", "/syncTimes type");
    body_assert_with("\"syncTimes\":[]", "/syncTimes min_items");
    body_assert_with("\"syncTimes\":[\"09:15\",\"09:20\",null,915,\"9:15\",\"24:00\",\"09:15\"]",
                     "/syncTimes/1 slot\n/syncTimes/2 type\n/syncTimes/3 type\n"
                     "/syncTimes/4 pattern\n/syncTimes/5 pattern\n/syncTimes/6 unique");
    body_assert_with("\"syncTimes\":[\"09:15:00\",\"\",\"09:15 \",\"09:60\"]",
                     "/syncTimes/0 pattern\n/syncTimes/1 pattern\n/syncTimes/2 pattern\n"
                     "/syncTimes/3 pattern");
}

static void test_timezone(void **state)
{
    (void)state;
    body_assert_with("\"timezone\":\"Europe/Berlin\"", "");
    body_assert_with("\"timezone\":\"Asia/Calcutta\"", "");
    body_assert_with("\"timezone\":\"UTC\"", "");
    body_assert_with("\"timezone\":null", "");
    body_assert_with("\"timezone\":7", "/timezone type");
    body_assert_with("\"timezone\":\"\"", "/timezone timezone");
    body_assert_with("\"timezone\":\"europe/berlin\"", "/timezone timezone");
    body_assert_with("\"timezone\":\"Factory\"", "/timezone timezone");
    body_assert_with("\"timezone\":\"posix/UTC\"", "/timezone timezone");
    body_assert_with("\"timezone\":\"UTC+2\"", "/timezone timezone");
    body_assert_with("\"timezone\":\"../../etc/passwd\"", "/timezone timezone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_all_times),
        cmocka_unit_test(test_bad_times),
        cmocka_unit_test(test_timezone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
