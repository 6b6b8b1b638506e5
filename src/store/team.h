/* Table team: who is billed. */
#ifndef HW_STORE_TEAM_H
#define HW_STORE_TEAM_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct caller;
struct db;

struct team {
    int64_t id;
    const char *name;
    bool is_free;
    const char *subscription_status; /* Stripe's word; NULL for a free team */
    const char *subscription_id;     /* NULL for a free team */
    int64_t created_us;              /* of one that is there; team_add takes it apart */
};

/* Adds a team; sets its id. ERR_DB_DUPLICATE if its subscription belongs to another team. */
enum err team_add(struct db *db, struct arena *arena, struct team *team, int64_t now_us,
                  struct errmsg *msg) HW_MUST_CHECK;

/* ERR_NOT_FOUND if there is none. Strings live on ARENA. */
enum err team_find(struct db *db, struct arena *arena, int64_t id, struct team *ret_team,
                   struct errmsg *msg) HW_MUST_CHECK;

/* What Stripe reports of a subscription's status. */
struct team_status {
    const char *subscription_id;
    const char *status;
    const char *previous_status; /* what it was changed from; NULL if the report does not say */
    bool wins_tie;               /* it counts after another report of the same second */
    int64_t created_us;          /* when it was so, by Stripe's clock, to the second */
};

/* The team that pays by this subscription. ERR_NOT_FOUND if there is none. */
enum err team_find_by_subscription(struct db *db, struct arena *arena, const char *subscription_id,
                                   int64_t *ret_id, struct errmsg *msg) HW_MUST_CHECK;

/* Sets the status, unless the team has one that is newer, or final: sql/README.md, "The status of a
 * subscription". Says whether it did. */
enum err team_set_status(struct db *db, struct arena *arena, int64_t id,
                         const struct team_status *status, bool *ret_is_set,
                         struct errmsg *msg) HW_MUST_CHECK;

/* Locks the team's row: the first lock of a transaction that may change what the team is billed for
 * or how many accounts it tracks. Refreshes plan and subscription in CALLER. */
enum err team_lock(struct db *db, struct arena *arena, struct caller *caller,
                   struct errmsg *msg) HW_MUST_CHECK;

/* At most LIMIT teams with ids above AFTER_ID, by ascending id, on ARENA. */
enum err team_list(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                   struct team **ret_teams, size_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* Changes the name. */
enum err team_set_name(struct db *db, struct arena *arena, int64_t id, const char *name,
                       struct errmsg *msg) HW_MUST_CHECK;

/* The team pays by this subscription from now on, whose status the operator says. The caller holds
 * the team's lock. ERR_DB_DUPLICATE if the subscription belongs to another team. */
enum err team_set_plan(struct db *db, struct arena *arena, int64_t id, const char *subscription_id,
                       const char *subscription_status, struct errmsg *msg) HW_MUST_CHECK;

#endif
