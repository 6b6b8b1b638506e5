/* A team with what it is billed by, in one transaction. */
#ifndef HW_FLOW_TEAM_CREATE_H
#define HW_FLOW_TEAM_CREATE_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"
#include "store/team.h"

struct arena;
struct db;

struct team_create {
    struct team team;             /* its id is set on success */
    const char *items[TIER__MAX]; /* Stripe items by tier; NULL = none. TIER_FREE has none */
};

/* Adds the team and a billing row for each item. ERR_DB_DUPLICATE if the subscription or an item
 * belongs to another team already; then nothing is stored. */
enum err team_create_run(struct db *db, struct arena *arena, struct team_create *create,
                         struct errmsg *msg) HW_MUST_CHECK;

#endif
