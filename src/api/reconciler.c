#include "api/reconciler.h"

#include "api/api.h"
#include "api/stream_answer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "flow/reconcile.h"
#include "flow/reconcile_report.h"

/* Of one pass among many, so that streams need not wait for the audit. */
#define AUDIT_MAX 20
#define AUDIT_TIME_US (5 * CLOCK_S_US)

/* Of one pass at an operator's wish. */
#define AUDIT_MAX_ONCE 100000
#define AUDIT_TIME_ONCE_US (24 * 3600 * CLOCK_S_US)

enum err reconciler_run_once(struct api *api, int64_t stream_age_s, bool with_audit,
                             struct reconcile_report *report, struct errmsg *msg)
{
    const struct reconcile reconcile = {.flow = api_get_flow(api),
                                        .stream_age_s = stream_age_s,
                                        .audit_max = with_audit ? AUDIT_MAX_ONCE : 0,
                                        .audit_time_us = AUDIT_TIME_ONCE_US,
                                        .write_answer = stream_answer_write};

    return reconcile_run(&reconcile, report, msg);
}

void reconciler_run(struct api *api, int64_t stream_age_s, int64_t pause_ms)
{
    const struct reconcile reconcile = {.flow = api_get_flow(api),
                                        .stream_age_s = stream_age_s,
                                        .audit_age_s = RECONCILE_AUDIT_AGE_S,
                                        .audit_max = AUDIT_MAX,
                                        .audit_time_us = AUDIT_TIME_US,
                                        .write_answer = stream_answer_write};
    struct reconcile_report report;
    struct errmsg msg;
    bool has_failed = false;

    do {
        enum err err = reconcile_run(&reconcile, &report, &msg);

        reconcile_report_log(&report);
        if (err != ERR_OK && !has_failed)
            log_write(LOG_ERROR, "reconciling failed, and is tried again: %s", msg.text);
        has_failed = err != ERR_OK;
    } while (!stop_wait(pause_ms * CLOCK_MS_US));
}
