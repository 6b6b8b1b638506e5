#include "base/metric.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/phase.h"

/* A row of a histogram has a count for each bucket, and then the sum. */
#define SUM_COLUMN (METRIC_BUCKETS + 1)

#define ROW_MAX METRIC_ROUTE_MAX
#define COLUMN_MAX METRIC_CODE_MAX

const int64_t metric_bounds_us[METRIC_BUCKETS] = {
    500,    1000,   2500,    5000,    10000,   25000,    50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000, 20000000,
};

const struct metric_family metric_families[METRIC__MAX] = {
    [METRIC_REQUESTS] = {"headwater_requests_total",
                         "Requests answered, by route, HTTP status and public error code.",
                         METRIC_ROUTE_MAX, METRIC_CODE_MAX},
    [METRIC_REQUEST_SECONDS] = {"headwater_request_seconds",
                                "Time from when a worker takes a request to its answer, by route.",
                                METRIC_ROUTE_MAX, 0},
    [METRIC_PHASE_SECONDS] = {"headwater_phase_seconds", "Time in each phase of requests.",
                              PHASE__MAX, 0},
    [METRIC_UPSTREAM_CALLS] = {"headwater_upstream_calls_total",
                               "Calls to outside services, by how they ended.", METRIC_SERVICE__MAX,
                               METRIC_OUTCOME__MAX},
    [METRIC_UPSTREAM_SECONDS] = {"headwater_upstream_seconds",
                                 "Time of calls to outside services; those of one request that "
                                 "are made at the same time count as one.",
                                 METRIC_SERVICE__MAX, 0},
    [METRIC_CAP_REFUSALS] = {"headwater_cap_refusals_total",
                             "Accounts without room for another automated stream, each time one "
                             "was asked for.",
                             1, 1},
    [METRIC_RETRIES] = {"headwater_retries_total", "What was done once more, by what it was.",
                        METRIC_RETRY__MAX, 1},
    [METRIC_DEATHS] = {"headwater_process_deaths_total",
                       "Processes of the service that crashed, or hung and were killed.",
                       METRIC_DEATH__MAX, 1},
};

struct table {
    _Atomic uint64_t cells[METRIC__MAX][ROW_MAX][COLUMN_MAX];
};

static struct table own;
static struct table *table = &own;

void metric_share(void)
{
    void *memory =
        mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    table = memory;
}

static void cell_add(enum metric metric, size_t row, size_t column, uint64_t number)
{
    assert(row < ROW_MAX && column < COLUMN_MAX);
    atomic_fetch_add_explicit(&table->cells[metric][row][column], number, memory_order_relaxed);
}

uint64_t metric_get(enum metric metric, size_t row, size_t column)
{
    return atomic_load_explicit(&table->cells[metric][row][column], memory_order_relaxed);
}

void metric_count(enum metric metric, size_t row, size_t column)
{
    cell_add(metric, row, column, 1);
}

void metric_add_time(enum metric metric, size_t row, int64_t us)
{
    size_t bucket = 0;

    while (bucket < METRIC_BUCKETS && us > metric_bounds_us[bucket])
        bucket++;
    cell_add(metric, row, bucket, 1);
    cell_add(metric, row, SUM_COLUMN, us > 0 ? (uint64_t)us : 0);
}

struct metric_times metric_get_times(enum metric metric, size_t row)
{
    struct metric_times times = {.sum_us = metric_get(metric, row, SUM_COLUMN)};

    for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
        times.counts[i] = metric_get(metric, row, i);
        times.count += times.counts[i];
    }
    return times;
}
