/* What a request adds to the metrics, and what the numbers of METRIC_REQUESTS stand for. */
#ifndef HW_API_REQUEST_METRIC_H
#define HW_API_REQUEST_METRIC_H

#include "base/base.h"

struct request;

/* Counts a finished request and its times. */
void request_metric_add(const struct request *request);

/* A column of METRIC_REQUESTS: the HTTP status, 0 if it was a rare one, and the public error code,
 * "" if there was none (also for a refusal that was answered once more under its idempotency key).
 */
struct request_metric_code {
    int status;
    const char *code;
};

/* The meaning of a column; false if it has none. */
bool request_metric_get_code(size_t column, struct request_metric_code *ret_code);

#endif
