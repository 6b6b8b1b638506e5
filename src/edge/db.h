/*
 * One connection to MariaDB and the statements prepared on it. It connects when first used and
 * again after it was lost, but never in the middle of a transaction.
 */
#ifndef HW_EDGE_DB_H
#define HW_EDGE_DB_H

#include "base/base.h"
#include "base/err.h"
#include "edge/statement_names.h"

struct arena;
struct db;

enum db_role {
    DB_SERVICE, /* refuses a schema this program does not know; statements end after 5 s */
    DB_DOCTOR,  /* any schema, with the service's limits */
    DB_OWNER    /* for migrations: any schema, no statement limit */
};

/* What a connection has done since it was made; for the benchmark. */
struct db_counts {
    int64_t statement_count;  /* executed, BEGIN and COMMIT among them */
    int64_t round_trip_count; /* those, and preparing */
};

/* A connection that is not open yet. DEFAULTS_FILE is in my.cnf format; [client] and [GROUP] are
 * read. Both strings must outlive it. */
struct db *db_new(const char *defaults_file, const char *group, enum db_role role);
void db_free(struct db *db);

/* Opens the connection unless it is open. ERR_DB_LOST if the server cannot be reached (at once,
 * without trying, for a short while after a failure), ERR_DB if it refuses us or the file names no
 * database, ERR_DB_SCHEMA if it has a schema that this program does not know. */
enum err db_open(struct db *db, struct errmsg *msg) HW_MUST_CHECK;

/* Closes it; the next use opens it again. */
void db_close(struct db *db);

/* What it has done so far. */
struct db_counts db_counts(const struct db *db);

/* ---- values that go in and come out ---- */

enum db_kind { DB_NULL, DB_INT, DB_BYTES, DB_TIME };

struct db_value {
    enum db_kind kind;
    int64_t integer;   /* DB_INT; DB_TIME: microseconds since 1970 */
    const char *bytes; /* DB_BYTES; a result has a NUL behind them */
    size_t len;
};

/* Values for parameters; bytes and text are not copied and must live until the statement has run.
 * NULL text is SQL's null. */
struct db_value db_null(void);
struct db_value db_int(int64_t number);
struct db_value db_bool(bool boolean);
struct db_value db_time(int64_t instant_us);
struct db_value db_bytes(const void *bytes, size_t len);
struct db_value db_text(const char *text);

struct db_result {
    struct db_value *values; /* row by row, on the arena */
    size_t row_count;
    size_t column_count;
    int64_t affected_count; /* rows matched, for a statement without rows */
};

/* The value in a row and column. */
const struct db_value *db_result_get(const struct db_result *result, size_t row, size_t column);

/* Runs a prepared statement. PARAMS are in order; for a statement with a list group they hold the
 * list's items flat, in its place. Results live on ARENA. ERR_DB_LOST, ERR_DB_RETRY,
 * ERR_DB_DUPLICATE, ERR_DB; the sentence names the statement and never a value. */
enum err db_query(struct db *db, struct arena *arena, enum statement_name statement,
                  const struct db_value *params, size_t param_count, struct db_result *ret_result,
                  struct errmsg *msg) HW_MUST_CHECK;

/* Prepares a statement and does not run it: what the server refuses, it refuses then. Errors as
 * above. */
enum err db_prepare(struct db *db, struct arena *arena, enum statement_name statement,
                    struct errmsg *msg) HW_MUST_CHECK;

/* Runs one SQL text that came from this program's own files (a migration) or is a constant. */
enum err db_run_text(struct db *db, const char *text, struct errmsg *msg) HW_MUST_CHECK;

#endif
