#include "api/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/request_metric.h"
#include "api/route.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/metric.h"
#include "base/phase.h"

#define LABELS_BYTES 160

void metrics_text_begin(struct buf *text, const char *name, const char *type, const char *help)
{
    buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_name(struct buf *text, const char *name, const char *suffix, const char *labels)
{
    if (labels[0] == '\0')
        buf_printf(text, "%s%s ", name, suffix);
    else
        buf_printf(text, "%s%s{%s} ", name, suffix, labels);
}

void metrics_text_add(struct buf *text, const char *name, const char *labels, uint64_t number)
{
    add_name(text, name, "", labels);
    buf_printf(text, "%" PRIu64 "\n", number);
}

static void add_seconds(struct buf *text, int64_t us)
{
    buf_printf(text, "%" PRId64 ".%06" PRId64 "\n", us / CLOCK_S_US, us % CLOCK_S_US);
}

void metrics_text_add_seconds(struct buf *text, const char *name, const char *labels, int64_t us)
{
    add_name(text, name, "", labels);
    add_seconds(text, us);
}

static void add_bucket(struct buf *text, const char *name, const char *labels, const char *bound,
                       uint64_t count)
{
    buf_printf(text, "%s_bucket{%s,le=\"%s\"} %" PRIu64 "\n", name, labels, bound, count);
}

/* Each bucket holds all that is below its bound, so they add up. */
static void add_histogram(struct buf *text, const char *name, const char *labels,
                          const struct metric_times *times)
{
    uint64_t sum = 0;
    char bound[24];

    for (size_t i = 0; i < METRIC_BUCKETS; i++) {
        sum += times->counts[i];
        snprintf(bound, sizeof bound, "%g", (double)metric_bounds_us[i] / (double)CLOCK_S_US);
        add_bucket(text, name, labels, bound, sum);
    }
    add_bucket(text, name, labels, "+Inf", times->count);
    add_name(text, name, "_sum", labels);
    add_seconds(text, (int64_t)times->sum_us);
    add_name(text, name, "_count", labels);
    buf_printf(text, "%" PRIu64 "\n", times->count);
}

/* The labels of a row and column; false if nothing is ever counted there. */
static bool labels_write(enum metric metric, size_t row, size_t column, char labels[LABELS_BYTES])
{
    static const char *const services[METRIC_SERVICE__MAX] = {"scrapebadger", "stripe"};
    static const char *const outcomes[METRIC_OUTCOME__MAX] = {"answered", "refused", "denied",
                                                              "limited",  "failed",  "silent"};
    static const char *const retries[METRIC_RETRY__MAX] = {"transaction", "look_up", "billing"};
    static const char *const deaths[METRIC_DEATH__MAX] = {"crashed", "killed"};
    struct request_metric_code code;

    labels[0] = '\0';
    switch (metric) {
    case METRIC_REQUESTS:
        if (route_text(row) == NULL || !request_metric_get_code(column, &code))
            return false;
        snprintf(labels, LABELS_BYTES, "route=\"%s\",status=\"%d\",code=\"%s\"", route_text(row),
                 code.status, code.code);
        return true;
    case METRIC_REQUEST_SECONDS:
        if (route_text(row) == NULL)
            return false;
        snprintf(labels, LABELS_BYTES, "route=\"%s\"", route_text(row));
        return true;
    case METRIC_PHASE_SECONDS:
        snprintf(labels, LABELS_BYTES, "phase=\"%s\"", phase_text((enum phase)row));
        return true;
    case METRIC_UPSTREAM_CALLS:
        snprintf(labels, LABELS_BYTES, "service=\"%s\",outcome=\"%s\"", services[row],
                 outcomes[column]);
        return true;
    case METRIC_UPSTREAM_SECONDS:
        snprintf(labels, LABELS_BYTES, "service=\"%s\"", services[row]);
        return true;
    case METRIC_RETRIES:
        snprintf(labels, LABELS_BYTES, "what=\"%s\"", retries[row]);
        return true;
    case METRIC_DEATHS:
        snprintf(labels, LABELS_BYTES, "how=\"%s\"", deaths[row]);
        return true;
    case METRIC_CAP_REFUSALS:
    case METRIC__MAX:
        break;
    }
    return true;
}

/* Of requests, what has occurred, since most codes never do; and the failures, so that an alert
 * sees the first of them as a rise from 0. */
static bool is_shown(enum metric metric, size_t column, uint64_t number)
{
    struct request_metric_code code;

    if (metric != METRIC_REQUESTS || number > 0)
        return true;
    return request_metric_get_code(column, &code) && code.status >= 500 && code.code[0] != '\0';
}

static void add_counts(struct buf *text, enum metric metric, size_t row)
{
    const struct metric_family *family = &metric_families[metric];
    char labels[LABELS_BYTES];

    for (size_t column = 0; column < family->column_count; column++) {
        uint64_t number = metric_get(metric, row, column);

        if (is_shown(metric, column, number) && labels_write(metric, row, column, labels))
            metrics_text_add(text, family->name, labels, number);
    }
}

static void add_times(struct buf *text, enum metric metric, size_t row)
{
    struct metric_times times = metric_get_times(metric, row);
    char labels[LABELS_BYTES];

    if (labels_write(metric, row, 0, labels))
        add_histogram(text, metric_families[metric].name, labels, &times);
}

void metrics_text_add_counters(struct buf *text)
{
    for (enum metric metric = 0; metric < METRIC__MAX; metric++) {
        const struct metric_family *family = &metric_families[metric];
        bool is_histogram = family->column_count == 0;

        metrics_text_begin(text, family->name, is_histogram ? "histogram" : "counter",
                           family->help);
        for (size_t row = 0; row < family->row_count; row++) {
            if (is_histogram)
                add_times(text, metric, row);
            else
                add_counts(text, metric, row);
        }
    }
}
