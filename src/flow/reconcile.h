/*
 * The reconciler: brings to an end what a run that died, or a Stripe that was silent, left behind.
 * Everything it does is what a repeated request would do, so it may run beside requests and beside
 * another reconciler (which leaves the work to the one that came first).
 */
#ifndef HW_FLOW_RECONCILE_H
#define HW_FLOW_RECONCILE_H

#include "base/base.h"
#include "base/err.h"

struct create_answer;
struct flow;
struct reconcile_report;
struct stream_create;

/* A pending stream is left to its own run for so long, and a quantity is compared so often. */
#define RECONCILE_STREAM_AGE_S 15
#define RECONCILE_AUDIT_AGE_S 3600

struct reconcile {
    struct flow *flow;
    int64_t stream_age_s; /* streams that have been pending for less are left alone */
    int64_t lock_wait_s;  /* for another reconciler to end its pass */
    int64_t audit_age_s;  /* quantities that were set or compared within that time are left alone */
    size_t audit_max;     /* how many are compared in one pass, five a second */
    int64_t audit_time_us; /* no comparison is begun after so long */
    void (*write_answer)(const struct stream_create *create, enum err err,
                         struct create_answer *ret_answer);
};

/* One pass: pending streams, quantities that are not confirmed, old idempotency keys, and the audit
 * of quantities. The report is filled as far as the pass came, also on failure. Ends early when the
 * process is asked to stop (base/stop.h). */
enum err reconcile_run(const struct reconcile *reconcile, struct reconcile_report *report,
                       struct errmsg *msg) HW_MUST_CHECK;

#endif
