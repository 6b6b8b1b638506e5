/* Table tracked_account: the X accounts that a team follows and pays for. */
#ifndef HW_STORE_ACCOUNT_H
#define HW_STORE_ACCOUNT_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct arena;
struct db;
struct segment_name;

enum account_state { ACCOUNT_PENDING, ACCOUNT_ACTIVE, ACCOUNT_SLEEPING, ACCOUNT__MAX };

struct account {
    int64_t id;
    int64_t x_user_id;
    const char *handle;
    enum tier tier;
    enum account_state state;
    int64_t automated_streams;
    int64_t stream_cap; /* of its tier */
};

struct account_list {
    struct account *items;
    size_t count;
};

/* All functions: lists live on ARENA; errors are those of db_query. */

/* The accounts with these ids, at least one, and the segment SEGMENT_ID (0 = none asked), in one
 * read. Without any account found the segment is not found either. */
enum err account_find_with_segment(struct db *db, struct arena *arena, int64_t team_id,
                                   const int64_t *ids, size_t count, int64_t segment_id,
                                   struct account_list *ret_accounts,
                                   struct segment_name *ret_segment,
                                   struct errmsg *msg) HW_MUST_CHECK;

/* The accounts with these ids. */
enum err account_find(struct db *db, struct arena *arena, int64_t team_id, const int64_t *ids,
                      size_t count, struct account_list *ret_accounts,
                      struct errmsg *msg) HW_MUST_CHECK;

/* The accounts that were last seen under these handles. */
enum err account_find_by_handle(struct db *db, struct arena *arena, int64_t team_id,
                                const char *const *handles, size_t count,
                                struct account_list *ret_accounts,
                                struct errmsg *msg) HW_MUST_CHECK;

/* The accounts with these X ids. */
enum err account_find_by_x_user(struct db *db, struct arena *arena, int64_t team_id,
                                const int64_t *x_user_ids, size_t count,
                                struct account_list *ret_accounts,
                                struct errmsg *msg) HW_MUST_CHECK;

/* How many accounts the team tracks, sleeping ones not counted. */
enum err account_count_tracked(struct db *db, struct arena *arena, int64_t team_id,
                               int64_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* How many accounts of that tier the team is to be billed for. */
enum err account_count_billable(struct db *db, struct arena *arena, int64_t team_id, enum tier tier,
                                int64_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* Adds accounts, given sorted by x_user_id, and sets their ids. The caller holds the team's lock. A
 * pending account is activated later; an active one (free team) counts as activated NOW_US. */
enum err account_add(struct db *db, struct arena *arena, int64_t team_id,
                     struct account *const *accounts, size_t count, int64_t now_us,
                     struct errmsg *msg) HW_MUST_CHECK;

/* Sets sleeping accounts to STATE. */
enum err account_wake(struct db *db, struct arena *arena, int64_t team_id, const int64_t *ids,
                      size_t count, enum account_state state, struct errmsg *msg) HW_MUST_CHECK;

/* Stores the handle X has for the account now. */
enum err account_set_handle(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                            const char *handle, struct errmsg *msg) HW_MUST_CHECK;

/* THE CHOKEPOINT: lets one more automated stream use each of these accounts, if its tier's cap has
 * room; locks the rows by ascending id. Every writer of streams goes through it. Accounts that are
 * pending count as usable only if PENDING_TOO. RET_COUNT is how many had room: if it is less than
 * COUNT the caller must roll back. */
enum err account_take_stream(struct db *db, struct arena *arena, int64_t team_id,
                             const int64_t *ids, size_t count, bool pending_too, int64_t *ret_count,
                             struct errmsg *msg) HW_MUST_CHECK;

/* The way back, for a stream that is taken out again. */
enum err account_free_stream(struct db *db, struct arena *arena, int64_t team_id,
                             const int64_t *ids, size_t count, struct errmsg *msg) HW_MUST_CHECK;

/* Makes the pending ones among these accounts active. */
enum err account_activate(struct db *db, struct arena *arena, int64_t team_id, const int64_t *ids,
                          size_t count, int64_t now_us, struct errmsg *msg) HW_MUST_CHECK;

/* Undoes what a refused create did to these accounts, as far as no other stream uses them: accounts
 * that were asleep sleep again, new ones are removed. */
enum err account_drop_unpaid(struct db *db, struct arena *arena, int64_t team_id,
                             const int64_t *ids, size_t count, struct errmsg *msg) HW_MUST_CHECK;

/* What a team tracks in one tier. */
struct account_count {
    int64_t all;
    int64_t sleeping; /* of those, not billed */
    int64_t streams;  /* automated streams that use them, each once for each account */
};

/* The team's accounts by tier. */
enum err account_count_by_tier(struct db *db, struct arena *arena, int64_t team_id,
                               struct account_count ret_counts[TIER__MAX],
                               struct errmsg *msg) HW_MUST_CHECK;

/* Gives the accounts of the tier free another one, as far as they use no more streams than its cap
 * allows. The caller holds the team's lock. */
enum err account_set_tier(struct db *db, struct arena *arena, int64_t team_id, enum tier tier,
                          struct errmsg *msg) HW_MUST_CHECK;

/* How many accounts of the team have the tier free, sleeping ones among them. */
enum err account_count_free(struct db *db, struct arena *arena, int64_t team_id, int64_t *ret_count,
                            struct errmsg *msg) HW_MUST_CHECK;

#endif
