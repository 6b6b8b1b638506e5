#include "store/billing.h"

#include <stdlib.h>

#include "base/arena.h"
#include "edge/db.h"

enum err billing_add(struct db *db, struct arena *arena, int64_t team_id, enum tier tier,
                     const char *item_id, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_text(tier_text(tier)), db_text(item_id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_BILLING_ADD, params, HW_COUNT(params), &ignored, msg);
}

enum err billing_list_tiers(struct db *db, struct arena *arena, int64_t team_id,
                            unsigned *ret_tiers, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    unsigned tiers = 0;
    enum tier tier;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_LIST_TIERS, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < rows.row_count; i++)
        if (tier_find(db_result_get(&rows, i, 0)->bytes, &tier))
            tiers |= 1U << tier;
    *ret_tiers = tiers;
    return ERR_OK;
}

enum err billing_lock_team(struct db *db, struct arena *arena, int64_t team_id,
                           int64_t *ret_version, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    int64_t highest = 0;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_LOCK_TEAM, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < rows.row_count; i++)
        if (db_result_get(&rows, i, 1)->integer > highest)
            highest = db_result_get(&rows, i, 1)->integer;
    *ret_version = highest;
    return ERR_OK;
}

enum err billing_raise(struct db *db, struct arena *arena, int64_t team_id, unsigned tiers,
                       int64_t version, struct errmsg *msg)
{
    struct db_value params[2 + TIER__MAX] = {db_int(version), db_int(team_id)};
    struct db_result ignored;
    size_t count = 2;

    for (unsigned i = 0; i < TIER__MAX; i++)
        if (tiers & (1U << i))
            params[count++] = db_text(tier_text((enum tier)i));
    if (count == 2)
        return ERR_OK;
    return db_query(db, arena, STATEMENT_BILLING_RAISE, params, count, &ignored, msg);
}

static int64_t quantity_read(const struct db_value *value)
{
    return value->kind == DB_NULL ? BILLING_QUANTITY_UNKNOWN : value->integer;
}

enum err billing_find(struct db *db, struct arena *arena, const struct billing_place *place,
                      struct billing *ret_billing, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(place->team_id), db_text(tier_text(place->tier))};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the team has no Stripe item for the tier %s",
                          tier_text(place->tier));
    *ret_billing = (struct billing){
        .item_id = db_result_get(&rows, 0, 0)->bytes,
        .desired_version = db_result_get(&rows, 0, 1)->integer,
        .applied_version = db_result_get(&rows, 0, 2)->integer,
        .applied_quantity = quantity_read(db_result_get(&rows, 0, 3)),
        .attempt_key = db_result_get(&rows, 0, 4)->bytes,
        .attempt_version = db_result_get(&rows, 0, 5)->integer,
        .attempt_quantity = db_result_get(&rows, 0, 6)->integer,
        .attempt_us = db_result_get(&rows, 0, 7)->integer,
        .last_attempt_us = db_result_get(&rows, 0, 8)->integer,
    };
    return ERR_OK;
}

enum err billing_count_attempts(struct db *db, struct arena *arena, int64_t team_id,
                                int64_t since_us, int64_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_time(since_us)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_COUNT_ATTEMPTS, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_count = db_result_get(&rows, 0, 0)->integer;
    return err;
}

static struct db_value owner_value(const struct billing_place *place)
{
    return db_bytes(place->owner, BILLING_OWNER_BYTES);
}

/* Team, tier and desired version of each row. */
static enum err read_due(const struct db_result *rows, struct arena *arena,
                         struct billing_due **ret_dues, size_t *ret_count, struct errmsg *msg)
{
    struct billing_due *dues = arena_array(arena, rows->row_count, sizeof *dues);

    for (size_t i = 0; i < rows->row_count; i++) {
        dues[i].team_id = db_result_get(rows, i, 0)->integer;
        dues[i].version = db_result_get(rows, i, 2)->integer;
        if (!tier_find(db_result_get(rows, i, 1)->bytes, &dues[i].tier))
            return errmsg_set(msg, ERR_INTERNAL, "a tier that this program does not know");
    }
    *ret_dues = dues;
    *ret_count = rows->row_count;
    return ERR_OK;
}

enum err billing_list_unsettled(struct db *db, struct arena *arena, int64_t now_us,
                                int64_t attempt_before_us, size_t count_max,
                                struct billing_due **ret_dues, size_t *ret_count,
                                struct errmsg *msg)
{
    const struct db_value params[] = {db_time(now_us), db_time(attempt_before_us),
                                      db_int((int64_t)count_max)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_LIST_UNSETTLED, params, HW_COUNT(params), &rows, msg);

    return err == ERR_OK ? read_due(&rows, arena, ret_dues, ret_count, msg) : err;
}

enum err billing_list_unaudited(struct db *db, struct arena *arena, int64_t before_us,
                                size_t count_max, struct billing_due **ret_dues, size_t *ret_count,
                                struct errmsg *msg)
{
    const struct db_value params[] = {db_time(before_us), db_time(before_us),
                                      db_int((int64_t)count_max)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_LIST_UNAUDITED, params, HW_COUNT(params), &rows, msg);

    return err == ERR_OK ? read_due(&rows, arena, ret_dues, ret_count, msg) : err;
}

enum err billing_set_audited(struct db *db, struct arena *arena, const struct billing_place *place,
                             int64_t now_us, struct errmsg *msg)
{
    const struct db_value params[] = {db_time(now_us), db_int(place->team_id),
                                      db_text(tier_text(place->tier))};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_BILLING_SET_AUDITED, params, HW_COUNT(params), &ignored,
                    msg);
}

enum err billing_set_drifted(struct db *db, struct arena *arena, const struct billing_place *place,
                             int64_t quantity, int64_t version, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(quantity), db_int(version), db_int(place->team_id),
                                      db_text(tier_text(place->tier))};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_SET_DRIFTED, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count != 1)
        return errmsg_set(msg, ERR_NOT_FOUND, "an attempt is under way");
    return err;
}

enum err billing_take_lease(struct db *db, struct arena *arena, const struct billing_place *place,
                            int64_t now_us, int64_t until_us, bool *ret_taken, struct errmsg *msg)
{
    const struct db_value params[] = {owner_value(place),     db_time(until_us),
                                      db_int(place->team_id), db_text(tier_text(place->tier)),
                                      db_time(now_us),        owner_value(place)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_TAKE_LEASE, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK)
        *ret_taken = result.affected_count == 1;
    return err;
}

enum err billing_release_lease(struct db *db, struct arena *arena,
                               const struct billing_place *place, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(place->team_id), db_text(tier_text(place->tier)),
                                      owner_value(place)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_BILLING_RELEASE_LEASE, params, HW_COUNT(params), &ignored,
                    msg);
}

enum err billing_lock(struct db *db, struct arena *arena, const struct billing_place *place,
                      struct billing *ret_billing, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(place->team_id), db_text(tier_text(place->tier)),
                                      owner_value(place)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_LOCK, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the billing lease is not ours any more");
    ret_billing->desired_version = db_result_get(&rows, 0, 0)->integer;
    ret_billing->applied_version = db_result_get(&rows, 0, 1)->integer;
    ret_billing->applied_quantity = quantity_read(db_result_get(&rows, 0, 2));
    return ERR_OK;
}

enum err billing_set_confirmed(struct db *db, struct arena *arena,
                               const struct billing_place *place, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(place->team_id), db_text(tier_text(place->tier)),
                                      owner_value(place)};
    struct db_result result;
    enum err err = db_query(db, arena, STATEMENT_BILLING_SET_CONFIRMED, params, HW_COUNT(params),
                            &result, msg);

    if (err == ERR_OK && result.affected_count != 1)
        return errmsg_set(msg, ERR_NOT_FOUND, "an attempt stands, or the lease is not ours");
    return err;
}

enum err billing_add_attempt(struct db *db, struct arena *arena, const struct billing_place *place,
                             const struct billing *attempt, int64_t since_us, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(attempt->attempt_key),
                                      db_int(attempt->attempt_version),
                                      db_int(attempt->attempt_quantity),
                                      db_time(attempt->attempt_us),
                                      db_time(since_us),
                                      db_time(since_us),
                                      db_int(place->team_id),
                                      db_text(tier_text(place->tier)),
                                      owner_value(place)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_ADD_ATTEMPT, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count != 1)
        return errmsg_set(msg, ERR_NOT_FOUND, "the billing lease is not ours any more");
    return err;
}

enum err billing_set_applied(struct db *db, struct arena *arena, const struct billing_place *place,
                             const char *attempt_key, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(place->team_id), db_text(tier_text(place->tier)),
                                      db_text(attempt_key)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_BILLING_SET_APPLIED, params, HW_COUNT(params), &ignored,
                    msg);
}

enum err billing_remove_attempt(struct db *db, struct arena *arena,
                                const struct billing_place *place, const char *attempt_key,
                                struct errmsg *msg)
{
    const struct db_value params[] = {db_int(place->team_id), db_text(tier_text(place->tier)),
                                      db_text(attempt_key)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_BILLING_REMOVE_ATTEMPT, params, HW_COUNT(params), &ignored,
                    msg);
}

enum err billing_list(struct db *db, struct arena *arena, int64_t team_id,
                      struct billing_state **ret_states, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    struct billing_state *states;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_LIST, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    states = arena_array(arena, rows.row_count, sizeof *states);
    for (size_t i = 0; i < rows.row_count; i++) {
        states[i] = (struct billing_state){
            .item_id = db_result_get(&rows, i, 1)->bytes,
            .desired_version = db_result_get(&rows, i, 2)->integer,
            .applied_version = db_result_get(&rows, i, 3)->integer,
            .applied_quantity = quantity_read(db_result_get(&rows, i, 4)),
            .has_attempt = db_result_get(&rows, i, 5)->integer != 0,
            .lease_until_us = db_result_get(&rows, i, 6)->integer,
            .last_attempt_us = db_result_get(&rows, i, 7)->integer,
            .audited_us = db_result_get(&rows, i, 8)->integer,
        };
        if (!tier_find(db_result_get(&rows, i, 0)->bytes, &states[i].tier))
            return errmsg_set(msg, ERR_INTERNAL, "the table has an unknown tier");
    }
    *ret_states = states;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err billing_set_item(struct db *db, struct arena *arena, const struct billing_place *place,
                          const char *item_id, int64_t version, int64_t now_us, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(item_id), db_int(version), db_int(place->team_id),
                                      db_text(tier_text(place->tier)), db_time(now_us)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_BILLING_SET_ITEM, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "somebody talks to Stripe about the row");
    return err;
}
