/* Table idempotency_key: the Idempotency-Key of a request and the answer it got. Contract
 * section 5. */
#ifndef HW_STORE_IDEMPOTENCY_KEY_H
#define HW_STORE_IDEMPOTENCY_KEY_H

#include "base/base.h"
#include "base/err.h"
#include "edge/digest.h"

struct arena;
struct db;

#define IDEMPOTENCY_OWNER_BYTES 16

/* A key and the run that acts under it. */
struct idempotency_place {
    int64_t team_id;
    const char *key;            /* 1 to 255 bytes; compared byte for byte */
    const unsigned char *owner; /* IDEMPOTENCY_OWNER_BYTES, drawn for this run */
};

enum idempotency_state { IDEMPOTENCY_STARTED, IDEMPOTENCY_RESERVED, IDEMPOTENCY_FINISHED };

struct idempotency_key {
    bool is_ours;      /* claimed or taken over by this run */
    bool is_same_body; /* the stored hash is the one given */
    enum idempotency_state state;
    int64_t stream_id; /* 0 = none */
    int status;        /* of the stored answer, IDEMPOTENCY_FINISHED only */
    const char *body;  /* the same; on the arena */
    size_t body_len;
};

/* Claims the key for this run until UNTIL_US, or takes it over if its run has overstayed, or leaves
 * it as it is; answers what is there now. One statement. */
enum err idempotency_key_claim(struct db *db, struct arena *arena,
                               const struct idempotency_place *place,
                               const unsigned char hash[DIGEST_BYTES], int64_t now_us,
                               int64_t until_us, struct idempotency_key *ret_key,
                               struct errmsg *msg) HW_MUST_CHECK;

/* What a key holds: state, stream, and the answer of a finished one. ERR_NOT_FOUND. */
enum err idempotency_key_find(struct db *db, struct arena *arena, int64_t team_id, const char *key,
                              struct idempotency_key *ret_key, struct errmsg *msg) HW_MUST_CHECK;

/* The key under which a stream is reserved, and the run that holds it; both on ARENA.
 * ERR_NOT_FOUND if there is none, or it is finished. */
enum err idempotency_key_find_by_stream(struct db *db, struct arena *arena, int64_t team_id,
                                        int64_t stream_id, const char **ret_key,
                                        const unsigned char **ret_owner,
                                        struct errmsg *msg) HW_MUST_CHECK;

/* Locks the row. ERR_REQUEST_IN_PROGRESS if another run has taken the key over. */
enum err idempotency_key_lock(struct db *db, struct arena *arena,
                              const struct idempotency_place *place,
                              struct errmsg *msg) HW_MUST_CHECK;

/* The stream stands; what follows is only rolling forward. */
enum err idempotency_key_set_reserved(struct db *db, struct arena *arena,
                                      const struct idempotency_place *place, int64_t stream_id,
                                      struct errmsg *msg) HW_MUST_CHECK;

/* Stores the final answer, and when. STREAM_ID is 0 for a refusal. */
enum err idempotency_key_set_finished(struct db *db, struct arena *arena,
                                      const struct idempotency_place *place, int64_t stream_id,
                                      int status, const char *body, size_t body_len,
                                      struct errmsg *msg) HW_MUST_CHECK;

/* Forgets a key under which nothing was stored. */
enum err idempotency_key_remove(struct db *db, struct arena *arena,
                                const struct idempotency_place *place,
                                struct errmsg *msg) HW_MUST_CHECK;

/* Lets the next request with the key take over at once; for a run that ends before its answer is
 * final. */
enum err idempotency_key_release(struct db *db, struct arena *arena,
                                 const struct idempotency_place *place, int64_t now_us,
                                 struct errmsg *msg) HW_MUST_CHECK;

/* Removes, of all teams, at most COUNT_MAX keys whose run died before anything was stored, that are
 * older than the first time and that nobody holds at NOW_US, and finished ones older than the
 * second. RET_COUNT is how many. */
enum err idempotency_key_remove_old(struct db *db, struct arena *arena, int64_t now_us,
                                    int64_t started_before_us, int64_t finished_before_us,
                                    int64_t count_max, int64_t *ret_count,
                                    struct errmsg *msg) HW_MUST_CHECK;

#endif
