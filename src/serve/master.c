#include "serve/master.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/log.h"
#include "serve/bulkhead.h"
#include "serve/child.h"
#include "serve/crash_budget.h"
#include "serve/generation.h"
#include "serve/roster.h"
#include "serve/scoreboard.h"
#include "serve/sockets.h"

/* How often the table of children is looked through without a signal: while something is under way,
 * and while all is quiet. */
#define TICK_BUSY_US (5 * CLOCK_MS_US)
#define TICK_QUIET_US (500 * CLOCK_MS_US)

/* A new generation that is not ready by then is given up. */
#define RELOAD_LIMIT_US (10 * CLOCK_S_US)

/* A worker that lived so long has started well: its crashes are counted anew. */
#define SETTLED_US (60 * CLOCK_S_US)

struct master {
    const char *config_path;
    sigset_t signals; /* all that it reacts to; blocked, and taken one by one */
    struct sockets sockets;
    struct scoreboard *board;
    uint32_t generation_count;
    struct generation *current; /* serves; NULL until the first one is ready */
    struct generation *next;    /* is starting; NULL if none */
    int64_t next_limit_us;      /* when it is given up */
    bool reload_is_asked;
    int64_t drain_limit_us; /* when the last workers are killed; 0 = not draining */
    struct crash_budget budget;
    bool budget_is_logged;
    struct child children[SCOREBOARD_SIZE];
};

#define EACH_CHILD(child, master)                                                                  \
    struct child *child = (master)->children;                                                      \
    child < (master)->children + SCOREBOARD_SIZE;                                                  \
    child++

/* The configuration that counts for all children, also for those of an older one. */
static const struct config *master_config(const struct master *master)
{
    return master->current != NULL ? master->current->config : master->next->config;
}

/* The generation that a child serves; NULL if it is no longer wanted. */
static const struct generation *master_find_generation(const struct master *master,
                                                       const struct child *child)
{
    if (master->current != NULL && master->current->number == child->generation)
        return master->current;
    if (master->next != NULL && master->next->number == child->generation)
        return master->next;
    return NULL;
}

static size_t master_count(const struct master *master, enum child_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < SCOREBOARD_SIZE; i++)
        count += master->children[i].state == state;
    return count;
}

/* --- starting and ending workers ------------------------------------------------------------- */

static void master_set_log_level(const struct generation *generation)
{
    enum log_level level;

    if (log_level_find(generation->config->log_level, &level))
        log_set_level(level);
}

static int64_t master_reserved_count(const struct master *master,
                                     const struct generation *generation)
{
    return bulkhead_reserved_count(generation->config->worker_count,
                                   sockets_have_quick(&master->sockets));
}

/* Makes GENERATION the next one: its processes are due at once. It is owned from here on. */
static void master_set_next(struct master *master, struct generation *generation)
{
    const struct config *config = generation->config;
    bool has_quick = sockets_have_quick(&master->sockets);
    int64_t number = 0;

    master_set_log_level(generation);
    master->next = generation;
    master->next_limit_us = clock_monotonic_us() + RELOAD_LIMIT_US;
    for (EACH_CHILD(child, master)) {
        if (number == roster_count(config))
            return;
        if (child->state != CHILD_FREE)
            continue;
        child->state = CHILD_DUE;
        child->generation = generation->number;
        child->role = roster_get_role(config, has_quick, number++);
        child->due_us = 0;
        child->crash_count = 0;
    }
}

static void master_start_due(struct master *master)
{
    int64_t now_us = clock_monotonic_us();

    for (EACH_CHILD(child, master)) {
        if (child->state == CHILD_DUE && child->due_us <= now_us)
            child_start(child, master_find_generation(master, child), &master->sockets);
    }
}

/* Counts a crash; returns how long to wait before the worker is replaced. */
static int64_t master_add_crash(struct master *master, struct child *child)
{
    int64_t now_us = clock_monotonic_us();
    bool is_spent;

    if (now_us - child->started_us >= SETTLED_US)
        child->crash_count = 0;
    child->crash_count++;
    crash_budget_add(&master->budget, now_us);
    is_spent = crash_budget_is_spent(&master->budget, now_us);
    if (is_spent && !master->budget_is_logged)
        log_write(LOG_ERROR, "workers crash too often, from now on each waits 5 s");
    master->budget_is_logged = is_spent;
    return crash_budget_pause_us(&master->budget, now_us, child->crash_count);
}

/* A child is gone: replaces it unless it was to go. */
static void master_end_child(struct master *master, struct child *child, int status)
{
    bool is_wanted = child->told_us == 0 && master_find_generation(master, child) != NULL;
    int64_t pause_us = 0;

    if (child_end(child, status))
        pause_us = master_add_crash(master, child);
    if (!is_wanted)
        return;
    child->state = CHILD_DUE;
    child->due_us = clock_monotonic_us() + pause_us;
}

static void master_reap(struct master *master)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (EACH_CHILD(child, master)) {
            if (child->state == CHILD_RUNNING && child->pid == pid)
                master_end_child(master, child, status);
        }
    }
}

/* Kills who hangs, and tells those to leave who should have left. */
static void master_check_children(struct master *master)
{
    int64_t kill_us = master_config(master)->kill_ms * CLOCK_MS_US;

    for (EACH_CHILD(child, master)) {
        if (child->state != CHILD_RUNNING)
            continue;
        if (child_is_stuck(child, kill_us))
            child_kill(child, "it hangs");
        if (child->told_us != 0)
            child_stop(child);
    }
}

/* --- reload ---------------------------------------------------------------------------------- */

/* Reads everything again. Whatever is wrong, the current generation goes on. */
static void master_load_next(struct master *master)
{
    struct generation *generation;
    struct errmsg msg;

    master->reload_is_asked = false;
    if (generation_new(master->config_path, ++master->generation_count, &generation, &msg) !=
        ERR_OK) {
        log_write(LOG_ERROR, "reload refused, nothing has changed: %s", msg.text);
        return;
    }
    if ((size_t)roster_count(generation->config) > master_count(master, CHILD_FREE)) {
        log_write(LOG_ERROR, "reload refused: too many workers of older ones are still leaving");
        generation_free(generation);
        return;
    }
    if (!sockets_check(&master->sockets, generation->config))
        log_write(LOG_WARNING, "a change of a socket's path, group or backlog needs a restart");
    master_set_next(master, generation);
}

static void master_stop_generation(struct master *master, const struct generation *generation)
{
    for (EACH_CHILD(child, master)) {
        if (child->generation == generation->number)
            child_stop(child);
    }
}

static bool master_next_is_ready(const struct master *master)
{
    int64_t missing = roster_count(master->next->config);

    for (size_t i = 0; i < SCOREBOARD_SIZE; i++) {
        const struct child *child = &master->children[i];

        if (child->generation == master->next->number && child_is_ready(child))
            missing--;
    }
    return missing <= 0;
}

/* The next generation takes over; the one before it, if any, leaves request by request. */
static void master_switch(struct master *master)
{
    struct log_line line;

    if (master->current != NULL)
        master_stop_generation(master, master->current);
    generation_free(master->current);
    master->current = master->next;
    master->next = NULL;
    log_line_init(&line, LOG_INFO, "ready");
    log_line_add_int(&line, "generation", master->current->number);
    log_line_add_int(&line, "workers", master->current->config->worker_count);
    log_line_add_int(&line, "reserved", master_reserved_count(master, master->current));
    log_line_write(&line);
}

static void master_give_up_next(struct master *master)
{
    log_write(LOG_ERROR, "reload given up, its workers do not get ready; nothing has changed");
    master_stop_generation(master, master->next);
    master_set_log_level(master->current);
    generation_free(master->next);
    master->next = NULL;
}

/* The first start is a reload too, of nothing; it alone is never given up. */
static void master_reload(struct master *master)
{
    if (master->next == NULL && master->reload_is_asked)
        master_load_next(master);
    if (master->next == NULL)
        return;
    if (master_next_is_ready(master))
        master_switch(master);
    else if (master->current != NULL && clock_monotonic_us() > master->next_limit_us)
        master_give_up_next(master);
}

/* --- drain ----------------------------------------------------------------------------------- */

static void master_set_draining(struct master *master)
{
    if (master->drain_limit_us != 0)
        return;
    log_write(LOG_INFO, "draining");
    master->drain_limit_us = clock_monotonic_us() + master_config(master)->drain_ms * CLOCK_MS_US;
    /* Workers still hold the sockets; without the files nobody can queue behind those that leave.
     */
    sockets_clear(&master->sockets);
    for (EACH_CHILD(child, master)) {
        child_stop(child);
    }
}

static void master_drain(struct master *master)
{
    if (clock_monotonic_us() < master->drain_limit_us)
        return;
    for (EACH_CHILD(child, master)) {
        if (child->state == CHILD_RUNNING)
            child_kill(child, "the drain takes too long");
    }
}

static bool master_is_drained(const struct master *master)
{
    return master->drain_limit_us != 0 && master_count(master, CHILD_RUNNING) == 0;
}

/* --- the loop -------------------------------------------------------------------------------- */

/* Waits for a signal or the next look round. */
static void master_wait(struct master *master)
{
    bool is_busy =
        master->next != NULL || master->drain_limit_us != 0 || master_count(master, CHILD_DUE) != 0;
    int64_t tick_us = is_busy ? TICK_BUSY_US : TICK_QUIET_US;
    struct timespec tick = {.tv_nsec = tick_us * 1000};
    int number = sigtimedwait(&master->signals, NULL, &tick);

    if (number == SIGTERM || number == SIGINT)
        master_set_draining(master);
    if (number == SIGHUP)
        master->reload_is_asked = true;
}

static void master_loop(struct master *master)
{
    while (!master_is_drained(master)) {
        master_wait(master);
        master_reap(master);
        master_check_children(master);
        if (master->drain_limit_us != 0) {
            master_drain(master);
            continue;
        }
        master_reload(master);
        master_start_due(master);
    }
}

/* Signals wait until sigtimedwait takes them, so nothing is ever interrupted; workers inherit the
 * mask. SIGUSR1 is reserved: taken and ignored. */
static void master_set_signals(struct master *master)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
    struct sigaction standard = {.sa_handler = SIG_DFL};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&master->signals);
    for (size_t i = 0; i < HW_COUNT(numbers); i++) {
        sigaddset(&master->signals, numbers[i]);
        sigaction(numbers[i], &standard, NULL);
    }
    sigaction(SIGPIPE, &ignore, NULL);
    sigprocmask(SIG_BLOCK, &master->signals, NULL);
}

static enum err master_init(struct master *master, const struct config *config, struct errmsg *msg)
{
    master_set_signals(master);
    if (roster_count(config) > SCOREBOARD_SIZE)
        return errmsg_set(msg, ERR_USAGE, "[server] workers must be fewer than %d.",
                          SCOREBOARD_SIZE);
    master->board = scoreboard_new();
    if (master->board == NULL)
        return errmsg_set(msg, ERR_IO, "Cannot share memory: %s.", strerror(errno));
    for (size_t i = 0; i < SCOREBOARD_SIZE; i++)
        master->children[i].score = scoreboard_get(master->board, i);
    return sockets_init(config, &master->sockets, msg);
}

int master_run(const char *config_path, struct generation *first)
{
    struct master *master = calloc(1, sizeof *master);
    struct errmsg msg;

    if (master == NULL)
        abort();
    master->config_path = config_path;
    master->generation_count = first->number;
    if (master_init(master, first->config, &msg) != ERR_OK) {
        log_write(LOG_ERROR, "%s", msg.text);
        return EXIT_FAILURE;
    }
    if (!sockets_have_quick(&master->sockets))
        log_write(LOG_WARNING, "no quick socket: creates may hold all workers");
    master_set_next(master, first);
    master_start_due(master);
    master_loop(master);
    log_write(LOG_INFO, "stopped");
    generation_free(master->next);
    generation_free(master->current);
    scoreboard_free(master->board);
    free(master);
    return EXIT_SUCCESS;
}
