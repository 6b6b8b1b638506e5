#include "store/schema_migration.h"

#include <string.h>

#include "base/arena.h"
#include "edge/db.h"

enum err schema_migration_init(struct db *db, struct arena *arena, struct errmsg *msg)
{
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_SCHEMA_MIGRATION_INIT, NULL, 0, &ignored, msg);
}

enum err schema_migration_list_applied(struct db *db, struct arena *arena,
                                       struct schema_migration **ret_rows, size_t *ret_count,
                                       struct errmsg *msg)
{
    struct db_result rows;
    struct schema_migration *migrations;
    enum err err =
        db_query(db, arena, STATEMENT_SCHEMA_MIGRATION_LIST_APPLIED, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    migrations = arena_array(arena, rows.row_count, sizeof *migrations);
    for (size_t i = 0; i < rows.row_count; i++) {
        migrations[i].version = db_result_get(&rows, i, 0)->integer;
        migrations[i].name = db_result_get(&rows, i, 1)->bytes;
        memcpy(migrations[i].checksum, db_result_get(&rows, i, 2)->bytes, DIGEST_BYTES);
        migrations[i].applied_us = db_result_get(&rows, i, 3)->integer;
    }
    *ret_rows = migrations;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err schema_migration_add(struct db *db, struct arena *arena,
                              const struct schema_migration *migration, int64_t now_us,
                              struct errmsg *msg)
{
    const struct db_value params[] = {db_int(migration->version), db_text(migration->name),
                                      db_bytes(migration->checksum, DIGEST_BYTES), db_time(now_us)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_SCHEMA_MIGRATION_ADD, params, HW_COUNT(params), &ignored,
                    msg);
}
