/* What a command line says of how a team is billed: --subscription, --subscription-status, --item.
 */
#ifndef HW_ADMIN_BILL_H
#define HW_ADMIN_BILL_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct options;

struct bill {
    const char *subscription_id;     /* NULL if not given, here and below */
    const char *subscription_status; /* one of Stripe's words */
    const char *items[TIER__MAX];    /* by tier */
};

/* Reads and checks the three; texts are those of OPTIONS. ERR_USAGE. */
enum err bill_read(const struct options *options, struct bill *ret_bill,
                   struct errmsg *msg) HW_MUST_CHECK;

#endif
