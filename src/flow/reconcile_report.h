/* What one pass of the reconciler has done. */
#ifndef HW_FLOW_RECONCILE_REPORT_H
#define HW_FLOW_RECONCILE_REPORT_H

#include "base/base.h"

struct reconcile_report {
    bool is_skipped; /* another reconciler was at work; all below is 0 */
    int64_t stream_finished_count;
    int64_t stream_refused_count; /* taken out again, because Stripe refused */
    int64_t stream_waiting_count; /* still pending: Stripe has not answered */
    int64_t stream_failed_count;  /* logged, and tried again by the next pass */
    int64_t tier_settled_count;   /* quantities brought up to date without a stream */
    int64_t tier_waiting_count;   /* logged, and tried again later */
    int64_t key_removed_count;
    int64_t item_audited_count;
    int64_t item_drifted_count; /* logged, and set right */
};

/* One count and its name, the same in log and command. */
struct reconcile_count {
    const char *name;
    int64_t count;
};

#define RECONCILE_COUNTS 9

/* The counts of the report by name. */
void reconcile_report_get_counts(const struct reconcile_report *report,
                                 struct reconcile_count ret_counts[RECONCILE_COUNTS]);

/* Writes the log line of a pass that found something to do; of others, nothing. */
void reconcile_report_log(const struct reconcile_report *report);

#endif
