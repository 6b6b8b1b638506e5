/*
 * Bringing Stripe's quantity of one (team, tier) to the number of billable accounts: phase D of the
 * create protocol (sql/README.md, "Billing"). One call covers all who wait for the same row; what
 * is sent is a quantity under a key that was committed before, so that nothing is ever billed
 * twice.
 */
#ifndef HW_FLOW_BILLING_SETTLE_H
#define HW_FLOW_BILLING_SETTLE_H

#include "base/base.h"
#include "base/err.h"
#include "store/billing.h"

struct arena;
struct flow;

struct billing_settle {
    struct flow *flow;
    struct arena *arena;
    struct billing_place place;
    int64_t version;     /* what has to be applied */
    int64_t deadline_us; /* monotonic */
    bool never_waits;    /* for the lease, its turn, or another try: ERR_TIMEOUT instead */
    bool trusts_row;     /* nothing is sent if Stripe has confirmed the number before */
};

/* Settles, and notes for Stripe's breaker how each call ended. ERR_OK: VERSION is applied.
 * ERR_TIMEOUT: Stripe's outcome is not known yet, and the attempt is kept, or it is not the row's
 * turn to make one (rule/billing_pace.h); whoever settles next goes on. ERR_PAYMENT_FAILED,
 * ERR_SUBSCRIPTION_REQUIRED: Stripe refused for good; the lease is still ours and the attempt,
 * whose key is RET_ATTEMPT_KEY, still stands: the caller undoes what it wanted billed and ends both
 * in one transaction, or gives the lease back. Database errors are passed on; with all others the
 * lease is given back. */
enum err billing_settle_run(const struct billing_settle *settle, const char **ret_attempt_key,
                            struct errmsg *msg) HW_MUST_CHECK;

/* Gives the lease back, so that whoever settles next need not wait for it to run out. Best effort.
 */
void billing_settle_release(const struct billing_settle *settle);

#endif
