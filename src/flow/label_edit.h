/* Changing the catalogue of labels: a label and the spellings that find it, in one transaction. A
 * spelling finds one label of its category; letter case and accents do not count. */
#ifndef HW_FLOW_LABEL_EDIT_H
#define HW_FLOW_LABEL_EDIT_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

/* All texts are trimmed and collapsed. */
struct label_edit {
    int64_t id;           /* of the label; set by label_edit_create */
    const char *category; /* for label_edit_create */
    const char *name;     /* the canonical spelling; NULL = it stays */
    const char *const *added;
    size_t added_count;
    const char *const *removed;
    size_t removed_count;
};

/* ERR_NOT_FOUND, with the mend, unless there is a category of that name. */
enum err label_edit_require_category(struct db *db, struct arena *arena, const char *name,
                                     struct errmsg *msg) HW_MUST_CHECK;

/* Adds a label with its name and the added spellings. ERR_DB_DUPLICATE if one of them finds a label
 * of the category already, ERR_NOT_FOUND if there is no such category. */
enum err label_edit_create(struct db *db, struct arena *arena, struct label_edit *edit,
                           struct errmsg *msg) HW_MUST_CHECK;

/* Adds spellings, changes the name, and removes spellings, in this order; a former name stays a
 * spelling. A spelling that the label has already is fine. ERR_NOT_FOUND if there is no such label
 * or spelling, ERR_DB_DUPLICATE if a spelling finds another label, ERR_USAGE if the name itself
 * would go. */
enum err label_edit_set(struct db *db, struct arena *arena, struct label_edit *edit,
                        struct errmsg *msg) HW_MUST_CHECK;

#endif
