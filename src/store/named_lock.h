/* Locks of the database server that belong to a connection, not to a row: one program of a kind at
 * a time in one database. Source: MariaDB's GET_LOCK. */
#ifndef HW_STORE_NAMED_LOCK_H
#define HW_STORE_NAMED_LOCK_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

/* Takes the lock NAME of this database, waiting at most WAIT_S seconds; RET_TAKEN is false if
 * another connection holds it then. It ends with named_lock_release or with the connection. */
enum err named_lock_take(struct db *db, struct arena *arena, const char *name, int64_t wait_s,
                         bool *ret_taken, struct errmsg *msg) HW_MUST_CHECK;

/* Gives it back. A failure does no harm: the connection's end gives it back too. */
enum err named_lock_release(struct db *db, struct arena *arena, const char *name,
                            struct errmsg *msg) HW_MUST_CHECK;

#endif
