#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/metric.h"

static void test_counts(void **state)
{
    uint64_t before = metric_get(METRIC_REQUESTS, 2, 7);

    (void)state;
    metric_count(METRIC_REQUESTS, 2, 7);
    metric_count(METRIC_REQUESTS, 2, 7);
    assert_int_equal(metric_get(METRIC_REQUESTS, 2, 7), before + 2);
    assert_int_equal(metric_get(METRIC_REQUESTS, 2, 8), 0);
    assert_int_equal(metric_get(METRIC_REQUESTS, 3, 7), 0);
}

/* A bound belongs to the bucket that ends with it. */
static void test_buckets(void **state)
{
    struct metric_times times;

    (void)state;
    metric_add_time(METRIC_PHASE_SECONDS, 1, metric_bounds_us[3]);
    metric_add_time(METRIC_PHASE_SECONDS, 1, metric_bounds_us[3] + 1);
    metric_add_time(METRIC_PHASE_SECONDS, 1, 0);
    metric_add_time(METRIC_PHASE_SECONDS, 1, metric_bounds_us[METRIC_BUCKETS - 1] + 1);
    times = metric_get_times(METRIC_PHASE_SECONDS, 1);
    assert_int_equal(times.counts[0], 1);
    assert_int_equal(times.counts[3], 1);
    assert_int_equal(times.counts[4], 1);
    assert_int_equal(times.counts[METRIC_BUCKETS], 1);
    assert_int_equal(times.count, 4);
    assert_int_equal(times.sum_us,
                     2 * metric_bounds_us[3] + 1 + metric_bounds_us[METRIC_BUCKETS - 1] + 1);
}

/* A clock that was set back must not make a sum fall. */
static void test_negative_time(void **state)
{
    (void)state;
    metric_add_time(METRIC_PHASE_SECONDS, 2, -5);
    assert_int_equal(metric_get_times(METRIC_PHASE_SECONDS, 2).sum_us, 0);
    assert_int_equal(metric_get_times(METRIC_PHASE_SECONDS, 2).counts[0], 1);
}

static void test_bounds_ascend(void **state)
{
    (void)state;
    for (size_t i = 1; i < METRIC_BUCKETS; i++)
        assert_true(metric_bounds_us[i] > metric_bounds_us[i - 1]);
}

/* Last, because it is for good: what a process has counted stays when it is killed. */
static void test_shared(void **state)
{
    pid_t child;
    int status;

    (void)state;
    metric_share();
    child = fork();
    if (child == 0) {
        metric_count(METRIC_DEATHS, METRIC_KILLED, 0);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(metric_get(METRIC_DEATHS, METRIC_KILLED, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_negative_time), cmocka_unit_test(test_bounds_ascend),
        cmocka_unit_test(test_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
