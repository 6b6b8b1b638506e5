#include "store/api_key.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "edge/db.h"
#include "store/caller.h"

enum err api_key_find(struct db *db, struct arena *arena, const char *public_id,
                      struct api_key *ret_key, struct caller *ret_caller, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(public_id)};
    struct db_result rows;
    const char *timezone;
    enum err err =
        db_query(db, arena, STATEMENT_API_KEY_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0 || db_result_get(&rows, 0, 0)->len != DIGEST_BYTES)
        return errmsg_set(msg, ERR_NOT_FOUND, "no live key has this id");
    memcpy(ret_key->hash, db_result_get(&rows, 0, 0)->bytes, DIGEST_BYTES);
    ret_key->last_used_us = db_result_get(&rows, 0, 3)->integer;
    timezone = db_result_get(&rows, 0, 4)->bytes;
    *ret_caller = (struct caller){
        .team_id = db_result_get(&rows, 0, 1)->integer,
        .user_id = db_result_get(&rows, 0, 2)->integer,
        .is_free = db_result_get(&rows, 0, 5)->integer != 0,
        .subscription_is_live = db_result_get(&rows, 0, 6)->integer != 0,
    };
    snprintf(ret_caller->timezone, sizeof ret_caller->timezone, "%s",
             timezone == NULL ? "" : timezone);
    return ERR_OK;
}

enum err api_key_set_used(struct db *db, struct arena *arena, const char *public_id,
                          int64_t team_id, int64_t now_us, struct errmsg *msg)
{
    const struct db_value params[] = {db_time(now_us), db_text(public_id), db_int(team_id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_API_KEY_SET_USED, params, HW_COUNT(params), &ignored, msg);
}

enum err api_key_add(struct db *db, struct arena *arena, const char *public_id,
                     const unsigned char hash[DIGEST_BYTES], int64_t user_id, const char *name,
                     int64_t now_us, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(public_id), db_bytes(hash, DIGEST_BYTES),
                                      db_text(name), db_time(now_us), db_int(user_id)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_API_KEY_ADD, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no user with this id");
    return err;
}

static struct api_key_row api_key_of_row(const struct db_result *rows, size_t row)
{
    return (struct api_key_row){
        .public_id = db_result_get(rows, row, 0)->bytes,
        .team_id = db_result_get(rows, row, 1)->integer,
        .user_id = db_result_get(rows, row, 2)->integer,
        .name = db_result_get(rows, row, 3)->bytes,
        .created_us = db_result_get(rows, row, 4)->integer,
        .last_used_us = db_result_get(rows, row, 5)->integer,
        .revoked_us = db_result_get(rows, row, 6)->integer,
    };
}

enum err api_key_list(struct db *db, struct arena *arena, int64_t team_id,
                      struct api_key_row **ret_rows, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    struct api_key_row *keys;
    enum err err =
        db_query(db, arena, STATEMENT_API_KEY_LIST, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    keys = arena_array(arena, rows.row_count, sizeof *keys);
    for (size_t i = 0; i < rows.row_count; i++)
        keys[i] = api_key_of_row(&rows, i);
    *ret_rows = keys;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err api_key_revoke(struct db *db, struct arena *arena, const char *public_id, int64_t now_us,
                        struct errmsg *msg)
{
    const struct db_value params[] = {db_time(now_us), db_text(public_id)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_API_KEY_REVOKE, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no live key with this id");
    return err;
}

enum err api_key_get(struct db *db, struct arena *arena, const char *public_id,
                     struct api_key_row *ret_key, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(public_id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_API_KEY_GET, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no key with this id");
    *ret_key = api_key_of_row(&rows, 0);
    return ERR_OK;
}

enum err api_key_set_name(struct db *db, struct arena *arena, const char *public_id,
                          const char *name, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(name), db_text(public_id)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_API_KEY_SET_NAME, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no key with this id");
    return err;
}
