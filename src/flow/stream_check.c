#include "flow/stream_check.h"

#include "base/breaker.h"
#include "base/clock.h"
#include "base/metric.h"
#include "flow/flow.h"
#include "flow/stream_account.h"
#include "flow/stream_create.h"
#include "rule/entitlement.h"
#include "store/account.h"
#include "store/billing.h"

/* Counts what the create would add, and reads only what that makes necessary. */
static enum err read_entitlement(struct stream_create *create, struct entitlement *ret_entitlement,
                                 struct errmsg *msg)
{
    struct entitlement entitlement = {
        .is_free = create->caller.is_free,
        .subscription_is_live = create->caller.subscription_is_live,
    };
    enum err err = ERR_OK;

    for (size_t i = 0; i < create->target_count; i++) {
        const struct target *target = &create->targets[i];

        if (target->origin == PAIR_KNOWN)
            continue;
        entitlement.added_count++;
        entitlement.added_tiers |= 1U << stream_target_tier(target);
    }
    if (entitlement.added_count > 0 && entitlement.is_free)
        err = account_count_tracked(create->flow->db, create->arena, create->caller.team_id,
                                    &entitlement.tracked_count, msg);
    else if (entitlement.added_count > 0)
        err = billing_list_tiers(create->flow->db, create->arena, create->caller.team_id,
                                 &entitlement.billed_tiers, msg);
    *ret_entitlement = entitlement;
    return err;
}

static enum err check_caps(struct stream_create *create, struct errmsg *msg)
{
    for (size_t i = 0; i < create->target_count; i++) {
        const struct account *account = create->targets[i].account;

        if (account == NULL || account->automated_streams < account->stream_cap)
            continue;
        metric_count(METRIC_CAP_REFUSALS, 0, 0);
        problem_add(&create->problems, create->targets[i].pointer, "cap",
                    "is an account of tier %s, which allows %lld automated streams, all in use",
                    tier_text(account->tier), (long long)account->stream_cap);
    }
    if (create->problems.count > 0)
        return errmsg_set(msg, ERR_STREAM_CAP_EXCEEDED, "an account has no room");
    return ERR_OK;
}

/* Names the accounts whose tier the subscription has no item for. */
static void add_uncovered(struct stream_create *create, unsigned tiers)
{
    for (size_t i = 0; i < create->target_count; i++) {
        const struct target *target = &create->targets[i];
        enum tier tier = stream_target_tier(target);

        if (target->origin != PAIR_KNOWN && (tiers & 1U << tier) != 0)
            problem_add(&create->problems, target->pointer, "tier",
                        "needs the tier %s, for which your team's subscription has no item",
                        tier_text(tier));
    }
}

enum err stream_check_limits(struct stream_create *create, struct errmsg *msg)
{
    struct entitlement entitlement;
    enum err err = read_entitlement(create, &entitlement, msg);

    if (err == ERR_OK)
        err = entitlement_check(&entitlement, msg);
    if (err == ERR_SUBSCRIPTION_REQUIRED)
        add_uncovered(create, entitlement_uncovered(&entitlement));
    if (err == ERR_OK)
        err = check_caps(create, msg);
    return err;
}

/* True if the request adds an account to those that are paid for. */
static bool adds_paid_account(const struct stream_create *create)
{
    for (size_t i = 0; i < create->target_count; i++)
        if (create->targets[i].origin != PAIR_KNOWN)
            return !create->caller.is_free;
    return false;
}

static enum err refuse_billing(struct stream_create *create, struct errmsg *msg)
{
    create->retry_after_s =
        breaker_retry_after_s(create->flow->stripe_breaker, clock_monotonic_us());
    return errmsg_set(msg, ERR_BILLING_UNAVAILABLE, "Stripe has not answered for a while");
}

enum err stream_check_billing(struct stream_create *create, struct errmsg *msg)
{
    if (!adds_paid_account(create))
        return ERR_OK;
    create->is_admitted = breaker_admits(create->flow->stripe_breaker, clock_monotonic_us());
    return create->is_admitted ? ERR_OK : refuse_billing(create, msg);
}

enum err stream_foresee_billing(struct stream_create *create, struct errmsg *msg)
{
    if (!adds_paid_account(create) ||
        breaker_would_admit(create->flow->stripe_breaker, clock_monotonic_us()))
        return ERR_OK;
    return refuse_billing(create, msg);
}

static struct account *find_account(const struct account_list *accounts, int64_t id)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->items[i].id == id)
            return &accounts->items[i];
    return NULL;
}

enum err stream_refuse_accounts(struct stream_create *create, const struct account_list *accounts,
                                struct errmsg *msg)
{
    for (size_t i = 0; i < create->target_count; i++) {
        struct target *target = &create->targets[i];
        struct account *account = find_account(accounts, target->account_id);

        if (account == NULL && target->lookup != NULL)
            continue; /* removed in the meantime: the handle starts afresh */
        if (account == NULL)
            problem_add(&create->problems, target->pointer, "not_found",
                        "is not an account of your team any more");
        else
            target->account = account;
    }
    if (create->problems.count > 0)
        return errmsg_set(msg, ERR_ACCOUNT_NOT_FOUND, "an account is gone");
    create->needs_team_lock = true;
    return check_caps(create, msg);
}
