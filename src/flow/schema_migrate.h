/*
 * Migrations: the files of sql/migrations, built into the program, applied in order.
 *
 * DDL is not transactional, so a file is applied statement by statement and recorded after its last
 * one. A run that ended in the middle is repeated from the file's start: every file is written so
 * that this does no harm. A statement ends at a line that ends in ";"; a line whose first
 * characters but blanks are "--" is a comment.
 */
#ifndef HW_FLOW_SCHEMA_MIGRATE_H
#define HW_FLOW_SCHEMA_MIGRATE_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;

/* Applies what is missing, one program at a time. RET_FIRST is the index in migrations[] of the
 * first that was applied now; migration_count if there was nothing to do. DB has the owner's role.
 * ERR_DB if the database has had a migration that this program does not know or that has changed
 * since; ERR_TIMEOUT if another program migrates for too long. */
enum err schema_migrate_run(struct db *db, struct arena *arena, size_t *ret_first,
                            struct errmsg *msg) HW_MUST_CHECK;

/* Holds what has been applied against the files without changing anything. RET_COUNT of them are
 * applied. ERR_DB as above. */
enum err schema_migrate_check(struct db *db, struct arena *arena, size_t *ret_count,
                              struct errmsg *msg) HW_MUST_CHECK;

/* A migration as it stands in the database, or as this program knows it. */
struct schema_migrate_state {
    int64_t version;
    const char *name;
    int64_t applied_us;  /* 0 = pending */
    bool is_known;       /* this program has it */
    bool is_as_expected; /* its text, if applied, is the one that this program has */
};

/* All migrations that the database has had or this program knows, by version, on ARENA. Nothing is
 * judged but in their states. */
enum err schema_migrate_list(struct db *db, struct arena *arena,
                             struct schema_migrate_state **ret_states, size_t *ret_count,
                             struct errmsg *msg) HW_MUST_CHECK;

#endif
