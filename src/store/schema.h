/* What the database says of itself: its tables and this session. */
#ifndef HW_STORE_SCHEMA_H
#define HW_STORE_SCHEMA_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

struct schema_table {
    const char *name;
    const char *engine;    /* "none" for a table that the server cannot open */
    const char *collation; /* the table's default; NULL for one that the server cannot open */
};

/* Whether the database has a table of that name and lets us see it. */
enum err schema_find_table(struct db *db, struct arena *arena, const char *name, bool *ret_found,
                           struct errmsg *msg) HW_MUST_CHECK;

/* The tables whose engine or default character set the migrations did not give them, on ARENA. */
enum err schema_list_odd_tables(struct db *db, struct arena *arena,
                                struct schema_table **ret_tables, size_t *ret_count,
                                struct errmsg *msg) HW_MUST_CHECK;

/* A column whose text is not kept as the migrations said. */
struct schema_column {
    const char *table, *name;
    const char *type; /* "varchar(200)" */
    const char *collation;
    const char *wanted, *wanted_charset; /* its collation as migrated, and that one's set */
    bool is_nullable;
};

/* The columns whose collation the migrations did not give them, on ARENA. */
enum err schema_list_odd_columns(struct db *db, struct arena *arena,
                                 struct schema_column **ret_columns, size_t *ret_count,
                                 struct errmsg *msg) HW_MUST_CHECK;

/* The isolation level of this session in the server's words ("READ-COMMITTED"), on ARENA. */
enum err schema_get_isolation(struct db *db, struct arena *arena, const char **ret_level,
                              struct errmsg *msg) HW_MUST_CHECK;

/* A right of the session's user. */
struct schema_grant {
    const char *privilege; /* "SELECT" */
    const char *scope;     /* "*.*", "headwater.*" or "headwater.stream" */
    bool is_ours;          /* it holds for this database, or for a table of it */
    bool is_grantable;     /* the user may pass it on */
};

/* All rights of the session's user, on ARENA; those that come by a role are not among them. */
enum err schema_list_grants(struct db *db, struct arena *arena, struct schema_grant **ret_grants,
                            size_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

struct schema_place {
    const char *data_dir;  /* on the server's host */
    const char *host;      /* the server's name of itself */
    const char *seen_from; /* our host as the server sees it; "localhost" over a local socket */
};

/* Where the server is, on ARENA. */
enum err schema_get_place(struct db *db, struct arena *arena, struct schema_place *ret_place,
                          struct errmsg *msg) HW_MUST_CHECK;

/* The server's clock. */
enum err schema_get_time(struct db *db, struct arena *arena, int64_t *ret_now_us,
                         struct errmsg *msg) HW_MUST_CHECK;

#endif
