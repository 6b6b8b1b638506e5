/* What one run of `headwater` works with. */
#ifndef HW_ADMIN_SESSION_H
#define HW_ADMIN_SESSION_H

#include "base/base.h"
#include "base/err.h"
#include "edge/db.h"

struct arena;
struct config;
struct options;

/* How the program ends, beside EXIT_SUCCESS and EXIT_FAILURE; for scripts such as the package's. */
enum session_exit {
    SESSION_EXIT_USAGE = 2,      /* the command line cannot be used */
    SESSION_EXIT_SCHEMA = 3,     /* the database's schema is not the one of this program */
    SESSION_EXIT_UNREACHABLE = 4 /* the database cannot be reached, or was lost on the way */
};

struct session {
    struct arena *arena;           /* lives as long as the program */
    const struct options *options; /* checked against the command's row */
    const char *config_path;
    struct config *config; /* set by session_read_config */
    struct db *db;         /* set by session_open; released by session_clear */
    int exit_code;         /* not 0: the command has already said that something is wrong */
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
