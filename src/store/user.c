#include "store/user.h"

#include "edge/db.h"

enum err user_add(struct db *db, struct arena *arena, struct user *user, int64_t now_us,
                  struct errmsg *msg)
{
    const struct db_value params[] = {db_int(user->team_id), db_text(user->name),
                                      db_text(user->email), db_text(user->timezone),
                                      db_time(now_us)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_USER_ADD, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        user->id = db_result_get(&rows, 0, 0)->integer;
    return err;
}

enum err user_find(struct db *db, struct arena *arena, int64_t id, struct user *ret_user,
                   struct errmsg *msg)
{
    const struct db_value params[] = {db_int(id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_USER_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no user with this id");
    *ret_user = (struct user){
        .id = id,
        .team_id = db_result_get(&rows, 0, 1)->integer,
        .name = db_result_get(&rows, 0, 2)->bytes,
        .email = db_result_get(&rows, 0, 3)->bytes,
        .timezone = db_result_get(&rows, 0, 4)->bytes,
    };
    return ERR_OK;
}
