#include "store/label.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"
#include "edge/db.h"
#include "edge/json_read.h"
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

/* The aliases come as a JSON array of texts. */
static enum err aliases_read(struct arena *arena, const struct db_value *text, struct label *label,
                             struct errmsg *msg)
{
    const char **aliases;
    struct value list;
    enum err err = json_read(arena, text->bytes, text->len, &list, msg);

    if (err != ERR_OK || list.kind != VALUE_ARRAY)
        return errmsg_set(msg, ERR_INTERNAL, "the database's list of aliases cannot be read");
    aliases = arena_array(arena, list.count, sizeof *aliases);
    for (size_t i = 0; i < list.count; i++)
        aliases[i] = list.items[i].text;
    label->aliases = aliases;
    label->alias_count = list.count;
    return ERR_OK;
}

static enum err label_of_row(struct arena *arena, const struct db_result *rows, size_t row,
                             struct label *ret_label, struct errmsg *msg)
{
    *ret_label = (struct label){.id = db_result_get(rows, row, 0)->integer,
                                .category = db_result_get(rows, row, 1)->bytes,
                                .name = db_result_get(rows, row, 2)->bytes};
    return aliases_read(arena, db_result_get(rows, row, 3), ret_label, msg);
}

enum err label_list(struct db *db, struct arena *arena, const char *category,
                    struct label **ret_labels, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(category), db_text(category)};
    struct db_result rows;
    struct label *labels;
    enum err err = db_query(db, arena, STATEMENT_LABEL_LIST, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    labels = arena_array(arena, rows.row_count, sizeof *labels);
    for (size_t i = 0; i < rows.row_count && err == ERR_OK; i++)
        err = label_of_row(arena, &rows, i, &labels[i], msg);
    *ret_labels = labels;
    *ret_count = rows.row_count;
    return err;
}

enum err label_get(struct db *db, struct arena *arena, int64_t id, struct label *ret_label,
                   struct errmsg *msg)
{
    const struct db_value params[] = {db_int(id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_LABEL_GET, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no label with this id");
    return label_of_row(arena, &rows, 0, ret_label, msg);
}

enum err label_lock(struct db *db, struct arena *arena, int64_t id, struct label *ret_label,
                    struct errmsg *msg)
{
    const struct db_value params[] = {db_int(id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_LABEL_LOCK, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no label with this id");
    *ret_label = (struct label){.id = id,
                                .category = db_result_get(&rows, 0, 0)->bytes,
                                .name = db_result_get(&rows, 0, 1)->bytes};
    return ERR_OK;
}

enum err label_add(struct db *db, struct arena *arena, struct label *label, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(label->category), db_text(label->name)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_LABEL_ADD, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        label->id = db_result_get(&rows, 0, 0)->integer;
    return err;
}

enum err label_set_name(struct db *db, struct arena *arena, int64_t id, const char *name,
                        struct errmsg *msg)
{
    const struct db_value params[] = {db_text(name), db_int(id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_LABEL_SET_NAME, params, HW_COUNT(params), &ignored, msg);
}
