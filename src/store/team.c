#include "store/team.h"

#include <string.h>

#include "base/arena.h"
#include "edge/db.h"
#include "store/caller.h"

enum err team_add(struct db *db, struct arena *arena, struct team *team, int64_t now_us,
                  struct errmsg *msg)
{
    const struct db_value params[] = {db_text(team->name), db_text(team->is_free ? "free" : "paid"),
                                      db_text(team->subscription_status),
                                      db_text(team->subscription_id), db_time(now_us)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_TEAM_ADD, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        team->id = db_result_get(&rows, 0, 0)->integer;
    return err;
}

static struct team team_of_row(const struct db_result *rows, size_t row)
{
    return (struct team){
        .id = db_result_get(rows, row, 0)->integer,
        .name = db_result_get(rows, row, 1)->bytes,
        .is_free = strcmp(db_result_get(rows, row, 2)->bytes, "free") == 0,
        .subscription_status = db_result_get(rows, row, 3)->bytes,
        .subscription_id = db_result_get(rows, row, 4)->bytes,
        .created_us = db_result_get(rows, row, 5)->integer,
    };
}

enum err team_find(struct db *db, struct arena *arena, int64_t id, struct team *ret_team,
                   struct errmsg *msg)
{
    const struct db_value params[] = {db_int(id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_TEAM_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no team with this id");
    *ret_team = team_of_row(&rows, 0);
    return ERR_OK;
}

enum err team_find_by_subscription(struct db *db, struct arena *arena, const char *subscription_id,
                                   int64_t *ret_id, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(subscription_id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_TEAM_FIND_BY_SUBSCRIPTION, params,
                            HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "no team has this subscription");
    *ret_id = db_result_get(&rows, 0, 0)->integer;
    return ERR_OK;
}

enum err team_set_status(struct db *db, struct arena *arena, int64_t id,
                         const struct team_status *status, bool *ret_is_set, struct errmsg *msg)
{
    const struct db_value params[] = {
        db_text(status->status),
        db_time(status->created_us),
        db_int(id),
        db_text(status->subscription_id),
        db_text(status->status),
        db_time(status->created_us),
        db_time(status->created_us),
        db_bool(status->wins_tie),
        db_text(status->previous_status),
    };
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_TEAM_SET_STATUS, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_is_set = rows.affected_count > 0;
    return err;
}

enum err team_lock(struct db *db, struct arena *arena, struct caller *caller, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(caller->team_id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_TEAM_LOCK, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_UNAUTHORIZED, "the team is gone");
    caller->is_free = db_result_get(&rows, 0, 0)->integer != 0;
    caller->subscription_is_live = db_result_get(&rows, 0, 1)->integer != 0;
    return ERR_OK;
}

enum err team_list(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                   struct team **ret_teams, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(after_id), db_int(limit)};
    struct db_result rows;
    struct team *teams;
    enum err err = db_query(db, arena, STATEMENT_TEAM_LIST, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    teams = arena_array(arena, rows.row_count, sizeof *teams);
    for (size_t i = 0; i < rows.row_count; i++)
        teams[i] = team_of_row(&rows, i);
    *ret_teams = teams;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err team_set_name(struct db *db, struct arena *arena, int64_t id, const char *name,
                       struct errmsg *msg)
{
    const struct db_value params[] = {db_text(name), db_int(id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_TEAM_SET_NAME, params, HW_COUNT(params), &ignored, msg);
}

enum err team_set_plan(struct db *db, struct arena *arena, int64_t id, const char *subscription_id,
                       const char *subscription_status, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(subscription_id), db_text(subscription_status),
                                      db_int(id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_TEAM_SET_PLAN, params, HW_COUNT(params), &ignored, msg);
}
