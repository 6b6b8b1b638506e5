#include "api/readiness.h"

#include <string.h>

#include "api/endpoint.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/scoreboard.h"
#include "edge/db.h"
#include "store/reconciler.h"

static void add(struct readiness *readiness, size_t *count, const char *name,
                enum readiness_status status, const char *output)
{
    readiness->checks[(*count)++] =
        (struct readiness_check){name, status, status == READINESS_PASS ? NULL : output};
    if (status > readiness->status)
        readiness->status = status;
}

/* The read that tells of database, schema and reconciler at once. */
static void add_database(struct readiness *readiness, size_t *count, struct arena *arena,
                         enum err err, const struct errmsg *msg)
{
    const char *why = arena_text(arena, msg->text, strlen(msg->text));
    bool is_schema = err == ERR_DB_SCHEMA;
    bool is_database = err != ERR_OK && !is_schema;

    add(readiness, count, "database", is_database ? READINESS_FAIL : READINESS_PASS, why);
    add(readiness, count, "schema", err == ERR_OK ? READINESS_PASS : READINESS_FAIL,
        is_schema ? why : "not known without the database");
}

static void add_workers(struct readiness *readiness, size_t *count, struct arena *arena,
                        const struct scoreboard *board)
{
    struct score_census all = scoreboard_count(board, SCORE_MAIN);
    struct score_census quick = scoreboard_count(board, SCORE_QUICK);
    int64_t wanted = all.wanted_count + quick.wanted_count;
    int64_t there = all.ready_count + all.busy_count + quick.ready_count + quick.busy_count;
    enum readiness_status status = READINESS_PASS;

    if (all.ready_count == 0 || there < wanted)
        status = READINESS_WARN;
    if (there * 2 < wanted || all.ready_count + all.busy_count == 0)
        status = READINESS_FAIL;
    add(readiness, count, "workers", status,
        arena_printf(arena, "%lld of %lld workers are there; of those for creates %lld are free",
                     (long long)there, (long long)wanted, (long long)all.ready_count));
}

static void add_reconciler(struct readiness *readiness, size_t *count, struct arena *arena,
                           enum err err, const struct reconciler *reconciler)
{
    int64_t age_s = (clock_now_us() - reconciler->pass_us) / CLOCK_S_US;
    enum readiness_status status = READINESS_PASS;
    const char *output = arena_printf(arena, "the last pass ended %lld s ago", (long long)age_s);

    if (err != ERR_OK)
        output = "not known without the database";
    else if (reconciler->pass_us == 0)
        output = "no pass has ended yet: neither headwaterd nor `headwater reconcile` runs one";
    if (err != ERR_OK || age_s > RECONCILER_LATE_S)
        status = READINESS_WARN;
    add(readiness, count, "reconciler", status, output);
}

enum err readiness_read(struct db *db, struct arena *arena, struct reconciler *ret_reconciler,
                        struct reconciler_backlog *ret_backlog, struct errmsg *msg)
{
    enum err err = reconciler_get(db, arena, ret_reconciler, ret_backlog, msg);

    /* An idle connection may have been closed by the server. */
    if (err == ERR_DB_LOST)
        err = reconciler_get(db, arena, ret_reconciler, ret_backlog, msg);
    return err;
}

/* One line for each change, by whichever worker notices it first. */
static void log_change(const struct readiness *readiness, struct scoreboard *board)
{
    struct log_line line;

    if (scoreboard_swap_note(board, (int32_t)readiness->status) == (int32_t)readiness->status)
        return;
    log_line_init(&line, readiness->status == READINESS_PASS ? LOG_INFO : LOG_WARNING, "readiness");
    log_line_add_text(&line, "status", readiness_text(readiness->status));
    for (size_t i = 0; i < READINESS_CHECKS; i++)
        log_line_add_text(&line, readiness->checks[i].name, readiness->checks[i].output);
    log_line_write(&line);
}

void readiness_look(struct endpoint_env *env, struct arena *arena, struct readiness *ret_readiness)
{
    struct reconciler reconciler = {0};
    struct reconciler_backlog ignored;
    struct errmsg msg = {0};
    size_t count = 0;
    enum err err = readiness_read(env->flow.db, arena, &reconciler, &ignored, &msg);

    *ret_readiness = (struct readiness){.status = READINESS_PASS};
    add_database(ret_readiness, &count, arena, err, &msg);
    add_workers(ret_readiness, &count, arena, env->board);
    add_reconciler(ret_readiness, &count, arena, err, &reconciler);
    log_change(ret_readiness, env->board);
}

const char *readiness_text(enum readiness_status status)
{
    static const char *const texts[READINESS__MAX] = {"pass", "warn", "fail"};

    return texts[status];
}
