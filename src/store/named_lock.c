#include "store/named_lock.h"

#include "edge/db.h"

enum err named_lock_take(struct db *db, struct arena *arena, const char *name, int64_t wait_s,
                         bool *ret_taken, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(name), db_int(wait_s)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_NAMED_LOCK_TAKE, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_taken = db_result_get(&rows, 0, 0)->integer == 1;
    return err;
}

enum err named_lock_release(struct db *db, struct arena *arena, const char *name,
                            struct errmsg *msg)
{
    const struct db_value params[] = {db_text(name)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_NAMED_LOCK_RELEASE, params, HW_COUNT(params), &ignored,
                    msg);
}
