#include "flow/team_set.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "edge/db_tx.h"
#include "store/account.h"
#include "store/billing.h"
#include "store/caller.h"
#include "store/stream.h"
#include "store/team.h"

struct work {
    struct db *db;
    struct arena *arena;
    const struct team_set *set;
    struct team team; /* as it was */
    struct billing_state *rows;
    size_t row_count;
    int64_t version; /* for what Stripe has to be told anew */
};

static const struct billing_state *row_find(const struct work *work, enum tier tier)
{
    for (size_t i = 0; i < work->row_count; i++)
        if (work->rows[i].tier == tier)
            return &work->rows[i];
    return NULL;
}

/* True if another item takes the place of the tier's. */
static bool is_replaced(const struct work *work, enum tier tier)
{
    const struct billing_state *row = row_find(work, tier);

    return row != NULL && work->set->items[tier] != NULL &&
           strcmp(row->item_id, work->set->items[tier]) != 0;
}

static bool has_other_subscription(const struct work *work)
{
    const char *given = work->set->subscription_id;

    return given != NULL && !work->team.is_free && strcmp(given, work->team.subscription_id) != 0;
}

/* ---- what does not go together ---- */

static enum err free_check(const struct work *work, struct errmsg *msg)
{
    const struct team_set *set = work->set;
    bool has_item = false;

    for (size_t i = 0; i < TIER__MAX; i++)
        has_item |= set->items[i] != NULL;
    if (!set->begins_to_pay)
        return errmsg_set(msg, ERR_USAGE,
                          "The team is free and is not billed: to make it pay, give --plan paid "
                          "with --subscription and --item.");
    if (set->subscription_id == NULL || !has_item)
        return errmsg_set(msg, ERR_USAGE,
                          "A team that begins to pay needs --subscription sub_... and at least one "
                          "--item TIER=si_... to be billed by.");
    return ERR_OK;
}

/* The items of the old subscription end with it. */
static enum err subscription_check(const struct work *work, struct errmsg *msg)
{
    for (size_t i = 0; has_other_subscription(work) && i < work->row_count; i++)
        if (!is_replaced(work, work->rows[i].tier))
            return errmsg_set(msg, ERR_USAGE,
                              "Another subscription has other items: give --item %s=si_... too, "
                              "for the team has %s in that tier.",
                              tier_text(work->rows[i].tier), work->rows[i].item_id);
    return ERR_OK;
}

static enum err paid_check(const struct work *work, struct errmsg *msg)
{
    if (work->set->has_tier)
        return errmsg_set(msg, ERR_USAGE,
                          "The team pays already: --tier says what the accounts of a free team "
                          "become. Leave it out.");
    return subscription_check(work, msg);
}

/* Nothing is put in another's place while a run relies on it. */
static enum err idle_check(const struct work *work, struct errmsg *msg)
{
    int64_t pending;
    enum err err;

    err = stream_count_pending(work->db, work->arena, work->team.id, &pending, msg);
    if (err != ERR_OK)
        return err;
    if (pending > 0)
        return errmsg_set(msg, ERR_REQUEST_IN_PROGRESS,
                          "Streams of the team wait for Stripe (%" PRId64 "); run `headwater "
                          "reconcile`, then try again.",
                          pending);
    for (size_t i = 0; i < work->row_count; i++)
        if (work->rows[i].has_attempt || work->rows[i].lease_until_us > clock_now_us())
            return errmsg_set(msg, ERR_REQUEST_IN_PROGRESS,
                              "Stripe is being told the team's quantity for %s, and has not "
                              "confirmed; run `headwater reconcile`, then try again.",
                              tier_text(work->rows[i].tier));
    return ERR_OK;
}

static enum err bill_check(const struct work *work, struct errmsg *msg)
{
    bool replaces = has_other_subscription(work);
    enum err err = work->team.is_free ? free_check(work, msg) : paid_check(work, msg);

    for (unsigned tier = 0; tier < TIER__MAX; tier++)
        replaces |= is_replaced(work, (enum tier)tier);
    return err == ERR_OK && replaces ? idle_check(work, msg) : err;
}

/* ---- what is changed ---- */

static enum err item_set(const struct work *work, enum tier tier, struct errmsg *msg)
{
    const struct billing_place place = {.team_id = work->team.id, .tier = tier};
    const char *item = work->set->items[tier];
    enum err err = ERR_OK;

    if (item != NULL && row_find(work, tier) == NULL)
        err = billing_add(work->db, work->arena, work->team.id, tier, item, msg);
    else if (is_replaced(work, tier))
        err = billing_set_item(work->db, work->arena, &place, item, work->version, clock_now_us(),
                               msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err,
                          "The Stripe item %.255s is already in use; every tier of every "
                          "team needs an item of its own.",
                          item);
    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, ERR_REQUEST_IN_PROGRESS,
                          "Stripe is being told the team's quantity for %s; try again in a minute.",
                          tier_text(tier));
    return err;
}

/* The accounts of a team that was free have a tier that nobody can bill. They stay active: they
 * were, and Stripe is told by whoever settles next. */
static enum err accounts_convert(const struct work *work, struct errmsg *msg)
{
    enum tier tier = work->set->tier;
    int64_t all, left = 0;
    enum err err = account_count_free(work->db, work->arena, work->team.id, &all, msg);

    if (err != ERR_OK || all == 0)
        return err;
    if (work->set->items[tier] == NULL && row_find(work, tier) == NULL)
        return errmsg_set(msg, ERR_USAGE,
                          "The team tracks an account, which becomes %s: give --item %s=si_... "
                          "too, or name another --tier.",
                          tier_text(tier), tier_text(tier));
    err = account_set_tier(work->db, work->arena, work->team.id, tier, msg);
    if (err == ERR_OK)
        err = account_count_free(work->db, work->arena, work->team.id, &left, msg);
    if (err != ERR_OK)
        return err;
    if (left > 0)
        return errmsg_set(msg, ERR_USAGE,
                          "The team's account is used by more streams than the tier %s allows; "
                          "name another --tier, or raise its cap.",
                          tier_text(tier));
    return billing_raise(work->db, work->arena, work->team.id, 1U << tier, work->version, msg);
}

static enum err plan_set(const struct work *work, struct errmsg *msg)
{
    const struct team_set *set = work->set;
    const char *id =
        set->subscription_id == NULL ? work->team.subscription_id : set->subscription_id;
    const char *status = set->subscription_status;
    enum err err;

    if (status == NULL && !work->team.is_free && !has_other_subscription(work))
        return ERR_OK; /* neither is changed */
    err = team_set_plan(work->db, work->arena, work->team.id, id,
                        status == NULL ? "active" : status, msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err,
                          "The subscription %.255s belongs to another team already; name this "
                          "team's own.",
                          id);
    return err;
}

static bool changes_bill(const struct team_set *set)
{
    for (size_t i = 0; i < TIER__MAX; i++)
        if (set->items[i] != NULL)
            return true;
    return set->begins_to_pay || set->subscription_id != NULL || set->subscription_status != NULL;
}

static enum err bill_set(struct work *work, struct errmsg *msg)
{
    enum err err = billing_lock_team(work->db, work->arena, work->team.id, &work->version, msg);

    if (err == ERR_OK)
        err =
            billing_list(work->db, work->arena, work->team.id, &work->rows, &work->row_count, msg);
    work->version++;
    if (err == ERR_OK)
        err = bill_check(work, msg);
    for (unsigned tier = TIER_STARTER; tier < TIER__MAX && err == ERR_OK; tier++)
        err = item_set(work, (enum tier)tier, msg);
    if (err == ERR_OK && work->team.is_free)
        err = accounts_convert(work, msg);
    return err == ERR_OK ? plan_set(work, msg) : err;
}

static enum err team_set_body(void *arg, struct errmsg *msg)
{
    struct work *work = arg;
    const struct team_set *set = work->set;
    struct caller caller = {.team_id = set->team_id};
    enum err err = team_lock(work->db, work->arena, &caller, msg);

    if (err == ERR_UNAUTHORIZED)
        return errmsg_set(msg, ERR_NOT_FOUND,
                          "There is no team %" PRId64 "; `headwater team list` shows all.",
                          set->team_id);
    if (err == ERR_OK)
        err = team_find(work->db, work->arena, set->team_id, &work->team, msg);
    if (err == ERR_OK && set->name != NULL)
        err = team_set_name(work->db, work->arena, set->team_id, set->name, msg);
    if (err == ERR_OK && changes_bill(set))
        err = bill_set(work, msg);
    return err;
}

enum err team_set_run(struct db *db, struct arena *arena, const struct team_set *set,
                      struct errmsg *msg)
{
    struct work work = {.db = db, .arena = arena, .set = set};

    return db_tx_run(db, team_set_body, &work, msg);
}
