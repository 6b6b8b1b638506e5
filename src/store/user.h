/* Table user: a person of a team, who owns API keys and a default time zone. */
#ifndef HW_STORE_USER_H
#define HW_STORE_USER_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

struct user {
    int64_t id;
    int64_t team_id;
    const char *name;
    const char *email;
    const char *timezone; /* IANA name; NULL means UTC */
};

/* Adds a user; sets its id. ERR_DB_DUPLICATE if the e-mail address is taken. */
enum err user_add(struct db *db, struct arena *arena, struct user *user, int64_t now_us,
                  struct errmsg *msg) HW_MUST_CHECK;

/* ERR_NOT_FOUND if there is none. Strings live on ARENA. */
enum err user_find(struct db *db, struct arena *arena, int64_t id, struct user *ret_user,
                   struct errmsg *msg) HW_MUST_CHECK;

/* The users of a team, on ARENA. */
enum err user_list(struct db *db, struct arena *arena, int64_t team_id, struct user **ret_users,
                   size_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* Changes name, e-mail address and time zone of a user; NULL leaves one as it is. ERR_DB_DUPLICATE
 * if the address is taken. */
enum err user_set(struct db *db, struct arena *arena, const struct user *user,
                  struct errmsg *msg) HW_MUST_CHECK;

#endif
