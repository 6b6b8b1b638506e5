/* Tables label, label_alias, label_category: the catalogue of labels. */
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

#endif
