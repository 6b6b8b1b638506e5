#include "flow/label_edit.h"

#include <inttypes.h>
#include <string.h>

#include "edge/db_tx.h"
#include "store/label.h"
#include "store/label_alias.h"
#include "store/label_category.h"

struct work {
    struct db *db;
    struct arena *arena;
    struct label_edit *edit;
};

/* Makes a spelling find the label, unless it does already. */
static enum err alias_put(const struct work *work, const char *category, const char *alias,
                          int64_t label_id, struct errmsg *msg)
{
    struct label_alias known;
    enum err err = label_alias_find(work->db, work->arena, category, alias, &known, msg);

    if (err == ERR_NOT_FOUND)
        err = label_alias_add(work->db, work->arena, category, alias, label_id, msg);
    else if (err == ERR_OK && known.label_id != label_id)
        return errmsg_set(msg, ERR_DB_DUPLICATE,
                          "The spelling \"%.100s\" finds the label \"%.100s\" (%" PRId64
                          ") already; letter case and accents do not count.",
                          alias, known.label, known.label_id);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err, "The spelling \"%.100s\" has just been given to another label.",
                          alias);
    return err;
}

enum err label_edit_require_category(struct db *db, struct arena *arena, const char *name,
                                     struct errmsg *msg)
{
    struct label_category *categories;
    size_t count;
    enum err err = label_category_list(db, arena, &categories, &count, msg);

    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        if (strcmp(categories[i].name, name) == 0)
            return ERR_OK;
    return errmsg_set(msg, ERR_NOT_FOUND,
                      "There is no category %.40s; `headwater category list` shows all, and "
                      "`headwater category create` makes one.",
                      name);
}

/* A name that is a spelling already is another label's: a label of ours is not there yet. */
static enum err name_check(const struct work *work, struct errmsg *msg)
{
    const struct label_edit *edit = work->edit;
    struct label_alias known;
    enum err err = label_alias_find(work->db, work->arena, edit->category, edit->name, &known, msg);

    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err != ERR_OK)
        return err;
    return errmsg_set(msg, ERR_DB_DUPLICATE,
                      "The spelling \"%.100s\" finds the label \"%.100s\" (%" PRId64
                      ") already; change that one with `headwater label set`.",
                      edit->name, known.label, known.label_id);
}

static enum err create_body(void *arg, struct errmsg *msg)
{
    const struct work *work = arg;
    struct label_edit *edit = work->edit;
    struct label label = {.category = edit->category, .name = edit->name};
    enum err err = label_edit_require_category(work->db, work->arena, edit->category, msg);

    if (err == ERR_OK)
        err = name_check(work, msg);
    if (err == ERR_OK)
        err = label_add(work->db, work->arena, &label, msg);
    if (err == ERR_OK)
        err = alias_put(work, edit->category, edit->name, label.id, msg);
    for (size_t i = 0; i < edit->added_count && err == ERR_OK; i++)
        err = alias_put(work, edit->category, edit->added[i], label.id, msg);
    edit->id = label.id;
    return err;
}

enum err label_edit_create(struct db *db, struct arena *arena, struct label_edit *edit,
                           struct errmsg *msg)
{
    struct work work = {db, arena, edit};

    return db_tx_run(db, create_body, &work, msg);
}

/* The spelling that is the label's name, whatever its letter case, must stay. */
static enum err alias_drop(const struct work *work, const struct label *label, const char *alias,
                           struct errmsg *msg)
{
    struct label_alias known, name = {0};
    enum err err = label_alias_find(work->db, work->arena, label->category, alias, &known, msg);

    if (err == ERR_OK)
        err = label_alias_find(work->db, work->arena, label->category, label->name, &name, msg);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return err;
    if (err == ERR_NOT_FOUND || known.label_id != label->id)
        return errmsg_set(msg, ERR_NOT_FOUND, "The label has no spelling \"%.100s\".", alias);
    if (strcmp(known.alias, name.alias) == 0)
        return errmsg_set(msg, ERR_USAGE,
                          "\"%.100s\" is the label's own name; give it another with --name, then "
                          "take this one away.",
                          alias);
    return label_alias_remove(work->db, work->arena, label->category, alias, label->id, msg);
}

static enum err set_body(void *arg, struct errmsg *msg)
{
    const struct work *work = arg;
    const struct label_edit *edit = work->edit;
    struct label label;
    enum err err = label_lock(work->db, work->arena, edit->id, &label, msg);

    if (err == ERR_NOT_FOUND)
        return errmsg_set(
            msg, err, "There is no label %" PRId64 "; `headwater label list` shows all.", edit->id);
    for (size_t i = 0; i < edit->added_count && err == ERR_OK; i++)
        err = alias_put(work, label.category, edit->added[i], label.id, msg);
    if (err == ERR_OK && edit->name != NULL) {
        err = alias_put(work, label.category, edit->name, label.id, msg);
        if (err == ERR_OK)
            err = label_set_name(work->db, work->arena, label.id, edit->name, msg);
        label.name = edit->name;
    }
    for (size_t i = 0; i < edit->removed_count && err == ERR_OK; i++)
        err = alias_drop(work, &label, edit->removed[i], msg);
    return err;
}

enum err label_edit_set(struct db *db, struct arena *arena, struct label_edit *edit,
                        struct errmsg *msg)
{
    struct work work = {db, arena, edit};

    return db_tx_run(db, set_body, &work, msg);
}
