/* Table schema_migration: which migrations this database has had. */
#ifndef HW_STORE_SCHEMA_MIGRATION_H
#define HW_STORE_SCHEMA_MIGRATION_H

#include "base/base.h"
#include "base/err.h"
#include "edge/digest.h"

struct arena;
struct db;

struct schema_migration {
    int64_t version;
    const char *name;
    unsigned char checksum[DIGEST_BYTES]; /* SHA-256 of the file it was applied from */
    int64_t applied_us;                   /* when; read back only */
};

/* Makes the table unless it is there. Needs the owner's rights. */
enum err schema_migration_init(struct db *db, struct arena *arena,
                               struct errmsg *msg) HW_MUST_CHECK;

/* All that have been applied, by ascending version, on ARENA. */
enum err schema_migration_list_applied(struct db *db, struct arena *arena,
                                       struct schema_migration **ret_rows, size_t *ret_count,
                                       struct errmsg *msg) HW_MUST_CHECK;

/* Records one as applied. ERR_DB_DUPLICATE if its version is on record. */
enum err schema_migration_add(struct db *db, struct arena *arena,
                              const struct schema_migration *migration, int64_t now_us,
                              struct errmsg *msg) HW_MUST_CHECK;

#endif
