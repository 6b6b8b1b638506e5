#include "api/reconciler.h"

#include "api/api.h"
#include "api/stream_answer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "flow/reconcile.h"
#include "flow/reconcile_report.h"

enum err reconciler_run_once(struct api *api, int64_t stream_age_s, struct reconcile_report *report,
                             struct errmsg *msg)
{
    const struct reconcile reconcile = {.flow = api_get_flow(api),
                                        .stream_age_s = stream_age_s,
                                        .write_answer = stream_answer_write};

    return reconcile_run(&reconcile, report, msg);
}

void reconciler_run(struct api *api, int64_t stream_age_s, int64_t pause_ms)
{
    struct reconcile_report report;
    struct errmsg msg;
    bool has_failed = false;

    do {
        enum err err = reconciler_run_once(api, stream_age_s, &report, &msg);

        reconcile_report_log(&report);
        if (err != ERR_OK && !has_failed)
            log_write(LOG_ERROR, "reconciling failed, and is tried again: %s", msg.text);
        has_failed = err != ERR_OK;
    } while (!stop_wait(pause_ms * CLOCK_MS_US));
}
