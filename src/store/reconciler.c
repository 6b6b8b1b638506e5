#include "store/reconciler.h"

#include "edge/db.h"

enum err reconciler_add_pass(struct db *db, struct arena *arena, const struct reconciler *pass,
                             struct errmsg *msg)
{
    const struct db_value params[] = {
        pass->pass_us == 0 ? db_null() : db_time(pass->pass_us),
        db_int(pass->pass_count),
        db_int(pass->stream_finished_count),
        db_int(pass->stream_refused_count),
        db_int(pass->stream_failed_count),
        db_int(pass->tier_settled_count),
        db_int(pass->key_removed_count),
        db_int(pass->item_audited_count),
        db_int(pass->item_drifted_count),
    };
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_RECONCILER_ADD_PASS, params, HW_COUNT(params), &ignored,
                    msg);
}

enum err reconciler_get(struct db *db, struct arena *arena, struct reconciler *ret_reconciler,
                        struct reconciler_backlog *ret_backlog, struct errmsg *msg)
{
    struct db_result rows;
    const struct db_value *row;
    enum err err = db_query(db, arena, STATEMENT_RECONCILER_GET, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count != 1)
        return errmsg_set(msg, ERR_DB, "the table reconciler has lost its row");
    row = rows.values; /* a null time has 0 in it */
    *ret_reconciler = (struct reconciler){
        .pass_us = row[0].integer,
        .pass_count = row[1].integer,
        .stream_finished_count = row[2].integer,
        .stream_refused_count = row[3].integer,
        .stream_failed_count = row[4].integer,
        .tier_settled_count = row[5].integer,
        .key_removed_count = row[6].integer,
        .item_audited_count = row[7].integer,
        .item_drifted_count = row[8].integer,
    };
    *ret_backlog =
        (struct reconciler_backlog){.pending_count = row[9].integer, .oldest_us = row[10].integer};
    return ERR_OK;
}
