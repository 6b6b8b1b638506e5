#include "store/account.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "edge/db.h"
#include "store/segment.h"

static const char *const state_texts[ACCOUNT__MAX] = {"pending", "active", "sleeping"};

static enum account_state state_of(const char *text)
{
    for (size_t i = 0; i < HW_COUNT(state_texts); i++)
        if (strcmp(state_texts[i], text) == 0)
            return (enum account_state)i;
    abort();
}

/* The account in the first seven columns of a row. */
static struct account account_of_row(const struct db_result *rows, size_t i)
{
    struct account account = {
        .id = db_result_get(rows, i, 0)->integer,
        .x_user_id = db_result_get(rows, i, 1)->integer,
        .handle = db_result_get(rows, i, 2)->bytes,
        .state = state_of(db_result_get(rows, i, 4)->bytes),
        .automated_streams = db_result_get(rows, i, 5)->integer,
        .stream_cap = db_result_get(rows, i, 6)->integer,
    };

    if (!tier_find(db_result_get(rows, i, 3)->bytes, &account.tier))
        abort();
    return account;
}

static void accounts_of_rows(struct arena *arena, const struct db_result *rows,
                             struct account_list *ret_accounts)
{
    ret_accounts->items = arena_array(arena, rows->row_count, sizeof *ret_accounts->items);
    ret_accounts->count = rows->row_count;
    for (size_t i = 0; i < rows->row_count; i++)
        ret_accounts->items[i] = account_of_row(rows, i);
}

/* The parameters LEAD followed by the ids. */
static struct db_value *params_with_ids(struct arena *arena, const struct db_value *lead,
                                        size_t lead_count, const int64_t *ids, size_t count)
{
    struct db_value *params = arena_array(arena, lead_count + count, sizeof *params);

    memcpy(params, lead, lead_count * sizeof *lead);
    for (size_t i = 0; i < count; i++)
        params[lead_count + i] = db_int(ids[i]);
    return params;
}

/* Runs a statement whose parameters are LEAD and a list of ids. */
static enum err query_ids(struct db *db, struct arena *arena, enum statement_name statement,
                          const struct db_value *lead, size_t lead_count, const int64_t *ids,
                          size_t count, struct db_result *ret_rows, struct errmsg *msg)
{
    const struct db_value *params = params_with_ids(arena, lead, lead_count, ids, count);

    return db_query(db, arena, statement, params, lead_count + count, ret_rows, msg);
}

enum err account_find_with_segment(struct db *db, struct arena *arena, int64_t team_id,
                                   const int64_t *ids, size_t count, int64_t segment_id,
                                   struct account_list *ret_accounts,
                                   struct segment_name *ret_segment, struct errmsg *msg)
{
    const struct db_value lead[] = {db_int(segment_id), db_int(team_id)};
    struct db_result rows;
    enum err err = query_ids(db, arena, STATEMENT_ACCOUNT_FIND_WITH_SEGMENT, lead, HW_COUNT(lead),
                             ids, count, &rows, msg);

    if (err != ERR_OK)
        return err;
    accounts_of_rows(arena, &rows, ret_accounts);
    *ret_segment = (struct segment_name){0};
    if (rows.row_count > 0)
        *ret_segment = (struct segment_name){
            .id = db_result_get(&rows, 0, 7)->integer,
            .name = db_result_get(&rows, 0, 8)->bytes,
            .description = db_result_get(&rows, 0, 9)->bytes,
        };
    return ERR_OK;
}

enum err account_find(struct db *db, struct arena *arena, int64_t team_id, const int64_t *ids,
                      size_t count, struct account_list *ret_accounts, struct errmsg *msg)
{
    const struct db_value lead[] = {db_int(team_id)};
    struct db_result rows;
    enum err err =
        query_ids(db, arena, STATEMENT_ACCOUNT_FIND, lead, HW_COUNT(lead), ids, count, &rows, msg);

    if (err == ERR_OK)
        accounts_of_rows(arena, &rows, ret_accounts);
    return err;
}

enum err account_find_by_handle(struct db *db, struct arena *arena, int64_t team_id,
                                const char *const *handles, size_t count,
                                struct account_list *ret_accounts, struct errmsg *msg)
{
    struct db_value *params = arena_array(arena, 1 + count, sizeof *params);
    struct db_result rows;
    enum err err;

    params[0] = db_int(team_id);
    for (size_t i = 0; i < count; i++)
        params[1 + i] = db_text(handles[i]);
    err = db_query(db, arena, STATEMENT_ACCOUNT_FIND_BY_HANDLE, params, 1 + count, &rows, msg);
    if (err == ERR_OK)
        accounts_of_rows(arena, &rows, ret_accounts);
    return err;
}

enum err account_find_by_x_user(struct db *db, struct arena *arena, int64_t team_id,
                                const int64_t *x_user_ids, size_t count,
                                struct account_list *ret_accounts, struct errmsg *msg)
{
    const struct db_value lead[] = {db_int(team_id)};
    struct db_result rows;
    enum err err = query_ids(db, arena, STATEMENT_ACCOUNT_FIND_BY_X_USER, lead, HW_COUNT(lead),
                             x_user_ids, count, &rows, msg);

    if (err == ERR_OK)
        accounts_of_rows(arena, &rows, ret_accounts);
    return err;
}

enum err account_count_tracked(struct db *db, struct arena *arena, int64_t team_id,
                               int64_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_ACCOUNT_COUNT_TRACKED, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_count = db_result_get(&rows, 0, 0)->integer;
    return err;
}

enum err account_count_billable(struct db *db, struct arena *arena, int64_t team_id, enum tier tier,
                                int64_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_text(tier_text(tier))};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_ACCOUNT_COUNT_BILLABLE, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_count = db_result_get(&rows, 0, 0)->integer;
    return err;
}

static void put_account(struct db_value *params, int64_t team_id, const struct account *account,
                        int64_t now_us)
{
    bool is_active = account->state == ACCOUNT_ACTIVE;

    params[0] = db_int(team_id);
    params[1] = db_int(account->x_user_id);
    params[2] = db_text(account->handle);
    params[3] = db_text(tier_text(account->tier));
    params[4] = db_text(state_texts[account->state]);
    params[5] = is_active ? db_time(now_us) : db_null();
    params[6] = db_time(now_us);
}

enum err account_add(struct db *db, struct arena *arena, int64_t team_id,
                     struct account *const *accounts, size_t count, int64_t now_us,
                     struct errmsg *msg)
{
    enum { WIDTH = 7 };
    struct db_value *params = arena_array(arena, count * WIDTH, sizeof *params);
    struct db_result rows;
    enum err err;

    for (size_t i = 0; i < count; i++)
        put_account(params + i * WIDTH, team_id, accounts[i], now_us);
    err = db_query(db, arena, STATEMENT_ACCOUNT_ADD, params, count * WIDTH, &rows, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        accounts[i]->id = db_result_get(&rows, i, 0)->integer;
    return ERR_OK;
}

enum err account_wake(struct db *db, struct arena *arena, int64_t team_id, const int64_t *ids,
                      size_t count, enum account_state state, struct errmsg *msg)
{
    const struct db_value lead[] = {db_text(state_texts[state]), db_int(team_id)};
    struct db_result ignored;

    return query_ids(db, arena, STATEMENT_ACCOUNT_WAKE, lead, HW_COUNT(lead), ids, count, &ignored,
                     msg);
}

enum err account_set_handle(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                            const char *handle, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(handle), db_int(team_id), db_int(id),
                                      db_text(handle)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_ACCOUNT_SET_HANDLE, params, HW_COUNT(params), &ignored,
                    msg);
}

enum err account_take_stream(struct db *db, struct arena *arena, int64_t team_id,
                             const int64_t *ids, size_t count, bool pending_too, int64_t *ret_count,
                             struct errmsg *msg)
{
    const struct db_value lead[] = {
        db_int(team_id), db_text(state_texts[pending_too ? ACCOUNT_PENDING : ACCOUNT_ACTIVE])};
    struct db_result result;
    enum err err = query_ids(db, arena, STATEMENT_ACCOUNT_TAKE_STREAM, lead, HW_COUNT(lead), ids,
                             count, &result, msg);

    if (err == ERR_OK)
        *ret_count = result.affected_count;
    return err;
}

enum err account_free_stream(struct db *db, struct arena *arena, int64_t team_id,
                             const int64_t *ids, size_t count, struct errmsg *msg)
{
    const struct db_value lead[] = {db_int(team_id)};
    struct db_result ignored;

    return query_ids(db, arena, STATEMENT_ACCOUNT_FREE_STREAM, lead, HW_COUNT(lead), ids, count,
                     &ignored, msg);
}

enum err account_activate(struct db *db, struct arena *arena, int64_t team_id, const int64_t *ids,
                          size_t count, int64_t now_us, struct errmsg *msg)
{
    const struct db_value lead[] = {db_time(now_us), db_int(team_id)};
    struct db_result ignored;

    return query_ids(db, arena, STATEMENT_ACCOUNT_ACTIVATE, lead, HW_COUNT(lead), ids, count,
                     &ignored, msg);
}

enum err account_drop_unpaid(struct db *db, struct arena *arena, int64_t team_id,
                             const int64_t *ids, size_t count, struct errmsg *msg)
{
    const struct db_value lead[] = {db_int(team_id)};
    struct db_result ignored;
    enum err err = query_ids(db, arena, STATEMENT_ACCOUNT_SLEEP_UNPAID, lead, HW_COUNT(lead), ids,
                             count, &ignored, msg);

    if (err != ERR_OK)
        return err;
    return query_ids(db, arena, STATEMENT_ACCOUNT_REMOVE_UNPAID, lead, HW_COUNT(lead), ids, count,
                     &ignored, msg);
}

enum err account_count_by_tier(struct db *db, struct arena *arena, int64_t team_id,
                               struct account_count ret_counts[TIER__MAX], struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    enum tier tier;
    enum err err =
        db_query(db, arena, STATEMENT_ACCOUNT_COUNT_BY_TIER, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < TIER__MAX; i++)
        ret_counts[i] = (struct account_count){0};
    for (size_t i = 0; i < rows.row_count; i++)
        if (tier_find(db_result_get(&rows, i, 0)->bytes, &tier))
            ret_counts[tier] = (struct account_count){
                .all = db_result_get(&rows, i, 1)->integer,
                .sleeping = db_result_get(&rows, i, 2)->integer,
                .streams = db_result_get(&rows, i, 3)->integer,
            };
    return ERR_OK;
}

enum err account_set_tier(struct db *db, struct arena *arena, int64_t team_id, enum tier tier,
                          struct errmsg *msg)
{
    const struct db_value params[] = {db_text(tier_text(tier)), db_int(team_id),
                                      db_text(tier_text(tier))};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_ACCOUNT_SET_TIER, params, HW_COUNT(params), &ignored, msg);
}

enum err account_count_free(struct db *db, struct arena *arena, int64_t team_id, int64_t *ret_count,
                            struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_ACCOUNT_COUNT_FREE, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_count = db_result_get(&rows, 0, 0)->integer;
    return err;
}
