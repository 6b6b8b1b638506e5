#include "api/request_metric.h"

#include <assert.h>

#include "api/error_table.h"
#include "api/request.h"
#include "api/route.h"
#include "base/metric.h"

/* The statuses that an answer without an error can have: what was done, what is kept under an
 * idempotency key, and a service that says it is not ready. 0 stands for any other. */
static const int statuses[] = {200, 201, 202, 400, 402, 403, 404, 422, 503, 0};

static_assert(ERR__MAX + HW_COUNT(statuses) <= METRIC_CODE_MAX, "each code has a column");

/* The public errors come first, each by its number, then the statuses. */
static size_t column_of(const struct request *request)
{
    size_t i = 0;

    if (request->err != ERR_OK)
        return error_table_public(request->err);
    while (statuses[i] != request->answer.status && statuses[i] != 0)
        i++;
    return ERR__MAX + i;
}

bool request_metric_get_code(size_t column, struct request_metric_code *ret_code)
{
    if (column >= ERR__MAX + HW_COUNT(statuses))
        return false;
    if (column >= ERR__MAX) {
        *ret_code = (struct request_metric_code){statuses[column - ERR__MAX], ""};
        return true;
    }
    if (error_table_public((enum err)column) != column)
        return false;

    const struct error_row *row = error_table_get((enum err)column);
    *ret_code = (struct request_metric_code){row->status, row->code};
    return true;
}

void request_metric_add(const struct request *request)
{
    size_t route = request->validate_only ? route_dry_run_number() : route_number(request->route);

    metric_count(METRIC_REQUESTS, route, column_of(request));
    metric_add_time(METRIC_REQUEST_SECONDS, route, request->took_us);
    for (enum phase phase = 0; phase < PHASE__MAX; phase++)
        if (phase_was_begun(&request->phases, phase))
            metric_add_time(METRIC_PHASE_SECONDS, phase, request->phases.us[phase]);
}
