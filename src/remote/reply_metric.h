/* What calls to an outside service add to the metrics. */
#ifndef HW_REMOTE_REPLY_METRIC_H
#define HW_REMOTE_REPLY_METRIC_H

#include "base/base.h"
#include "base/metric.h"

struct http_reply;

/* Counts the replies of calls that were made at the same time, from START_US (monotonic) to now. */
void reply_metric_add(enum metric_service service, const struct http_reply *replies, size_t count,
                      int64_t start_us);

#endif
