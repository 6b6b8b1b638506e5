#include "store/label.h"

#include "base/arena.h"
#include "base/buf.h"
#include "edge/db.h"
#include "edge/json_write.h"
#include "rule/label_suggest.h"
#include "rule/segment_input.h"

/* The labels as the statement wants them: [["job_role","founder"], ...]. */
static const char *labels_as_json(struct arena *arena, struct label_input *const *labels,
                                  size_t count)
{
    struct json_node *root = json_node_new(arena);
    struct json_node *list = json_node_add_array(root, "labels");
    struct buf text;

    for (size_t i = 0; i < count; i++) {
        struct json_node *item = json_node_push_array(list);

        json_node_push_text(item, labels[i]->category);
        json_node_push_text(item, labels[i]->folded);
    }
    buf_init(&text, arena);
    json_node_write(root, &text);
    return text.text;
}

enum err label_find(struct db *db, struct arena *arena, struct label_input *const *labels,
                    size_t count, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(labels_as_json(arena, labels, count))};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_LABEL_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < rows.row_count; i++) {
        size_t ord = (size_t)db_result_get(&rows, i, 0)->integer;

        if (ord >= 1 && ord <= count)
            labels[ord - 1]->label_id = db_result_get(&rows, i, 1)->integer;
    }
    return ERR_OK;
}

enum err label_list_spellings(struct db *db, struct arena *arena, const char *category,
                              struct label_name **ret_names, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(category)};
    struct db_result rows;
    struct label_name *names;
    enum err err =
        db_query(db, arena, STATEMENT_LABEL_LIST_SPELLINGS, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    names = arena_array(arena, rows.row_count, sizeof *names);
    for (size_t i = 0; i < rows.row_count; i++)
        names[i] = (struct label_name){.name = db_result_get(&rows, i, 0)->bytes,
                                       .canonical = db_result_get(&rows, i, 1)->bytes};
    *ret_names = names;
    *ret_count = rows.row_count;
    return ERR_OK;
}
