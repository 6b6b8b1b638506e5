#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/breaker.h"
#include "base/clock.h"

#define PAUSE_US (15 * CLOCK_S_US)

static struct breaker *test_breaker_new(void)
{
    return breaker_new("Service", PAUSE_US);
}

static void fail_times(struct breaker *breaker, int count, int64_t now_us)
{
    for (int i = 0; i < count; i++)
        breaker_note(breaker, false, now_us);
}

static void test_opens_after_failures_in_a_row(void **state)
{
    struct breaker *breaker = test_breaker_new();

    (void)state;
    fail_times(breaker, BREAKER_FAILURE_MAX - 1, 1000);
    assert_true(breaker_admits(breaker, 1000));
    breaker_note(breaker, true, 1000);
    fail_times(breaker, BREAKER_FAILURE_MAX - 1, 1000);
    assert_true(breaker_admits(breaker, 1000));
    fail_times(breaker, 1, 1000);
    assert_false(breaker_admits(breaker, 1000));
    assert_false(breaker_admits(breaker, 999 + PAUSE_US));
    breaker_free(breaker);
}

static void test_lets_one_probe_through(void **state)
{
    struct breaker *breaker = test_breaker_new();
    int64_t later_us = 1000 + PAUSE_US;

    (void)state;
    fail_times(breaker, BREAKER_FAILURE_MAX, 1000);
    assert_true(breaker_admits(breaker, later_us));
    assert_false(breaker_admits(breaker, later_us));
    fail_times(breaker, 1, later_us + 5);
    assert_false(breaker_admits(breaker, later_us + PAUSE_US));
    assert_true(breaker_admits(breaker, later_us + 5 + PAUSE_US));
    breaker_note(breaker, true, later_us);
    assert_true(breaker_admits(breaker, later_us));
    assert_true(breaker_admits(breaker, later_us));
    breaker_free(breaker);
}

static void test_says_whether_it_would_admit(void **state)
{
    struct breaker *breaker = test_breaker_new();

    (void)state;
    assert_true(breaker_would_admit(breaker, 0));
    fail_times(breaker, BREAKER_FAILURE_MAX, 1000);
    assert_false(breaker_would_admit(breaker, 999 + PAUSE_US));
    assert_true(breaker_would_admit(breaker, 1000 + PAUSE_US));
    assert_true(breaker_would_admit(breaker, 1000 + PAUSE_US));
    assert_true(breaker_admits(breaker, 1000 + PAUSE_US));
    assert_false(breaker_would_admit(breaker, 1000 + PAUSE_US));
    breaker_free(breaker);
}

/* A probe that is never heard of again does not keep it open. */
static void test_lost_probe_is_followed_by_another(void **state)
{
    struct breaker *breaker = test_breaker_new();
    int64_t first_us = 1000 + PAUSE_US;

    (void)state;
    fail_times(breaker, BREAKER_FAILURE_MAX, 1000);
    assert_true(breaker_admits(breaker, first_us));
    assert_false(breaker_admits(breaker, first_us + PAUSE_US - 1));
    assert_true(breaker_admits(breaker, first_us + PAUSE_US));
    breaker_free(breaker);
}

static void test_says_when_the_next_probe_is_due(void **state)
{
    struct breaker *breaker = test_breaker_new();

    (void)state;
    assert_int_equal(breaker_retry_after_s(breaker, 1000), 1);
    fail_times(breaker, BREAKER_FAILURE_MAX, 1000);
    assert_int_equal(breaker_retry_after_s(breaker, 1000), 15);
    assert_int_equal(breaker_retry_after_s(breaker, 1001), 15);
    assert_int_equal(breaker_retry_after_s(breaker, 1000 + CLOCK_S_US), 14);
    assert_int_equal(breaker_retry_after_s(breaker, 999 + PAUSE_US), 1);
    assert_int_equal(breaker_retry_after_s(breaker, 5000 + PAUSE_US), 1);
    assert_true(breaker_admits(breaker, 1000 + PAUSE_US));
    assert_int_equal(breaker_retry_after_s(breaker, 1000 + PAUSE_US), 15);
    breaker_free(breaker);
}

static void test_is_shared_with_children(void **state)
{
    struct breaker *breaker = test_breaker_new();
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

/* Standard error of a whole life of a breaker: opened once, closed once. */
static void life_log_read(char *text, size_t size)
{
    struct breaker *breaker = test_breaker_new();
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    ssize_t len;

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    breaker_note(breaker, true, 1000);
    fail_times(breaker, 3 * BREAKER_FAILURE_MAX, 1000);
    breaker_note(breaker, true, 1000);
    breaker_note(breaker, true, 1000);
    dup2(saved, STDERR_FILENO);
    close(saved);
    len = pread(fileno(file), text, size - 1, 0);
    fclose(file);
    breaker_free(breaker);
    assert_true(len > 0);
    text[len] = '\0';
}

static size_t line_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void test_logs_each_change_once(void **state)
{
    static const char opened[] = "\"breaker opened: the service does not answer\",\"service\":"
                                 "\"Service\"";
    static const char closed[] = "\"breaker closed: the service answers\",\"service\":\"Service\"";
    char text[2000];
    const char *first;

    (void)state;
    life_log_read(text, sizeof text);
    first = strstr(text, opened);
    assert_non_null(first);
    assert_non_null(strstr(first, closed));
    assert_int_equal(line_count(text), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_after_failures_in_a_row),
        cmocka_unit_test(test_lets_one_probe_through),
        cmocka_unit_test(test_says_whether_it_would_admit),
        cmocka_unit_test(test_lost_probe_is_followed_by_another),
        cmocka_unit_test(test_says_when_the_next_probe_is_due),
        cmocka_unit_test(test_is_shared_with_children),
        cmocka_unit_test(test_logs_each_change_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
