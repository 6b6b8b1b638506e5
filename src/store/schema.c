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

enum err schema_list_odd_columns(struct db *db, struct arena *arena,
                                 struct schema_column **ret_columns, size_t *ret_count,
                                 struct errmsg *msg)
{
    struct db_result rows;
    struct schema_column *columns;
    enum err err = db_query(db, arena, STATEMENT_SCHEMA_LIST_ODD_COLUMNS, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    columns = arena_array(arena, rows.row_count, sizeof *columns);
    for (size_t i = 0; i < rows.row_count; i++)
        columns[i] = (struct schema_column){
            .table = db_result_get(&rows, i, 0)->bytes,
            .name = db_result_get(&rows, i, 1)->bytes,
            .type = db_result_get(&rows, i, 2)->bytes,
            .collation = db_result_get(&rows, i, 3)->bytes,
            .wanted = db_result_get(&rows, i, 4)->bytes,
            .wanted_charset = db_result_get(&rows, i, 5)->bytes,
            .is_nullable = db_result_get(&rows, i, 6)->integer != 0,
        };
    *ret_columns = columns;
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

enum err schema_list_grants(struct db *db, struct arena *arena, struct schema_grant **ret_grants,
                            size_t *ret_count, struct errmsg *msg)
{
    struct schema_grant *grants;
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_SCHEMA_LIST_GRANTS, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    grants = arena_array(arena, rows.row_count, sizeof *grants);
    for (size_t i = 0; i < rows.row_count; i++)
        grants[i] = (struct schema_grant){
            .privilege = db_result_get(&rows, i, 0)->bytes,
            .scope = db_result_get(&rows, i, 1)->bytes,
            .is_ours = db_result_get(&rows, i, 2)->integer != 0,
            .is_grantable = db_result_get(&rows, i, 3)->integer != 0,
        };
    *ret_grants = grants;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err schema_get_place(struct db *db, struct arena *arena, struct schema_place *ret_place,
                          struct errmsg *msg)
{
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_SCHEMA_GET_PLACE, NULL, 0, &rows, msg);

    if (err == ERR_OK)
        *ret_place = (struct schema_place){.data_dir = db_result_get(&rows, 0, 0)->bytes,
                                           .host = db_result_get(&rows, 0, 1)->bytes,
                                           .seen_from = db_result_get(&rows, 0, 2)->bytes};
    return err;
}

enum err schema_get_time(struct db *db, struct arena *arena, int64_t *ret_now_us,
                         struct errmsg *msg)
{
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_SCHEMA_GET_TIME, NULL, 0, &rows, msg);

    if (err == ERR_OK)
        *ret_now_us = db_result_get(&rows, 0, 0)->integer;
    return err;
}
