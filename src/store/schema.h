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

/* The isolation level of this session in the server's words ("READ-COMMITTED"), on ARENA. */
enum err schema_get_isolation(struct db *db, struct arena *arena, const char **ret_level,
                              struct errmsg *msg) HW_MUST_CHECK;

#endif
