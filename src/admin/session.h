/* What one run of `headwater` works with. */
#ifndef HW_ADMIN_SESSION_H
#define HW_ADMIN_SESSION_H

#include "base/base.h"
#include "base/err.h"
#include "edge/db.h"

struct arena;
struct config;
struct options;

struct session {
    struct arena *arena;           /* lives as long as the program */
    const struct options *options; /* checked against the command's row */
    const char *config_path;
    struct config *config; /* set by session_read_config */
    struct db *db;         /* set by session_open; released by session_clear */
    bool has_failed;       /* the command has already said that something is wrong: exit code 1 */
};

/* Reads the configuration file. ERR_IO for whatever is wrong with it: ERR_USAGE is kept for the
 * command line. */
enum err session_read_config(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* Reads the configuration and connects to the database in ROLE. With --defaults-file that file says
 * how, else the configured one. ERR_DB_LOST, ERR_DB, ERR_IO. */
enum err session_open(struct session *session, enum db_role role, struct errmsg *msg) HW_MUST_CHECK;

/* Ends the connection. */
void session_clear(struct session *session);

#endif
