#include "store/label_alias.h"

#include "edge/db.h"

enum err label_alias_find(struct db *db, struct arena *arena, const char *category,
                          const char *alias, struct label_alias *ret_alias, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(category), db_text(alias)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_LABEL_ALIAS_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the spelling finds no label");
    *ret_alias = (struct label_alias){.label_id = db_result_get(&rows, 0, 0)->integer,
                                      .label = db_result_get(&rows, 0, 1)->bytes,
                                      .alias = db_result_get(&rows, 0, 2)->bytes};
    return ERR_OK;
}

enum err label_alias_add(struct db *db, struct arena *arena, const char *category,
                         const char *alias, int64_t label_id, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(category), db_text(alias), db_int(label_id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_LABEL_ALIAS_ADD, params, HW_COUNT(params), &ignored, msg);
}

enum err label_alias_remove(struct db *db, struct arena *arena, const char *category,
                            const char *alias, int64_t label_id, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(category), db_text(alias), db_int(label_id)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_LABEL_ALIAS_REMOVE, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the label has no such spelling");
    return err;
}
