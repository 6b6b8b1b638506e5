#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/breaker.h"

static void fail_times(struct breaker *breaker, int count, int64_t now_us)
{
    for (int i = 0; i < count; i++)
        breaker_note(breaker, false, now_us);
}

static void test_opens_after_failures_in_a_row(void **state)
{
    struct breaker *breaker = breaker_new();

    (void)state;
    fail_times(breaker, BREAKER_FAILURE_MAX - 1, 1000);
    assert_true(breaker_admits(breaker, 1000));
    breaker_note(breaker, true, 1000);
    fail_times(breaker, BREAKER_FAILURE_MAX - 1, 1000);
    assert_true(breaker_admits(breaker, 1000));
    fail_times(breaker, 1, 1000);
    assert_false(breaker_admits(breaker, 1000));
    assert_false(breaker_admits(breaker, 999 + BREAKER_PAUSE_US));
    breaker_free(breaker);
}

static void test_lets_one_probe_through(void **state)
{
    struct breaker *breaker = breaker_new();
    int64_t later_us = 1000 + BREAKER_PAUSE_US;

    (void)state;
    fail_times(breaker, BREAKER_FAILURE_MAX, 1000);
    assert_true(breaker_admits(breaker, later_us));
    assert_false(breaker_admits(breaker, later_us));
    fail_times(breaker, 1, later_us + 5);
    assert_false(breaker_admits(breaker, later_us + BREAKER_PAUSE_US));
    assert_true(breaker_admits(breaker, later_us + 5 + BREAKER_PAUSE_US));
    breaker_note(breaker, true, later_us);
    assert_true(breaker_admits(breaker, later_us));
    assert_true(breaker_admits(breaker, later_us));
    breaker_free(breaker);
}

static void test_is_shared_with_children(void **state)
{
    struct breaker *breaker = breaker_new();
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        fail_times(breaker, BREAKER_FAILURE_MAX, 1000);
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_false(breaker_admits(breaker, 1000));
    breaker_free(breaker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_after_failures_in_a_row),
        cmocka_unit_test(test_lets_one_probe_through),
        cmocka_unit_test(test_is_shared_with_children),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
