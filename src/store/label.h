/* Table label: the catalogue of labels, each with one canonical spelling in its category. */
#ifndef HW_STORE_LABEL_H
#define HW_STORE_LABEL_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;
struct label_input;
struct label_name;

/* Looks all of these labels up at once and sets label_id of those the catalogue knows. Case and
 * accents do not matter (the collation of label_alias). */
enum err label_find(struct db *db, struct arena *arena, struct label_input *const *labels,
                    size_t count, struct errmsg *msg) HW_MUST_CHECK;

/* All spellings in a category, with their canonical labels; none if there is no such category. */
enum err label_list_spellings(struct db *db, struct arena *arena, const char *category,
                              struct label_name **ret_names, size_t *ret_count,
                              struct errmsg *msg) HW_MUST_CHECK;

/* A label as the operator sees it. */
struct label {
    int64_t id;
    const char *category;
    const char *name;           /* the canonical spelling */
    const char *const *aliases; /* the other spellings that find it */
    size_t alias_count;
};

/* The labels of a category, or of all if it is NULL, by category and name, on ARENA. */
enum err label_list(struct db *db, struct arena *arena, const char *category,
                    struct label **ret_labels, size_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* One label, on ARENA. ERR_NOT_FOUND if there is none. */
enum err label_get(struct db *db, struct arena *arena, int64_t id, struct label *ret_label,
                   struct errmsg *msg) HW_MUST_CHECK;

/* Locks the label's row; category and name are read, on ARENA. ERR_NOT_FOUND if there is none. */
enum err label_lock(struct db *db, struct arena *arena, int64_t id, struct label *ret_label,
                    struct errmsg *msg) HW_MUST_CHECK;

/* Adds a label without any spelling that finds it, and sets its id. ERR_DB_DUPLICATE if the
 * category has one of that name, ERR_DB_RETRY if there is no such category. */
enum err label_add(struct db *db, struct arena *arena, struct label *label,
                   struct errmsg *msg) HW_MUST_CHECK;

/* Changes the canonical spelling. ERR_DB_DUPLICATE if the category has one of that name. */
enum err label_set_name(struct db *db, struct arena *arena, int64_t id, const char *name,
                        struct errmsg *msg) HW_MUST_CHECK;

#endif
