#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "base/phase.h"

#define STEP_US (2 * CLOCK_MS_US)

static void test_nothing_begun(void **state)
{
    struct phase_times times = {0};

    (void)state;
    phase_end(&times);
    for (enum phase phase = 0; phase < PHASE__MAX; phase++) {
        assert_false(phase_was_begun(&times, phase));
        assert_int_equal(times.us[phase], 0);
    }
}

static void test_each_has_its_time(void **state)
{
    struct phase_times times = {0};

    (void)state;
    phase_begin(&times, PHASE_READ);
    clock_sleep_us(STEP_US);
    phase_begin(&times, PHASE_CHECK);
    clock_sleep_us(STEP_US);
    phase_end(&times);
    clock_sleep_us(STEP_US);
    phase_end(&times);
    assert_true(times.us[PHASE_READ] >= STEP_US);
    assert_true(times.us[PHASE_CHECK] >= STEP_US);
    assert_true(phase_was_begun(&times, PHASE_READ));
    assert_false(phase_was_begun(&times, PHASE_CLAIM));
    assert_int_equal(times.since_us, 0);
}

static void test_begun_again_adds_up(void **state)
{
    struct phase_times times = {0};
    int64_t first_us;

    (void)state;
    phase_begin(&times, PHASE_CHECK);
    clock_sleep_us(STEP_US);
    phase_begin(&times, PHASE_LOOK_UP);
    first_us = times.us[PHASE_CHECK];
    phase_begin(&times, PHASE_CHECK);
    clock_sleep_us(STEP_US);
    phase_end(&times);
    assert_true(times.us[PHASE_CHECK] >= first_us + STEP_US);
}

static void test_nobody_asks(void **state)
{
    (void)state;
    phase_begin(NULL, PHASE_READ);
}

static void test_names_differ(void **state)
{
    (void)state;
    for (enum phase phase = 0; phase < PHASE__MAX; phase++)
        for (enum phase other = 0; other < phase; other++)
            assert_string_not_equal(phase_text(phase), phase_text(other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_begun),       cmocka_unit_test(test_each_has_its_time),
        cmocka_unit_test(test_begun_again_adds_up), cmocka_unit_test(test_nobody_asks),
        cmocka_unit_test(test_names_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
