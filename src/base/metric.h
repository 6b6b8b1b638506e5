/*
 * The counters behind GET /metrics. They live in memory that all processes of the service share, so
 * they survive the death of any worker, and a reload; a restart of the service begins them anew. A
 * process that nobody shares with (the operator's command) counts for itself.
 *
 * A metric is a table of numbers: what its rows and columns stand for is up to whoever counts and
 * whoever writes them down (api/metrics_text.c). Its names are those of Prometheus: base units,
 * "_total" for what only grows. Source: prometheus.io, "Metric and label naming", "Exposition
 * formats".
 */
#ifndef HW_BASE_METRIC_H
#define HW_BASE_METRIC_H

#include "base/base.h"

enum metric {
    METRIC_REQUESTS,         /* route, code */
    METRIC_REQUEST_SECONDS,  /* route */
    METRIC_PHASE_SECONDS,    /* enum phase */
    METRIC_UPSTREAM_CALLS,   /* enum metric_service, enum metric_outcome */
    METRIC_UPSTREAM_SECONDS, /* enum metric_service */
    METRIC_CAP_REFUSALS,
    METRIC_RETRIES, /* enum metric_retry */
    METRIC_DEATHS,  /* enum metric_death */
    METRIC__MAX
};

enum metric_service { METRIC_SCRAPEBADGER, METRIC_STRIPE, METRIC_SERVICE__MAX };

/* How a call to an outside service ended. */
enum metric_outcome {
    METRIC_ANSWERED, /* 1xx to 3xx */
    METRIC_REFUSED,  /* 4xx */
    METRIC_DENIED,   /* 401, 403: our key is not taken */
    METRIC_LIMITED,  /* 429 */
    METRIC_FAILED,   /* 5xx */
    METRIC_SILENT,   /* no connection, or no whole reply in time */
    METRIC_OUTCOME__MAX
};

/* What was done once more. */
enum metric_retry {
    METRIC_RETRY_TRANSACTION, /* after a deadlock or a lock that was not to be had */
    METRIC_RETRY_LOOK_UP,     /* a handle that could not be looked up at first */
    METRIC_RETRY_BILLING,     /* a quantity was sent again under its key */
    METRIC_RETRY__MAX
};

enum metric_death { METRIC_CRASHED, METRIC_KILLED, METRIC_DEATH__MAX };

/* Room for the rows and columns of METRIC_REQUESTS. */
#define METRIC_ROUTE_MAX 16
#define METRIC_CODE_MAX 64

/* The upper bounds of a histogram's buckets but the last, which has none. */
#define METRIC_BUCKETS 15
extern const int64_t metric_bounds_us[METRIC_BUCKETS];

struct metric_times {
    uint64_t counts[METRIC_BUCKETS + 1]; /* of each bucket alone */
    uint64_t count;
    uint64_t sum_us;
};

struct metric_family {
    const char *name;
    const char *help;
    size_t row_count;
    size_t column_count; /* 0 = a histogram, of which each row is one */
};

extern const struct metric_family metric_families[METRIC__MAX];

/* Shares the counters with all processes forked from here on. To be called once. Ends the program
 * without memory. */
void metric_share(void);

/* Adds one. */
void metric_count(enum metric metric, size_t row, size_t column);

/* Adds a duration to a histogram. */
void metric_add_time(enum metric metric, size_t row, int64_t us);

/* What was counted. */
uint64_t metric_get(enum metric metric, size_t row, size_t column);
struct metric_times metric_get_times(enum metric metric, size_t row);

#endif
