/* Table label_category: the categories of the catalogue of labels. */
#ifndef HW_STORE_LABEL_CATEGORY_H
#define HW_STORE_LABEL_CATEGORY_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

struct label_category {
    const char *name;
    const char *title; /* for people */
    int64_t label_count;
};

/* All categories by name, on ARENA. */
enum err label_category_list(struct db *db, struct arena *arena,
                             struct label_category **ret_categories, size_t *ret_count,
                             struct errmsg *msg) HW_MUST_CHECK;

/* Adds a category. ERR_DB_DUPLICATE if there is one of that name. */
enum err label_category_add(struct db *db, struct arena *arena,
                            const struct label_category *category,
                            struct errmsg *msg) HW_MUST_CHECK;

#endif
