#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rule/billing_pace.h"

#define START_US (INT64_C(1800000000) * CLOCK_S_US)
#define MINUTE_US (60 * CLOCK_S_US)
#define HOURS 4
#define ATTEMPT_MAX 2000

/* A row that always has something to say, with its hours as billing_add_attempt keeps them. */
static int run_row(int64_t step_us, int64_t times_us[ATTEMPT_MAX])
{
    int64_t window_us = 0;
    int64_t window_count = 0;
    int count = 0;

    for (int64_t now_us = START_US; now_us < START_US + HOURS * BILLING_PACE_WINDOW_US;) {
        int64_t last_us = count == 0 ? 0 : times_us[count - 1];
        bool is_over = window_us <= now_us - BILLING_PACE_WINDOW_US;
        int64_t wait_us = billing_pace_wait_us(is_over ? 0 : window_count, last_us, now_us);

        now_us += wait_us;
        if (wait_us > 0)
            continue;
        assert_true(count < ATTEMPT_MAX);
        window_us = is_over ? now_us : window_us;
        window_count = is_over ? 1 : window_count + 1;
        times_us[count++] = now_us;
        now_us += step_us;
    }
    return count;
}

/* The most attempts in any span of that length. */
static int count_most(const int64_t *times_us, int count, int64_t span_us)
{
    int most = 0;

    for (int first = 0, last = 0; last < count; last++) {
        while (times_us[last] - times_us[first] >= span_us)
            first++;
        if (last - first + 1 > most)
            most = last - first + 1;
    }
    return most;
}

static void test_stays_below_the_limit(void **state)
{
    static const int64_t steps_us[] = {1, 1000, 100 * CLOCK_MS_US, CLOCK_S_US, 5 * CLOCK_S_US};
    static int64_t times_us[ATTEMPT_MAX];

    (void)state;
    for (size_t i = 0; i < HW_COUNT(steps_us); i++) {
        int count = run_row(steps_us[i], times_us);

        assert_in_range(count_most(times_us, count, MINUTE_US), 1, 40);
        assert_in_range(count_most(times_us, count, BILLING_PACE_WINDOW_US), 1, 200);
        assert_in_range(count, 100 * HOURS, 200 * HOURS);
    }
}

static int64_t wait_s(int64_t attempt_count, int64_t passed_s)
{
    int64_t last_us = START_US - passed_s * CLOCK_S_US;

    return billing_pace_wait_us(attempt_count, last_us, START_US) / CLOCK_S_US;
}

static void test_steps(void **state)
{
    (void)state;
    assert_int_equal(wait_s(0, 0), 0);
    assert_int_equal(wait_s(21, 0), 0);
    assert_int_equal(wait_s(22, 0), 4);
    assert_int_equal(wait_s(94, 0), 4);
    assert_int_equal(wait_s(95, 0), 33);
    assert_int_equal(wait_s(100000, 0), 33);
    assert_int_equal(wait_s(94, 1), 3);
    assert_int_equal(wait_s(94, 4), 0);
    assert_int_equal(wait_s(100, 4000), 0);
}

/* Another tier's attempts count; a row that has made none itself need not wait. */
static void test_row_without_attempt(void **state)
{
    (void)state;
    assert_int_equal(billing_pace_wait_us(100, 0, START_US), 0);
}

static void test_clock_put_back(void **state)
{
    (void)state;
    assert_int_equal(wait_s(22, -1), 5);
    assert_int_equal(wait_s(22, -5), 0);
    assert_int_equal(wait_s(100, -3600), 0);
}

/* One waits for a whole pause, a crowd does not. */
static void test_patience(void **state)
{
    (void)state;
    assert_true(billing_pace_patience_us(1, 8) > 4 * CLOCK_S_US);
    assert_true(billing_pace_patience_us(2, 8) > 4 * CLOCK_S_US);
    assert_true(billing_pace_patience_us(3, 8) < CLOCK_S_US);
    assert_true(billing_pace_patience_us(200, 64) < CLOCK_S_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays_below_the_limit),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_row_without_attempt),
        cmocka_unit_test(test_clock_put_back),
        cmocka_unit_test(test_patience),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
