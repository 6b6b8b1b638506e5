#include "flow/team_create.h"

#include "base/clock.h"
#include "edge/db_tx.h"
#include "store/billing.h"

struct work {
    struct db *db;
    struct arena *arena;
    struct team_create *create;
};

static enum err item_add(const struct work *work, enum tier tier, struct errmsg *msg)
{
    const char *item = work->create->items[tier];
    enum err err;

    if (item == NULL)
        return ERR_OK;
    err = billing_add(work->db, work->arena, work->create->team.id, tier, item, msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err,
                          "The Stripe item %.255s is already in use; every tier of every "
                          "team needs an item of its own.",
                          item);
    return err;
}

static enum err team_create_body(void *arg, struct errmsg *msg)
{
    const struct work *work = arg;
    struct team *team = &work->create->team;
    enum err err;

    team->created_us = clock_now_us();
    err = team_add(work->db, work->arena, team, team->created_us, msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err,
                          "The subscription %.255s belongs to another team already; name "
                          "this team's own.",
                          team->subscription_id);
    for (unsigned tier = 0; tier < TIER__MAX && err == ERR_OK; tier++)
        err = item_add(work, (enum tier)tier, msg);
    return err;
}

enum err team_create_run(struct db *db, struct arena *arena, struct team_create *create,
                         struct errmsg *msg)
{
    struct work work = {.db = db, .arena = arena, .create = create};

    return db_tx_run(db, team_create_body, &work, msg);
}
