/* The attempt of a billing row: what is going to be sent to Stripe, stored before it is sent. */
#ifndef HW_FLOW_BILLING_ATTEMPT_H
#define HW_FLOW_BILLING_ATTEMPT_H

#include "base/base.h"
#include "base/err.h"

struct billing;
struct billing_settle;

/* Counts the accounts and stores an attempt for their number with a key of its own, in one
 * transaction; the lease is ours, and no attempt stands. BILLING gets the attempt. If SETTLE
 * trusts the row, and Stripe has that number already, no attempt is needed: the row is
 * settled and BILLING has none.
 * ERR_NOT_FOUND: the lease ran out. ERR_DB_UNKNOWN: the row has to tell what happened. */
enum err billing_attempt_add(const struct billing_settle *settle, struct billing *billing,
                             struct errmsg *msg) HW_MUST_CHECK;

#endif
