/* Comparing Stripe's quantity of one (team, tier) with the accounts that are to be billed. */
#ifndef HW_FLOW_BILLING_AUDIT_H
#define HW_FLOW_BILLING_AUDIT_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct billing_due;
struct flow;

enum audit_verdict {
    AUDIT_NONE,  /* the row changed meanwhile, or Stripe did not say: it stays due */
    AUDIT_EQUAL, /* Stripe has what it should have */
    AUDIT_DRIFT  /* it has not: logged, and set right through the usual way */
};

/* Reads the item and compares. A drift was made outside of this program, or is a fault in it. */
enum err billing_audit_run(struct flow *flow, struct arena *arena, const struct billing_due *due,
                           enum audit_verdict *ret_verdict, struct errmsg *msg) HW_MUST_CHECK;

#endif
