/* The limits of a create, decided by what has been read: before look-ups, and again under locks. */
#ifndef HW_FLOW_STREAM_CHECK_H
#define HW_FLOW_STREAM_CHECK_H

#include "base/base.h"
#include "base/err.h"

struct account_list;
struct stream_create;

/* Decides subscription, free limit and caps: ERR_SUBSCRIPTION_REQUIRED, ERR_FREE_ACCOUNT_LIMIT,
 * ERR_STREAM_CAP_EXCEEDED, in this order. Runs once before any look-up is paid for, and again under
 * locks. */
enum err stream_check_limits(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* ERR_BILLING_UNAVAILABLE if a paid account is to be added or woken while Stripe is known to be
 * down, with the pause until it is asked again. */
enum err stream_check_billing(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* The same for a dry run, which will not call Stripe: it leaves the probe to a create. */
enum err stream_foresee_billing(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Says why the chokepoint did not take all accounts, which are given as they are after the
 * rollback: ERR_ACCOUNT_NOT_FOUND or ERR_STREAM_CAP_EXCEEDED with the offenders. ERR_OK if there is
 * room by now, or one has only changed its state: then the next try decides under the team's lock.
 */
enum err stream_refuse_accounts(struct stream_create *create, const struct account_list *accounts,
                                struct errmsg *msg) HW_MUST_CHECK;

#endif
