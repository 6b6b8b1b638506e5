/* Table api_key: who may call. Keys are stored as SHA-256 only. */
#ifndef HW_STORE_API_KEY_H
#define HW_STORE_API_KEY_H

#include "base/base.h"
#include "base/err.h"
#include "edge/digest.h"

struct arena;
struct caller;
struct db;

struct api_key {
    unsigned char hash[DIGEST_BYTES];
    int64_t last_used_us; /* 0 = never */
};

struct api_key_row {
    const char *public_id;
    int64_t team_id;
    int64_t user_id;
    const char *name;
    int64_t created_us;
    int64_t last_used_us; /* 0 = never */
    int64_t revoked_us;   /* 0 = not */
};

/* The live key with this public id and its owner. ERR_NOT_FOUND if there is none. The caller of
 * this function compares the hash. */
enum err api_key_find(struct db *db, struct arena *arena, const char *public_id,
                      struct api_key *ret_key, struct caller *ret_caller,
                      struct errmsg *msg) HW_MUST_CHECK;

/* Notes that the key was used. */
enum err api_key_set_used(struct db *db, struct arena *arena, const char *public_id,
                          int64_t team_id, int64_t now_us, struct errmsg *msg) HW_MUST_CHECK;

/* Adds a key of a user. ERR_NOT_FOUND if there is no such user. */
enum err api_key_add(struct db *db, struct arena *arena, const char *public_id,
                     const unsigned char hash[DIGEST_BYTES], int64_t user_id, const char *name,
                     int64_t now_us, struct errmsg *msg) HW_MUST_CHECK;

/* All keys of a team, oldest first; the rows live on ARENA. */
enum err api_key_list(struct db *db, struct arena *arena, int64_t team_id,
                      struct api_key_row **ret_rows, size_t *ret_count,
                      struct errmsg *msg) HW_MUST_CHECK;

/* Ends a key for good. ERR_NOT_FOUND if there is no live one. */
enum err api_key_revoke(struct db *db, struct arena *arena, const char *public_id, int64_t now_us,
                        struct errmsg *msg) HW_MUST_CHECK;

/* One key, revoked or not, on ARENA. ERR_NOT_FOUND if there is none. */
enum err api_key_get(struct db *db, struct arena *arena, const char *public_id,
                     struct api_key_row *ret_key, struct errmsg *msg) HW_MUST_CHECK;

/* Changes the name of a key, revoked or not. ERR_NOT_FOUND if there is none. */
enum err api_key_set_name(struct db *db, struct arena *arena, const char *public_id,
                          const char *name, struct errmsg *msg) HW_MUST_CHECK;

#endif
