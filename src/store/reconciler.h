/* Table reconciler: its one row says what the reconcilers of this database have done. */
#ifndef HW_STORE_RECONCILER_H
#define HW_STORE_RECONCILER_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

/* Between two passes are 300 s at most (base/config.c), and one takes minutes while Stripe is
 * silent: whoever runs them, a last pass older than this is a sign that nobody does. */
#define RECONCILER_LATE_S 600

struct reconciler {
    int64_t pass_us; /* end of the last pass, in microseconds since 1970; 0 before the first */
    int64_t pass_count;
    int64_t stream_finished_count; /* this and all below: of all passes together */
    int64_t stream_refused_count;
    int64_t stream_failed_count;
    int64_t tier_settled_count;
    int64_t key_removed_count;
    int64_t item_audited_count;
    int64_t item_drifted_count;
};

/* What is left to be done. */
struct reconciler_backlog {
    int64_t pending_count; /* streams of all teams */
    int64_t oldest_us;     /* when the oldest of them was created; 0 if there is none */
};

/* Adds the counts of a pass that ended at PASS->pass_us, or broke off (0); its pass_count is 1 or 0
 * accordingly. */
enum err reconciler_add_pass(struct db *db, struct arena *arena, const struct reconciler *pass,
                             struct errmsg *msg) HW_MUST_CHECK;

/* What has been done, and what waits. */
enum err reconciler_get(struct db *db, struct arena *arena, struct reconciler *ret_reconciler,
                        struct reconciler_backlog *ret_backlog, struct errmsg *msg) HW_MUST_CHECK;

#endif
