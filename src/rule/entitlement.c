#include "rule/entitlement.h"

unsigned entitlement_uncovered(const struct entitlement *entitlement)
{
    bool is_billed = !entitlement->is_free && entitlement->subscription_is_live;

    return is_billed ? entitlement->added_tiers & ~entitlement->billed_tiers : 0;
}

enum err entitlement_check(const struct entitlement *entitlement, struct errmsg *msg)
{
    if (entitlement->is_free) {
        if (entitlement->added_count > 0 &&
            entitlement->tracked_count + entitlement->added_count > ENTITLEMENT_FREE_ACCOUNTS)
            return errmsg_set(msg, ERR_FREE_ACCOUNT_LIMIT, "a free team may track %d account",
                              ENTITLEMENT_FREE_ACCOUNTS);
        return ERR_OK;
    }
    if (!entitlement->subscription_is_live)
        return errmsg_set(msg, ERR_SUBSCRIPTION_REQUIRED, "the subscription is not active");
    if (entitlement_uncovered(entitlement) != 0)
        return errmsg_set(msg, ERR_SUBSCRIPTION_REQUIRED,
                          "the subscription has no item for a tier that is needed");
    return ERR_OK;
}
