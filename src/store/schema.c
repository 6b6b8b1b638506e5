#include "store/schema.h"

#include "base/arena.h"
#include "edge/db.h"

enum err schema_find_table(struct db *db, struct arena *arena, const char *name, bool *ret_found,
                           struct errmsg *msg)
{
    const struct db_value params[] = {db_text(name)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_SCHEMA_FIND_TABLE, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_found = rows.row_count > 0;
    return err;
}

enum err schema_list_odd_tables(struct db *db, struct arena *arena,
                                struct schema_table **ret_tables, size_t *ret_count,
                                struct errmsg *msg)
{
    struct db_result rows;
    struct schema_table *tables;
    enum err err = db_query(db, arena, STATEMENT_SCHEMA_LIST_ODD_TABLES, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    tables = arena_array(arena, rows.row_count, sizeof *tables);
    for (size_t i = 0; i < rows.row_count; i++)
        tables[i] = (struct schema_table){
            .name = db_result_get(&rows, i, 0)->bytes,
            .engine = db_result_get(&rows, i, 1)->bytes,
            .collation = db_result_get(&rows, i, 2)->bytes,
        };
    *ret_tables = tables;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err schema_get_isolation(struct db *db, struct arena *arena, const char **ret_level,
                              struct errmsg *msg)
{
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_SCHEMA_GET_ISOLATION, NULL, 0, &rows, msg);

    if (err == ERR_OK)
        *ret_level = db_result_get(&rows, 0, 0)->bytes;
    return err;
}
