/* Table pair: the tracked accounts of a stream. */
#ifndef HW_STORE_PAIR_H
#define HW_STORE_PAIR_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct arena;
struct db;

/* What the create call found. */
enum pair_origin { PAIR_KNOWN, PAIR_NEW, PAIR_WOKEN, PAIR__MAX };

struct pair {
    int64_t id;
    int64_t account_id;
    enum pair_origin origin;
    const char *handle;      /* the account's */
    enum tier tier;          /* the account's */
    bool account_is_pending; /* the account waits for Stripe */
};

/* Adds the pairs of a stream in this order and sets their ids. The accounts are locked. */
enum err pair_add(struct db *db, struct arena *arena, int64_t team_id, int64_t stream_id,
                  struct pair *pairs, size_t count, struct errmsg *msg) HW_MUST_CHECK;

/* The pairs of a stream in the order they were added, on ARENA. */
enum err pair_list(struct db *db, struct arena *arena, int64_t team_id, int64_t stream_id,
                   struct pair **ret_pairs, size_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

#endif
