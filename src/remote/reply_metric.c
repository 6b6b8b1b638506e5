#include "remote/reply_metric.h"

#include "base/clock.h"
#include "edge/http_reply.h"

static enum metric_outcome outcome_of(const struct http_reply *reply)
{
    if (reply->result != HTTP_OK)
        return METRIC_SILENT;
    if (reply->status >= 500)
        return METRIC_FAILED;
    if (reply->status == 429)
        return METRIC_LIMITED;
    if (reply->status == 401 || reply->status == 403)
        return METRIC_DENIED;
    return reply->status >= 400 ? METRIC_REFUSED : METRIC_ANSWERED;
}

void reply_metric_add(enum metric_service service, const struct http_reply *replies, size_t count,
                      int64_t start_us)
{
    for (size_t i = 0; i < count; i++)
        metric_count(METRIC_UPSTREAM_CALLS, service, outcome_of(&replies[i]));
    metric_add_time(METRIC_UPSTREAM_SECONDS, service, clock_monotonic_us() - start_us);
}
