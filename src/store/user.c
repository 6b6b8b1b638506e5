#include "store/user.h"

#include "base/arena.h"
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

static struct user user_of_row(const struct db_result *rows, size_t row)
{
    return (struct user){
        .id = db_result_get(rows, row, 0)->integer,
        .team_id = db_result_get(rows, row, 1)->integer,
        .name = db_result_get(rows, row, 2)->bytes,
        .email = db_result_get(rows, row, 3)->bytes,
        .timezone = db_result_get(rows, row, 4)->bytes,
    };
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
    *ret_user = user_of_row(&rows, 0);
    return ERR_OK;
}

enum err user_list(struct db *db, struct arena *arena, int64_t team_id, struct user **ret_users,
                   size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    struct user *users;
    enum err err = db_query(db, arena, STATEMENT_USER_LIST, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    users = arena_array(arena, rows.row_count, sizeof *users);
    for (size_t i = 0; i < rows.row_count; i++)
        users[i] = user_of_row(&rows, i);
    *ret_users = users;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err user_set(struct db *db, struct arena *arena, const struct user *user, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(user->name), db_text(user->email),
                                      db_text(user->timezone), db_int(user->team_id),
                                      db_int(user->id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_USER_SET, params, HW_COUNT(params), &ignored, msg);
}
