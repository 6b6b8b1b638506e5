/* The text format of Prometheus, version 0.0.4. Source: prometheus.io, "Exposition formats". */
#ifndef HW_API_METRICS_TEXT_H
#define HW_API_METRICS_TEXT_H

#include "base/base.h"

struct buf;

/* A sample's labels are written as they stand between the braces: `service="stripe"`; "" for none.
 * Their values come from tables of this program, so nothing in them has to be escaped. */

/* Begins a metric: TYPE is counter, gauge or histogram. */
void metrics_text_begin(struct buf *text, const char *name, const char *type, const char *help);

/* Adds a sample. */
void metrics_text_add(struct buf *text, const char *name, const char *labels, uint64_t number);

/* Adds a sample that is a time, in seconds. */
void metrics_text_add_seconds(struct buf *text, const char *name, const char *labels, int64_t us);

/* Writes what base/metric.h counts. */
void metrics_text_add_counters(struct buf *text);

#endif
