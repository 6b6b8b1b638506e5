/* The reconciler with the answers that the API gives: flow/reconcile.h says what it does. */
#ifndef HW_API_RECONCILER_H
#define HW_API_RECONCILER_H

#include "base/base.h"
#include "base/err.h"

struct api;
struct reconcile_report;

/* One pass at an operator's wish, over streams that have been pending for STREAM_AGE_S. WITH_AUDIT:
 * all quantities are compared with Stripe's, however lately that was done, five a second. */
enum err reconciler_run_once(struct api *api, int64_t stream_age_s, bool with_audit,
                             struct reconcile_report *report, struct errmsg *msg) HW_MUST_CHECK;

/* A pass every PAUSE_MS, until the process is asked to stop (base/stop.h); each quantity is
 * compared once an hour. Passes that found something to do are logged; one that failed is logged
 * and followed by the next. */
void reconciler_run(struct api *api, int64_t stream_age_s, int64_t pause_ms);

#endif
