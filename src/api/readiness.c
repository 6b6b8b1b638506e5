#include "api/readiness.h"

#include <string.h>

#include "api/endpoint.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/scoreboard.h"
#include "edge/db.h"
#include "store/reconciler.h"

/* A pass takes seconds, or some minutes while Stripe is silent: then it is late, not dead. */
#define PASS_LATE_S 60
#define PASS_DEAD_S 600

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
                        const struct endpoint_env *env)
{
    struct score_census census = scoreboard_count(env->board);
    int64_t wanted = env->flow.config->worker_count;
    int64_t there = census.ready_count + census.busy_count;
    enum readiness_status status = READINESS_PASS;

    if (census.ready_count == 0 || there < wanted)
        status = READINESS_WARN;
    if (there * 2 < wanted)
        status = READINESS_FAIL;
    add(readiness, count, "workers", status,
        arena_printf(arena, "%lld of %lld workers are there, %lld of them busy", (long long)there,
                     (long long)wanted, (long long)census.busy_count));
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
    if (age_s > PASS_LATE_S)
        status = READINESS_WARN;
    if (err != ERR_OK || age_s > PASS_DEAD_S)
        status = READINESS_FAIL;
    add(readiness, count, "reconciler", status, output);
}

void readiness_look(struct endpoint_env *env, struct arena *arena, struct readiness *ret_readiness)
{
    struct reconciler reconciler = {0};
    struct reconciler_backlog ignored;
    struct errmsg msg = {0};
    size_t count = 0;
    enum err err = reconciler_get(env->flow.db, arena, &reconciler, &ignored, &msg);

    *ret_readiness = (struct readiness){.status = READINESS_PASS};
    add_database(ret_readiness, &count, arena, err, &msg);
    add_workers(ret_readiness, &count, arena, env);
    add_reconciler(ret_readiness, &count, arena, err, &reconciler);
}

const char *readiness_text(enum readiness_status status)
{
    static const char *const texts[READINESS__MAX] = {"pass", "warn", "fail"};

    return texts[status];
}
