#include "admin/bill.h"

#include <string.h>

#include "admin/options.h"
#include "rule/subscription_status.h"

#define STRIPE_ID_BYTES_MAX 255

static const char status_fault[] =
    "--subscription-status must be one of Stripe's words: active, trialing, past_due, unpaid, "
    "paused, incomplete, incomplete_expired or canceled.";

static bool is_stripe_id(const char *text, const char *prefix)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t len = strlen(text);

    return len <= STRIPE_ID_BYTES_MAX && len > strlen(prefix) &&
           strncmp(text, prefix, strlen(prefix)) == 0 && strspn(text, allowed) == len;
}

/* The tier that "starter=si_..." begins with; TIER__MAX if none that is paid for. */
static enum tier item_tier(const char *item)
{
    for (unsigned i = TIER_STARTER; i < TIER__MAX; i++) {
        const char *name = tier_text((enum tier)i);
        size_t len = strlen(name);

        if (strncmp(item, name, len) == 0 && item[len] == '=')
            return (enum tier)i;
    }
    return TIER__MAX;
}

static enum err item_read(const char *item, struct bill *bill, struct errmsg *msg)
{
    enum tier tier = item_tier(item);
    const char *id = tier == TIER__MAX ? "" : strchr(item, '=') + 1;

    if (!is_stripe_id(id, "si_"))
        return errmsg_set(msg, ERR_USAGE,
                          "--item must be starter=, growth= or pro= with the id of a Stripe "
                          "subscription item, such as starter=si_1A2b3C.");
    if (bill->items[tier] != NULL)
        return errmsg_set(msg, ERR_USAGE, "Give one --item for the tier %s, not two.",
                          tier_text(tier));
    bill->items[tier] = id;
    return ERR_OK;
}

enum err bill_read(const struct options *options, struct bill *ret_bill, struct errmsg *msg)
{
    const char *status = options->text[OPTION_SUBSCRIPTION_STATUS];
    const char *id = options->text[OPTION_SUBSCRIPTION];
    enum err err = ERR_OK;

    *ret_bill = (struct bill){.subscription_id = id, .subscription_status = status};
    if (id != NULL && !is_stripe_id(id, "sub_"))
        return errmsg_set(msg, ERR_USAGE,
                          "--subscription must be the id of a Stripe subscription, "
                          "such as sub_1A2b3C.");
    if (status != NULL && !subscription_status_is_known(status))
        return errmsg_set(msg, ERR_USAGE, "%s", status_fault);
    for (size_t i = 0; i < options->items.count && err == ERR_OK; i++)
        err = item_read(options->items.texts[i], ret_bill, msg);
    return err;
}
