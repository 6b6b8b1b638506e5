/* Who may create what: subscription, free limit, cap. Pure; contract section 4, orders 10 to 12. */
#ifndef HW_RULE_ENTITLEMENT_H
#define HW_RULE_ENTITLEMENT_H

#include "base/base.h"
#include "base/err.h"

/* How many accounts a free team may track. Specification: free_account_limit. */
#define ENTITLEMENT_FREE_ACCOUNTS 1

struct entitlement {
    bool is_free;
    bool subscription_is_live; /* active or trialing */
    int64_t tracked_count;     /* accounts the team tracks now; used for a free team only */
    int64_t added_count;       /* accounts the request would add or wake */
    unsigned billed_tiers;     /* bits of the tiers the subscription has an item for */
    unsigned added_tiers;      /* bits of the tiers of the added accounts */
};

/* ERR_OK, ERR_SUBSCRIPTION_REQUIRED or ERR_FREE_ACCOUNT_LIMIT. */
enum err entitlement_check(const struct entitlement *entitlement, struct errmsg *msg) HW_MUST_CHECK;

/* The tiers that the team's live subscription would have to bill and has no item for, a bit each.
 */
unsigned entitlement_uncovered(const struct entitlement *entitlement);

#endif
