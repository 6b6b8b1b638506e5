#include "serve/crew.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "rule/bulkhead.h"
#include "serve/generation.h"
#include "serve/roster.h"

/* A worker that lived so long has started well: its crashes are counted anew. */
#define SETTLED_US (60 * CLOCK_S_US)

/* The master looks round twice a second: if it could not for so long, nobody could do anything. */
#define PAUSED_US (5 * CLOCK_S_US)

#define EACH_CHILD(child, crew)                                                                    \
    struct child *child = (crew)->children;                                                        \
    child < (crew)->children + SCOREBOARD_SIZE;                                                    \
    child++

void crew_init(struct crew *crew, struct scoreboard *board)
{
    crew->board = board;
    for (size_t i = 0; i < SCOREBOARD_SIZE; i++)
        crew->children[i].score = scoreboard_get(board, i);
}

size_t crew_count(const struct crew *crew, enum child_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < SCOREBOARD_SIZE; i++)
        count += crew->children[i].state == state;
    return count;
}

void crew_add(struct crew *crew, const struct generation *generation, bool has_quick_socket)
{
    int64_t number = 0;

    for (EACH_CHILD(child, crew)) {
        if (number == roster_count(generation->config))
            return;
        if (child->state != CHILD_FREE)
            continue;
        child->state = CHILD_DUE;
        child->generation = generation->number;
        child->role = roster_get_role(generation->config, has_quick_socket, number++);
        child->due_us = 0;
        child->crash_count = 0;
    }
}

void crew_start_due(struct crew *crew, const struct generation_pair *generations,
                    const struct sockets *sockets)
{
    int64_t now_us = clock_monotonic_us();

    for (EACH_CHILD(child, crew)) {
        if (child->state == CHILD_DUE && child->due_us <= now_us)
            child_start(child, generation_find(generations, child->generation), sockets,
                        crew->board);
    }
}

/* Counts a crash; returns how long to wait before the worker is replaced. */
static int64_t add_crash(struct crew *crew, struct child *child)
{
    int64_t now_us = clock_monotonic_us();
    bool is_spent;

    if (now_us - child->started_us >= SETTLED_US)
        child->crash_count = 0;
    child->crash_count++;
    crash_budget_add(&crew->budget, now_us);
    is_spent = crash_budget_is_spent(&crew->budget, now_us);
    if (is_spent && !crew->budget_is_logged)
        log_write(LOG_ERROR, "workers crash too often, from now on each waits 5 s");
    crew->budget_is_logged = is_spent;
    return crash_budget_pause_us(&crew->budget, now_us, child->crash_count);
}

/* A child is gone: replaces it unless it was to go. */
static void end_child(struct crew *crew, const struct generation_pair *generations,
                      struct child *child, int status)
{
    bool is_wanted = child->told_us == 0 && generation_find(generations, child->generation) != NULL;
    int64_t pause_us = 0;

    if (child_end(child, status))
        pause_us = add_crash(crew, child);
    if (!is_wanted)
        return;
    child->state = CHILD_DUE;
    child->due_us = clock_monotonic_us() + pause_us;
}

void crew_reap(struct crew *crew, const struct generation_pair *generations)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (EACH_CHILD(child, crew)) {
            if (child->state == CHILD_RUNNING && child->pid == pid)
                end_child(crew, generations, child, status);
        }
    }
}

void crew_check(struct crew *crew, int64_t limit_us)
{
    int64_t now_us = clock_monotonic_us();
    bool has_slept = now_us - crew->checked_us > PAUSED_US;

    crew->checked_us = now_us;
    for (EACH_CHILD(child, crew)) {
        if (child->state != CHILD_RUNNING)
            continue;
        if (!has_slept && child_is_stuck(child, limit_us))
            child_kill(child, "it hangs");
        if (child->told_us != 0)
            child_stop(child);
    }
}

void crew_stop_generation(struct crew *crew, const struct generation *generation)
{
    for (EACH_CHILD(child, crew)) {
        if (child->generation == generation->number)
            child_stop(child);
    }
}

void crew_stop(struct crew *crew)
{
    for (EACH_CHILD(child, crew)) {
        child_stop(child);
    }
}

void crew_kill(struct crew *crew, const char *why)
{
    for (EACH_CHILD(child, crew)) {
        if (child->state == CHILD_RUNNING)
            child_kill(child, why);
    }
}

bool crew_is_ready(const struct crew *crew, const struct generation *generation)
{
    int64_t missing = roster_count(generation->config);

    for (size_t i = 0; i < SCOREBOARD_SIZE; i++) {
        const struct child *child = &crew->children[i];

        if (child->generation == generation->number && child_is_ready(child))
            missing--;
    }
    return missing <= 0;
}

bool crew_is_alive(const struct crew *crew, int64_t sign_us)
{
    for (size_t i = 0; i < SCOREBOARD_SIZE; i++) {
        const struct child *child = &crew->children[i];

        if (child->role != ROSTER_RECONCILER && child_is_ready(child) &&
            !child_is_stuck(child, sign_us))
            return true;
    }
    return false;
}

void crew_set_wanted(struct crew *crew, const struct generation *generation, bool has_quick_socket)
{
    int64_t count = generation->config->worker_count;
    int64_t quick_count = bulkhead_reserved_count(count, has_quick_socket);

    scoreboard_set_wanted(crew->board, SCORE_MAIN, count - quick_count);
    scoreboard_set_wanted(crew->board, SCORE_QUICK, quick_count);
}
