/*
 * The create with a known account and a segment by id, without a service around it: the statements
 * that headwaterd runs for it, in its order, driven by a loop. What a service makes of the same
 * database can then be told from what the database itself costs.
 *
 * usage: bare_loop DEFAULTS_FILE TEAMS_FILE PROCESSES SECONDS
 *
 * Texts and preparing are the service's own (edge/db), so they cannot drift; t/bench/run compares
 * the number of statements. Prints one JSON object.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "edge/db.h"
#include "edge/db_tx.h"
#include "edge/digest.h"

#define TEAM_MAX 10000
#define RUN_BYTES 16

/* Beyond the measured span: to connect, and for a process that fails while the others wait. */
#define GRACE_S 30

/* A line of the teams file: what a caller of the API would know. */
struct team {
    char public_id[9];
    int64_t id;
    int64_t segment_id;
    int64_t first_account_id;
    int64_t account_count;
};

struct loop {
    struct db *db;
    struct arena *arena;
    const struct team *team;
    int64_t account_id;
    unsigned int seed;
};

/* What a process tells its parent. */
struct tally {
    int64_t create_count;
    int64_t statement_count;
    int64_t round_trip_count;
    int64_t elapsed_us;
};

static HW_NORETURN void fail(const char *what, const char *why)
{
    fprintf(stderr, "bare_loop: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static size_t teams_read(const char *path, struct team teams[TEAM_MAX])
{
    FILE *file = fopen(path, "r");
    size_t count = 0;

    if (file == NULL)
        fail(path, strerror(errno));
    while (count < TEAM_MAX &&
           fscanf(file, "%*s %8s %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %*[^\n]",
                  teams[count].public_id, &teams[count].id, &teams[count].segment_id,
                  &teams[count].first_account_id, &teams[count].account_count) == 5)
        count++;
    fclose(file);
    if (count == 0)
        fail(path, "it names no team");
    return count;
}

static enum err query(struct loop *loop, enum statement_name statement,
                      const struct db_value *params, size_t count, struct db_result *ret_result,
                      struct errmsg *msg)
{
    return db_query(loop->db, loop->arena, statement, params, count, ret_result, msg);
}

static enum err find_key(struct loop *loop, struct errmsg *msg)
{
    const struct db_value params[] = {db_text(loop->team->public_id)};
    struct db_result rows;
    enum err err = query(loop, STATEMENT_API_KEY_FIND, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK && rows.row_count != 1)
        return errmsg_set(msg, ERR_NOT_FOUND, "the key is not there");
    return err;
}

static enum err find_account(struct loop *loop, struct errmsg *msg)
{
    const struct team *team = loop->team;
    const struct db_value params[] = {db_int(team->segment_id), db_int(team->id),
                                      db_int(loop->account_id)};
    struct db_result rows;
    enum err err =
        query(loop, STATEMENT_ACCOUNT_FIND_WITH_SEGMENT, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK && rows.row_count != 1)
        return errmsg_set(msg, ERR_NOT_FOUND, "the account is not there");
    return err;
}

static enum err take_stream(struct loop *loop, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(loop->team->id), db_text("active"),
                                      db_int(loop->account_id)};
    struct db_result result;
    enum err err =
        query(loop, STATEMENT_ACCOUNT_TAKE_STREAM, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count != 1)
        return errmsg_set(msg, ERR_STREAM_CAP_EXCEEDED, "the account has no room");
    return err;
}

/* The values are those that the requests of bench.lua lead to. */
static enum err add_stream(struct loop *loop, int64_t *ret_id, struct errmsg *msg)
{
    unsigned char run_id[RUN_BYTES];
    const struct db_value params[] = {
        db_int(loop->team->id),
        db_int(loop->team->segment_id),
        db_bytes(run_id, sizeof run_id),
        db_text("AI founders building developer tools"),
        db_text("active"),
        db_int(0),
        db_bool(false),
        db_int(1),
        db_text("Europe/Berlin"),
        db_bool(true),
        db_bool(true),
        db_text("verified"),
        db_text("daily"),
        db_null(),
        db_text("leads_plus_webhook"),
        db_text("https://hooks.example.com/headwater/leads"),
        db_text("sales@example.com"),
        db_null(),
        db_text("excel"),
        db_time(clock_now_us()),
    };
    struct db_result rows;
    enum err err;

    digest_random(run_id, sizeof run_id);
    err = query(loop, STATEMENT_STREAM_ADD, params, HW_COUNT(params), &rows, msg);
    if (err == ERR_OK)
        *ret_id = db_result_get(&rows, 0, 0)->integer;
    return err;
}

static enum err add_pair(struct loop *loop, int64_t stream_id, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(loop->team->id), db_int(stream_id),
                                      db_int(loop->account_id), db_text("known")};
    struct db_result rows;

    return query(loop, STATEMENT_PAIR_ADD, params, HW_COUNT(params), &rows, msg);
}

static enum err add_slot(struct loop *loop, int64_t stream_id, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(stream_id), db_int(37)};
    struct db_result ignored;

    return query(loop, STATEMENT_STREAM_ADD_SLOT, params, HW_COUNT(params), &ignored, msg);
}

/* The transaction's body. */
static enum err reserve(void *arg, struct errmsg *msg)
{
    struct loop *loop = arg;
    int64_t stream_id;
    enum err err = take_stream(loop, msg);

    if (err == ERR_OK)
        err = add_stream(loop, &stream_id, msg);
    if (err == ERR_OK)
        err = add_pair(loop, stream_id, msg);
    if (err == ERR_OK)
        err = add_slot(loop, stream_id, msg);
    return err;
}

static void create_one(struct loop *loop, const struct team *teams, size_t team_count)
{
    struct errmsg msg;
    enum err err;

    loop->team = &teams[(size_t)rand_r(&loop->seed) % team_count];
    loop->account_id =
        loop->team->first_account_id + rand_r(&loop->seed) % loop->team->account_count;
    err = find_key(loop, &msg);
    if (err == ERR_OK)
        err = find_account(loop, &msg);
    if (err == ERR_OK)
        err = db_tx_run(loop->db, reserve, loop, &msg);
    if (err != ERR_OK)
        fail("create", msg.text);
    arena_reset(loop->arena);
}

/* One process: makes all statements ready, waits for the others, then creates until time is up. */
static struct tally loop_run(const char *defaults_file, const struct team *teams, size_t team_count,
                             int ready_fd, int start_fd, int64_t span_us)
{
    struct loop loop = {.db = db_new(defaults_file, "headwater", DB_SERVICE),
                        .arena = arena_new(),
                        .seed = (unsigned int)getpid()};
    struct tally tally = {0};
    struct db_counts before, after;
    int64_t begin_us;
    char nothing = 0;

    create_one(&loop, teams, team_count);
    if (write(ready_fd, &nothing, 1) != 1 || read(start_fd, &nothing, 1) != 0)
        fail("start", strerror(errno));
    before = db_counts(loop.db);
    begin_us = clock_monotonic_us();
    do {
        create_one(&loop, teams, team_count);
        tally.create_count++;
        tally.elapsed_us = clock_monotonic_us() - begin_us;
    } while (tally.elapsed_us < span_us);
    after = db_counts(loop.db);
    tally.statement_count = after.statement_count - before.statement_count;
    tally.round_trip_count = after.round_trip_count - before.round_trip_count;
    db_free(loop.db);
    arena_free(loop.arena);
    return tally;
}

static void pipe_open(int ends[2])
{
    if (pipe(ends) != 0)
        fail("pipe", strerror(errno));
}

/* Adds up what the processes report; they ran side by side, so the longest span counts. */
static struct tally tallies_read(int fd, int process_count)
{
    struct tally sum = {0};

    for (int i = 0; i < process_count; i++) {
        struct tally one;

        if (read(fd, &one, sizeof one) != (ssize_t)sizeof one)
            fail("result", "a process ended early");
        sum.create_count += one.create_count;
        sum.statement_count += one.statement_count;
        sum.round_trip_count += one.round_trip_count;
        if (one.elapsed_us > sum.elapsed_us)
            sum.elapsed_us = one.elapsed_us;
    }
    return sum;
}

static void wait_ready(int fd, int process_count)
{
    char nothing;

    for (int i = 0; i < process_count; i++)
        if (read(fd, &nothing, 1) != 1)
            fail("start", "a process ended early");
}

static struct tally processes_run(const char *defaults_file, const struct team *teams,
                                  size_t team_count, int process_count, int64_t span_us)
{
    int ready[2], start[2], result[2];
    struct tally sum;

    pipe_open(ready);
    pipe_open(start);
    pipe_open(result);
    for (int i = 0; i < process_count; i++) {
        struct tally tally;
        pid_t pid = fork();

        if (pid < 0)
            fail("fork", strerror(errno));
        if (pid > 0)
            continue;
        close(start[1]);
        tally = loop_run(defaults_file, teams, team_count, ready[1], start[0], span_us);
        exit(write(result[1], &tally, sizeof tally) == (ssize_t)sizeof tally ? 0 : EXIT_FAILURE);
    }
    close(ready[1]);
    close(result[1]);
    wait_ready(ready[0], process_count);
    close(start[1]); /* the signal: every process reads the end of this pipe */
    sum = tallies_read(result[0], process_count);
    while (wait(NULL) > 0)
        ;
    return sum;
}

int main(int argc, char **argv)
{
    static struct team teams[TEAM_MAX];
    struct tally sum;
    int process_count;
    double seconds;

    if (argc != 5)
        fail("usage", "bare_loop DEFAULTS_FILE TEAMS_FILE PROCESSES SECONDS");
    process_count = (int)strtol(argv[3], NULL, 10);
    seconds = strtod(argv[4], NULL);
    if (process_count < 1 || process_count > 256 || seconds <= 0)
        fail("usage", "1 to 256 processes, a time above 0");
    alarm((unsigned int)seconds + GRACE_S);
    sum = processes_run(argv[1], teams, teams_read(argv[2], teams), process_count,
                        (int64_t)(seconds * (double)CLOCK_S_US));
    printf("{\"creates\":%" PRId64 ",\"seconds\":%.6f,\"statements\":%" PRId64
           ",\"round_trips\":%" PRId64 "}\n",
           sum.create_count, (double)sum.elapsed_us / (double)CLOCK_S_US, sum.statement_count,
           sum.round_trip_count);
    return EXIT_SUCCESS;
}
