#include "flow/reconcile_report.h"

#include <string.h>

#include "base/log.h"

void reconcile_report_get_counts(const struct reconcile_report *report,
                                 struct reconcile_count ret_counts[RECONCILE_COUNTS])
{
    const struct reconcile_count counts[RECONCILE_COUNTS] = {
        {"streamsFinished", report->stream_finished_count},
        {"streamsRefused", report->stream_refused_count},
        {"streamsWaiting", report->stream_waiting_count},
        {"streamsFailed", report->stream_failed_count},
        {"tiersSettled", report->tier_settled_count},
        {"tiersWaiting", report->tier_waiting_count},
        {"keysRemoved", report->key_removed_count},
        {"itemsAudited", report->item_audited_count},
        {"itemsDrifted", report->item_drifted_count},
    };

    memcpy(ret_counts, counts, sizeof counts);
}

void reconcile_report_log(const struct reconcile_report *report)
{
    struct reconcile_count counts[RECONCILE_COUNTS];
    struct log_line line;
    bool has_any = false;

    reconcile_report_get_counts(report, counts);
    log_line_init(&line, LOG_INFO, "reconciled");
    for (size_t i = 0; i < RECONCILE_COUNTS; i++) {
        log_line_add_int(&line, counts[i].name, counts[i].count);
        has_any = has_any || counts[i].count != 0;
    }
    if (has_any)
        log_line_write(&line);
}
