/* Table label_alias: the spellings that find a label, its own name among them. Letter case and
 * accents do not count; white space must have been trimmed and collapsed (text_collapse). */
#ifndef HW_STORE_LABEL_ALIAS_H
#define HW_STORE_LABEL_ALIAS_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

/* What a spelling finds. */
struct label_alias {
    int64_t label_id;
    const char *label; /* its canonical spelling */
    const char *alias; /* as it was stored */
};

/* The label of the category that the spelling finds, on ARENA. ERR_NOT_FOUND if none. */
enum err label_alias_find(struct db *db, struct arena *arena, const char *category,
                          const char *alias, struct label_alias *ret_alias,
                          struct errmsg *msg) HW_MUST_CHECK;

/* Adds a spelling of a label. ERR_DB_DUPLICATE if it finds one of the category already. */
enum err label_alias_add(struct db *db, struct arena *arena, const char *category,
                         const char *alias, int64_t label_id, struct errmsg *msg) HW_MUST_CHECK;

/* Removes a spelling of a label. ERR_NOT_FOUND if it is not one of that label. */
enum err label_alias_remove(struct db *db, struct arena *arena, const char *category,
                            const char *alias, int64_t label_id, struct errmsg *msg) HW_MUST_CHECK;

#endif
