#include "flow/schema_migrate.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/progress.h"
#include "edge/db.h"
#include "edge/digest.h"
#include "edge/migration.h"
#include "store/named_lock.h"
#include "store/schema.h"
#include "store/schema_migration.h"

/* One migrating program at a time in a database. */
#define LOCK_NAME "headwater migrate"
#define LOCK_WAIT_S 60

/* ---- what has been applied ---- */

static struct schema_migration record_of(const struct migration *migration)
{
    struct schema_migration record = {.version = migration->version, .name = migration->name};

    digest_sha256(migration->text, strlen(migration->text), record.checksum);
    return record;
}

static enum err applied_check(const struct schema_migration *row, const struct migration *known,
                              struct errmsg *msg)
{
    struct schema_migration record = record_of(known);

    if (row->version != known->version)
        return errmsg_set(msg, ERR_DB,
                          "The database has migration %" PRId64 " (%s) where this program expects "
                          "%" PRId64 " (%s); restore the database, or install the headwater that "
                          "it was made with.",
                          row->version, row->name, known->version, known->name);
    if (strcmp(row->name, known->name) != 0 ||
        !digest_equal(row->checksum, record.checksum, DIGEST_BYTES))
        return errmsg_set(msg, ERR_DB,
                          "Migration %" PRId64 " (%s) was applied with another text than this "
                          "program has (%s); install the headwater that the database was made "
                          "with, and put changes into a new migration.",
                          row->version, row->name, known->name);
    return ERR_OK;
}

static enum err applied_check_all(const struct schema_migration *rows, size_t count,
                                  struct errmsg *msg)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && i < migration_count && err == ERR_OK; i++)
        err = applied_check(&rows[i], &migrations[i], msg);
    if (err == ERR_OK && count > migration_count)
        return errmsg_set(msg, ERR_DB,
                          "The schema is newer than this program: it has migration %" PRId64
                          " (%s), which is not known here; upgrade headwater.",
                          rows[migration_count].version, rows[migration_count].name);
    return err;
}

/* What is on record; nothing if there is no record yet. */
static enum err applied_read(struct db *db, struct arena *arena, struct schema_migration **ret_rows,
                             size_t *ret_count, struct errmsg *msg)
{
    bool has_table;
    enum err err = schema_find_table(db, arena, "schema_migration", &has_table, msg);

    if (err != ERR_OK)
        return err;
    if (has_table)
        return schema_migration_list_applied(db, arena, ret_rows, ret_count, msg);
    *ret_rows = NULL;
    *ret_count = 0;
    return ERR_OK;
}

enum err schema_migrate_check(struct db *db, struct arena *arena, size_t *ret_count,
                              struct errmsg *msg)
{
    struct schema_migration *rows;
    size_t count;
    enum err err = applied_read(db, arena, &rows, &count, msg);

    if (err == ERR_OK)
        err = applied_check_all(rows, count, msg);
    if (err == ERR_OK)
        *ret_count = count;
    return err;
}

static struct schema_migrate_state state_of(const struct schema_migration *row,
                                            const struct migration *known)
{
    struct schema_migrate_state state = {.version = row == NULL ? known->version : row->version,
                                         .name = row == NULL ? known->name : row->name,
                                         .applied_us = row == NULL ? 0 : row->applied_us,
                                         .is_known = known != NULL,
                                         .is_as_expected = known != NULL};

    if (row != NULL && known != NULL) {
        struct schema_migration record = record_of(known);

        state.is_as_expected = strcmp(row->name, known->name) == 0 &&
                               digest_equal(row->checksum, record.checksum, DIGEST_BYTES);
    }
    return state;
}

enum err schema_migrate_list(struct db *db, struct arena *arena,
                             struct schema_migrate_state **ret_states, size_t *ret_count,
                             struct errmsg *msg)
{
    struct schema_migration *rows;
    struct schema_migrate_state *states;
    size_t row_count, row = 0, known = 0, count = 0;
    enum err err = applied_read(db, arena, &rows, &row_count, msg);

    if (err != ERR_OK)
        return err;
    states = arena_array(arena, row_count + migration_count, sizeof *states);
    while (row < row_count || known < migration_count) {
        bool has_row = row < row_count &&
                       (known == migration_count || rows[row].version <= migrations[known].version);
        bool has_known = known < migration_count &&
                         (row == row_count || migrations[known].version <= rows[row].version);

        states[count++] =
            state_of(has_row ? &rows[row] : NULL, has_known ? &migrations[known] : NULL);
        row += has_row;
        known += has_known;
    }
    *ret_states = states;
    *ret_count = count;
    return ERR_OK;
}

/* ---- applying ---- */

static bool is_comment(const char *line)
{
    line += strspn(line, " \t");
    return line[0] == '-' && line[1] == '-';
}

/* Takes the next statement, without comment lines and without its ";". False at the text's end. */
static bool statement_read(const char **at, struct buf *statement)
{
    buf_cut(statement, 0);
    while (**at != '\0') {
        const char *line = *at;
        size_t len = strcspn(line, "\n");

        *at = line + len + (line[len] == '\n');
        if (is_comment(line) || (statement->len == 0 && strspn(line, " \t") >= len))
            continue;
        if (len > 0 && line[len - 1] == ';') {
            buf_add(statement, line, len - 1);
            return true;
        }
        buf_add(statement, line, len);
        buf_add(statement, "\n", 1);
    }
    return statement->len > 0;
}

/* DONE: how many migrations are applied before this one. */
static enum err migration_run(struct db *db, struct arena *arena, const struct migration *migration,
                              int64_t done, struct errmsg *msg)
{
    struct schema_migration record = record_of(migration);
    const char *at = migration->text;
    struct buf statement;
    enum err err = ERR_OK;
    int number = 0;

    buf_init(&statement, arena);
    while (err == ERR_OK && statement_read(&at, &statement)) {
        number++;
        progress_note(arena_printf(arena, "migration %" PRId64 " (%.20s), statement %d",
                                   migration->version, migration->name, number),
                      done, (int64_t)migration_count);
        err = db_run_text(db, statement.text, msg);
    }
    if (err != ERR_OK)
        return errmsg_while(msg, err,
                            arena_printf(arena,
                                         "applying migration %" PRId64 " (%.30s), statement %d",
                                         migration->version, migration->name, number));
    return schema_migration_add(db, arena, &record, clock_now_us(), msg);
}

static enum err missing_run(struct db *db, struct arena *arena, size_t *ret_first,
                            struct errmsg *msg)
{
    size_t first;
    enum err err = schema_migration_init(db, arena, msg);

    if (err == ERR_OK)
        err = schema_migrate_check(db, arena, &first, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = first; i < migration_count && err == ERR_OK; i++)
        err = migration_run(db, arena, &migrations[i], (int64_t)i, msg);
    if (err == ERR_OK)
        *ret_first = first;
    return err;
}

static enum err lock_take(struct db *db, struct arena *arena, struct errmsg *msg)
{
    bool is_taken = false;
    enum err err = named_lock_take(db, arena, LOCK_NAME, 0, &is_taken, msg);

    for (int64_t i = 0; i < LOCK_WAIT_S && err == ERR_OK && !is_taken; i++) {
        progress_note("waiting for another migrate, in seconds", i, LOCK_WAIT_S);
        err = named_lock_take(db, arena, LOCK_NAME, 1, &is_taken, msg);
    }
    if (err != ERR_OK || is_taken)
        return err;
    return errmsg_set(msg, ERR_TIMEOUT,
                      "Another `headwater migrate` is at work on this database; run it again when "
                      "that one has ended.");
}

enum err schema_migrate_run(struct db *db, struct arena *arena, size_t *ret_first,
                            struct errmsg *msg)
{
    struct errmsg ignored;
    enum err err = lock_take(db, arena, msg);

    if (err != ERR_OK)
        return err;
    err = missing_run(db, arena, ret_first, msg);
    if (named_lock_release(db, arena, LOCK_NAME, &ignored) != ERR_OK)
        db_close(db);
    return err;
}
