#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

static void check_text(int64_t instant_us, const char *expected)
{
    char text[CLOCK_RFC3339_BYTES];

    clock_write_rfc3339(instant_us, text);
    assert_string_equal(text, expected);
}

static void test_rfc3339(void **state)
{
    (void)state;
    check_text(0, "1970-01-01T00:00:00Z");
    check_text(INT64_C(1795511700) * CLOCK_S_US, "2026-11-24T09:15:00Z");
    check_text(INT64_C(951782400) * CLOCK_S_US, "2000-02-29T00:00:00Z");
    check_text(INT64_C(4107542400) * CLOCK_S_US, "2100-03-01T00:00:00Z");
    check_text(INT64_C(2147483648) * CLOCK_S_US, "2038-01-19T03:14:08Z");
}

static void test_rounds_down(void **state)
{
    (void)state;
    check_text(CLOCK_S_US - 1, "1970-01-01T00:00:00Z");
    check_text(CLOCK_S_US, "1970-01-01T00:00:01Z");
    check_text(-1, "1969-12-31T23:59:59Z");
    check_text(-CLOCK_S_US, "1969-12-31T23:59:59Z");
    check_text(-CLOCK_S_US - 1, "1969-12-31T23:59:58Z");
}

static void test_first_and_last_year(void **state)
{
    (void)state;
    check_text(INT64_C(-62167219200) * CLOCK_S_US, "0000-01-01T00:00:00Z");
    check_text(INT64_C(-59958144000) * CLOCK_S_US, "0070-01-01T00:00:00Z");
    check_text(INT64_C(253402300799) * CLOCK_S_US, "9999-12-31T23:59:59Z");
}

/* Out of range there is no right text; nothing may be written beyond the buffer. */
static void test_out_of_range(void **state)
{
    (void)state;
    check_text(INT64_C(253402300800) * CLOCK_S_US, "");
    check_text(INT64_C(-62167219201) * CLOCK_S_US, "");
    check_text(INT64_MAX, "");
    check_text(INT64_MIN, "");
}

static void test_zone_does_not_matter(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Kolkata", 1), 0);
    tzset();
    check_text(0, "1970-01-01T00:00:00Z");
}

static void test_clocks(void **state)
{
    int64_t wall_us = clock_now_us();
    int64_t begun_us = clock_monotonic_us();

    (void)state;
    assert_true(wall_us / CLOCK_S_US - (int64_t)time(NULL) <= 1);
    assert_true(wall_us > INT64_C(1700000000) * CLOCK_S_US);
    clock_sleep_us(20 * CLOCK_MS_US);
    assert_in_range(clock_monotonic_us() - begun_us, 20 * CLOCK_MS_US, 5 * CLOCK_S_US);
    clock_sleep_us(0);
    clock_sleep_us(-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_rounds_down),
        cmocka_unit_test(test_first_and_last_year),
        cmocka_unit_test(test_out_of_range),
        cmocka_unit_test(test_zone_does_not_matter),
        cmocka_unit_test(test_clocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
