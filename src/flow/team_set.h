/* Changing a team: its name, and what it is billed by, in one transaction that keeps the rules of
 * sql/README.md: what Stripe is told is settled afterwards, by whoever settles next. */
#ifndef HW_FLOW_TEAM_SET_H
#define HW_FLOW_TEAM_SET_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct arena;
struct db;

struct team_set {
    int64_t team_id;
    const char *name;                /* NULL = it stays, here and below */
    bool begins_to_pay;              /* a free team becomes a paid one; nothing for a paid one */
    const char *subscription_id;     /* needs an item for each tier that the team has one for */
    const char *subscription_status; /* Stripe's word; with a new subscription "active" if NULL */
    const char *items[TIER__MAX];    /* Stripe items by tier: added, or put in another's place */
    bool has_tier;                   /* TIER was asked for */
    enum tier tier;                  /* what the accounts of a team that was free become */
};

/* Changes all that is given, or nothing. ERR_NOT_FOUND if there is no such team; ERR_USAGE if what
 * is given does not go with what the team is; ERR_DB_DUPLICATE if subscription or item belong to
 * another team; ERR_REQUEST_IN_PROGRESS while a stream is pending or Stripe is being told, for what
 * would take the item away under them. */
enum err team_set_run(struct db *db, struct arena *arena, const struct team_set *set,
                      struct errmsg *msg) HW_MUST_CHECK;

#endif
