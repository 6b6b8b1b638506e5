/* Table tier: what a tier of a tracked account allows. The tiers themselves are in rule/tier.h. */
#ifndef HW_STORE_TIER_H
#define HW_STORE_TIER_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct arena;
struct db;

/* The bounds that the table has for a cap. */
#define TIER_CAP_MIN 1
#define TIER_CAP_MAX 1000

struct tier_row {
    enum tier tier;
    int64_t cap;           /* automated streams that may use one account */
    int64_t account_count; /* of all teams */
    int64_t above_count;   /* accounts that are used by more streams than the cap allows */
    int64_t streams_max;   /* that use one account now */
};

/* All tiers, in their order, on ARENA. */
enum err tier_list(struct db *db, struct arena *arena, struct tier_row **ret_rows,
                   size_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* Sets the cap; it counts from the next stream on, and takes no stream away. */
enum err tier_set_cap(struct db *db, struct arena *arena, enum tier tier, int64_t cap,
                      struct errmsg *msg) HW_MUST_CHECK;

#endif
