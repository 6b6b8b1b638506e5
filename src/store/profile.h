/* Table x_profile: what the look-up of a handle said last. */
#ifndef HW_STORE_PROFILE_H
#define HW_STORE_PROFILE_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;
struct lookup;

/* Answers the look-ups that the cache can: those fetched at or after OLDEST_US become LOOKUP_FOUND;
 * the others are left alone. */
enum err profile_find(struct db *db, struct arena *arena, struct lookup *const *lookups,
                      size_t count, int64_t oldest_us, struct errmsg *msg) HW_MUST_CHECK;

/* Remembers the found ones among these look-ups. */
enum err profile_put(struct db *db, struct arena *arena, struct lookup *const *lookups,
                     size_t count, int64_t now_us, struct errmsg *msg) HW_MUST_CHECK;

#endif
