#include "store/label_category.h"

#include "base/arena.h"
#include "edge/db.h"

enum err label_category_list(struct db *db, struct arena *arena,
                             struct label_category **ret_categories, size_t *ret_count,
                             struct errmsg *msg)
{
    struct db_result rows;
    struct label_category *categories;
    enum err err = db_query(db, arena, STATEMENT_LABEL_CATEGORY_LIST, NULL, 0, &rows, msg);

    if (err != ERR_OK)
        return err;
    categories = arena_array(arena, rows.row_count, sizeof *categories);
    for (size_t i = 0; i < rows.row_count; i++)
        categories[i] = (struct label_category){
            .name = db_result_get(&rows, i, 0)->bytes,
            .title = db_result_get(&rows, i, 1)->bytes,
            .label_count = db_result_get(&rows, i, 2)->integer,
        };
    *ret_categories = categories;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err label_category_add(struct db *db, struct arena *arena,
                            const struct label_category *category, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(category->name), db_text(category->title)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_LABEL_CATEGORY_ADD, params, HW_COUNT(params), &ignored,
                    msg);
}
