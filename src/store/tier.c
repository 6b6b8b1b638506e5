#include "store/tier.h"

#include "base/arena.h"
#include "edge/db.h"

enum err tier_list(struct db *db, struct arena *arena, struct tier_row **ret_rows,
                   size_t *ret_count, struct errmsg *msg)
{
    struct db_result rows;
    struct tier_row *tiers;
    enum err err = db_query(db, arena, STATEMENT_TIER_LIST, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    tiers = arena_array(arena, rows.row_count, sizeof *tiers);
    for (size_t i = 0; i < rows.row_count; i++) {
        tiers[i] = (struct tier_row){
            .cap = db_result_get(&rows, i, 1)->integer,
            .account_count = db_result_get(&rows, i, 2)->integer,
            .above_count = db_result_get(&rows, i, 3)->integer,
            .streams_max = db_result_get(&rows, i, 4)->integer,
        };
        if (!tier_find(db_result_get(&rows, i, 0)->bytes, &tiers[i].tier))
            return errmsg_set(msg, ERR_INTERNAL, "the table has an unknown tier");
    }
    *ret_rows = tiers;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err tier_set_cap(struct db *db, struct arena *arena, enum tier tier, int64_t cap,
                      struct errmsg *msg)
{
    const struct db_value params[] = {db_int(cap), db_text(tier_text(tier))};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_TIER_SET_CAP, params, HW_COUNT(params), &ignored, msg);
}
