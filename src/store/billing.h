/* Table billing: what Stripe is told of a team's accounts of one tier. Design: the create protocol,
 * explained in sql/README.md. */
#ifndef HW_STORE_BILLING_H
#define HW_STORE_BILLING_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct arena;
struct db;

#define BILLING_OWNER_BYTES 16

/* A team and tier, and who acts on them. */
struct billing_place {
    int64_t team_id;
    enum tier tier;
    const unsigned char *owner; /* BILLING_OWNER_BYTES, drawn for this run */
};

/* Of an item that has taken another's place: what Stripe has there is not known. */
#define BILLING_QUANTITY_UNKNOWN (-1)

struct billing {
    const char *item_id;
    int64_t desired_version;
    int64_t applied_version;
    int64_t applied_quantity; /* or BILLING_QUANTITY_UNKNOWN */
    const char *attempt_key;  /* NULL = no write under way */
    int64_t attempt_version;
    int64_t attempt_quantity;
    int64_t attempt_us;      /* when it was first sent */
    int64_t last_attempt_us; /* when the newest was made, also after it ended; 0 = there was none */
};

/* Adds the Stripe item of a team's tier. ERR_DB_DUPLICATE if either is taken. */
enum err billing_add(struct db *db, struct arena *arena, int64_t team_id, enum tier tier,
                     const char *item_id, struct errmsg *msg) HW_MUST_CHECK;

/* The tiers a team can be billed for, as bits 1 << enum tier. */
enum err billing_list_tiers(struct db *db, struct arena *arena, int64_t team_id,
                            unsigned *ret_tiers, struct errmsg *msg) HW_MUST_CHECK;

/* Locks the billing rows of a team and answers the highest version any of them has. */
enum err billing_lock_team(struct db *db, struct arena *arena, int64_t team_id,
                           int64_t *ret_version, struct errmsg *msg) HW_MUST_CHECK;

/* Raises the desired version of these tiers (bits) to VERSION. */
enum err billing_raise(struct db *db, struct arena *arena, int64_t team_id, unsigned tiers,
                       int64_t version, struct errmsg *msg) HW_MUST_CHECK;

/* The row as it is. ERR_NOT_FOUND if the team has no item for the tier. */
enum err billing_find(struct db *db, struct arena *arena, const struct billing_place *place,
                      struct billing *ret_billing, struct errmsg *msg) HW_MUST_CHECK;

/* A row whose turn it is: to be settled up to a version, or to be audited. */
struct billing_due {
    int64_t team_id;
    enum tier tier;
    int64_t version; /* the desired one */
};

/* Rows, of all teams, that are not settled and that nobody is about to settle at NOW_US; those
 * without an open attempt only if the last one was made before ATTEMPT_BEFORE_US. On ARENA. */
enum err billing_list_unsettled(struct db *db, struct arena *arena, int64_t now_us,
                                int64_t attempt_before_us, size_t count_max,
                                struct billing_due **ret_dues, size_t *ret_count,
                                struct errmsg *msg) HW_MUST_CHECK;

/* Settled rows, of all teams, whose quantity was set and read last before BEFORE_US. On ARENA. */
enum err billing_list_unaudited(struct db *db, struct arena *arena, int64_t before_us,
                                size_t count_max, struct billing_due **ret_dues, size_t *ret_count,
                                struct errmsg *msg) HW_MUST_CHECK;

/* Notes that Stripe's quantity was read and compared. */
enum err billing_set_audited(struct db *db, struct arena *arena, const struct billing_place *place,
                             int64_t now_us, struct errmsg *msg) HW_MUST_CHECK;

/* Stripe turned out to have QUANTITY: the row has to be settled again, up to VERSION.
 * ERR_NOT_FOUND if an attempt is under way after all. */
enum err billing_set_drifted(struct db *db, struct arena *arena, const struct billing_place *place,
                             int64_t quantity, int64_t version, struct errmsg *msg) HW_MUST_CHECK;

/* How many attempts the team has made in the hours that began after SINCE_US, over all tiers. */
enum err billing_count_attempts(struct db *db, struct arena *arena, int64_t team_id,
                                int64_t since_us, int64_t *ret_count,
                                struct errmsg *msg) HW_MUST_CHECK;

/* Takes the lease until UNTIL_US; RET_TAKEN is false if another has it. */
enum err billing_take_lease(struct db *db, struct arena *arena, const struct billing_place *place,
                            int64_t now_us, int64_t until_us, bool *ret_taken,
                            struct errmsg *msg) HW_MUST_CHECK;

/* Gives the lease back; harmless if it is not ours. */
enum err billing_release_lease(struct db *db, struct arena *arena,
                               const struct billing_place *place, struct errmsg *msg) HW_MUST_CHECK;

/* Locks the row if the lease is ours (ERR_NOT_FOUND if not); desired version, applied version and
 * applied quantity are read anew. */
enum err billing_lock(struct db *db, struct arena *arena, const struct billing_place *place,
                      struct billing *ret_billing, struct errmsg *msg) HW_MUST_CHECK;

/* The locked row needs no attempt: what Stripe has confirmed before is what is wished for now. The
 * lease ends. ERR_NOT_FOUND if an attempt stands after all. */
enum err billing_set_confirmed(struct db *db, struct arena *arena,
                               const struct billing_place *place, struct errmsg *msg) HW_MUST_CHECK;

/* Writes an attempt and counts it in its hour, anew if that began at SINCE_US or before.
 * ERR_NOT_FOUND if the lease is not ours or there is one already. */
enum err billing_add_attempt(struct db *db, struct arena *arena, const struct billing_place *place,
                             const struct billing *attempt, int64_t since_us,
                             struct errmsg *msg) HW_MUST_CHECK;

/* Stripe confirmed the attempt with this key: its quantity and version are applied; attempt and
 * lease end. Harmless if the attempt is not there any more. */
enum err billing_set_applied(struct db *db, struct arena *arena, const struct billing_place *place,
                             const char *attempt_key, struct errmsg *msg) HW_MUST_CHECK;

/* The attempt with this key is known to have had no effect: attempt and lease end. */
enum err billing_remove_attempt(struct db *db, struct arena *arena,
                                const struct billing_place *place, const char *attempt_key,
                                struct errmsg *msg) HW_MUST_CHECK;

/* A row as the operator sees it. Times are 0 if there is none. */
struct billing_state {
    enum tier tier;
    const char *item_id;
    int64_t desired_version;
    int64_t applied_version;
    int64_t applied_quantity; /* or BILLING_QUANTITY_UNKNOWN */
    bool has_attempt;         /* a write is under way */
    int64_t lease_until_us;
    int64_t last_attempt_us;
    int64_t audited_us;
};

/* All rows of a team, in tier order, on ARENA. */
enum err billing_list(struct db *db, struct arena *arena, int64_t team_id,
                      struct billing_state **ret_states, size_t *ret_count,
                      struct errmsg *msg) HW_MUST_CHECK;

/* Another item bills the tier from now on, with a quantity that has to be set (VERSION). The caller
 * holds the locks of team and rows; the place's owner does not matter. ERR_NOT_FOUND if an attempt
 * or a lease stands, ERR_DB_DUPLICATE if the item is in use. */
enum err billing_set_item(struct db *db, struct arena *arena, const struct billing_place *place,
                          const char *item_id, int64_t version, int64_t now_us,
                          struct errmsg *msg) HW_MUST_CHECK;

#endif
