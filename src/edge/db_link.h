/* What the files of the database connection share with each other, and with nobody else. */
#ifndef HW_EDGE_DB_LINK_H
#define HW_EDGE_DB_LINK_H

#include "base/base.h"
#include "base/err.h"
#include "edge/db.h"

struct st_mysql;
struct db_prepared;

struct db {
    const char *defaults_file;
    const char *group;
    enum db_role role;
    struct st_mysql *link; /* NULL while closed */
    bool in_transaction;   /* then a lost connection is not opened again */
    int64_t retry_us;      /* monotonic; no attempt to connect before */
    enum err refusal;      /* how the last attempt failed, and why */
    struct errmsg refusal_msg;
    int64_t backoff_us; /* the pause after the next failure */
    struct db_counts counts;
    const char *last_statement; /* of a transaction: it names the fault points of its end */
    /* By statement: without a list or with a list of one; with the longer list used last. */
    struct db_prepared *prepared[STATEMENT__MAX][2];
    void (*forget_prepared)(struct db *db); /* closes them all; NULL until there is one */
};

/* Turns a client or server error number into ours; closes a connection that is gone. */
enum err db_fail(struct db *db, unsigned int number, const char *text, const char *what,
                 struct errmsg *msg);

#endif
