#include "serve/master.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/scoreboard.h"
#include "edge/service_manager.h"
#include "rule/bulkhead.h"
#include "serve/child.h"
#include "serve/crew.h"
#include "serve/generation.h"
#include "serve/roster.h"
#include "serve/sockets.h"

/* How often the table of children is looked through without a signal: while something is under way,
 * and while all is quiet. */
#define TICK_BUSY_US (5 * CLOCK_MS_US)
#define TICK_QUIET_US (500 * CLOCK_MS_US)

/* A new generation that is not ready by then is given up. */
#define RELOAD_LIMIT_US (10 * CLOCK_S_US)

struct master {
    const char *config_path;
    sigset_t signals; /* all that it reacts to; blocked, and taken one by one */
    struct sockets sockets;
    struct scoreboard *board;
    uint32_t generation_count;
    struct generation_pair generations;
    int64_t next_limit_us; /* when the next one is given up */
    bool reload_is_asked;
    int64_t drain_limit_us; /* when the last workers are killed; 0 = not draining */
    struct crew crew;
};

/* The configuration that counts for all children, also for those of an older one. */
static const struct config *master_config(const struct master *master)
{
    const struct generation_pair *pair = &master->generations;

    return pair->current != NULL ? pair->current->config : pair->next->config;
}

/* The log as the generation wants it; processes forked from here on inherit it. */
static enum err master_open_log(const struct generation *generation, struct errmsg *msg)
{
    enum log_level level;
    enum err err = log_open(generation->config->log_file, msg);

    if (err == ERR_OK && log_level_find(generation->config->log_level, &level))
        log_set_level(level);
    return err;
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
    master->generations.next = generation;
    master->next_limit_us = clock_monotonic_us() + RELOAD_LIMIT_US;
    crew_add(&master->crew, generation, sockets_have_quick(&master->sockets));
}

/* --- reload ---------------------------------------------------------------------------------- */

/* Reads everything again. Whatever is wrong, the current generation goes on. */
static enum err master_load_next(struct master *master, struct errmsg *msg)
{
    struct generation *generation;
    enum err err =
        generation_new(master->config_path, ++master->generation_count, &generation, msg);

    if (err != ERR_OK)
        return err;
    if ((size_t)roster_count(generation->config) > crew_count(&master->crew, CHILD_FREE)) {
        generation_free(generation);
        return errmsg_set(msg, ERR_OVERLOADED,
                          "too many workers of older generations are still leaving");
    }
    err = master_open_log(generation, msg);
    if (err != ERR_OK) {
        generation_free(generation);
        return err;
    }
    if (!sockets_check(&master->sockets, generation->config))
        log_write(LOG_WARNING, "a change of a socket's path, group or backlog needs a restart");
    master_set_next(master, generation);
    return ERR_OK;
}

static void master_start_reload(struct master *master)
{
    struct errmsg msg;

    master->reload_is_asked = false;
    service_manager_reloading();
    if (master_load_next(master, &msg) == ERR_OK)
        return;
    log_write(LOG_ERROR, "reload refused, nothing has changed: %s", msg.text);
    service_manager_ready();
}

/* The next generation takes over; the one before it, if any, leaves request by request. */
static void master_switch(struct master *master)
{
    struct generation_pair *pair = &master->generations;
    struct log_line line;

    if (pair->current != NULL)
        crew_stop_generation(&master->crew, pair->current);
    generation_free(pair->current);
    *pair = (struct generation_pair){.current = pair->next};
    crew_set_wanted(&master->crew, pair->current, sockets_have_quick(&master->sockets));
    log_line_init(&line, LOG_INFO, "ready");
    log_line_add_int(&line, "generation", pair->current->number);
    log_line_add_int(&line, "workers", pair->current->config->worker_count);
    log_line_add_int(&line, "reserved", master_reserved_count(master, pair->current));
    log_line_write(&line);
    service_manager_ready();
}

static void master_give_up_next(struct master *master)
{
    struct generation_pair *pair = &master->generations;
    struct errmsg msg;

    log_write(LOG_ERROR, "reload given up, its workers do not get ready; nothing has changed");
    crew_stop_generation(&master->crew, pair->next);
    if (master_open_log(pair->current, &msg) != ERR_OK)
        log_write(LOG_ERROR, "%s", msg.text);
    generation_free(pair->next);
    pair->next = NULL;
    service_manager_ready();
}

/* The first start is a reload too, of nothing; it alone is never given up. */
static void master_reload(struct master *master)
{
    const struct generation_pair *pair = &master->generations;

    if (pair->next == NULL && master->reload_is_asked)
        master_start_reload(master);
    if (pair->next == NULL)
        return;
    if (crew_is_ready(&master->crew, pair->next))
        master_switch(master);
    else if (pair->current != NULL && clock_monotonic_us() > master->next_limit_us)
        master_give_up_next(master);
}

/* --- drain ----------------------------------------------------------------------------------- */

static void master_set_draining(struct master *master)
{
    if (master->drain_limit_us != 0)
        return;
    log_write(LOG_INFO, "draining");
    service_manager_stopping();
    master->drain_limit_us = clock_monotonic_us() + master_config(master)->drain_ms * CLOCK_MS_US;
    /* Workers still hold the sockets; without the files nobody can queue behind those that leave.
     */
    sockets_clear(&master->sockets);
    crew_stop(&master->crew);
}

static bool master_is_drained(const struct master *master)
{
    return master->drain_limit_us != 0 && crew_count(&master->crew, CHILD_RUNNING) == 0;
}

/* --- the loop -------------------------------------------------------------------------------- */

/* Waits for a signal or the next look round. */
static void master_wait(struct master *master)
{
    bool is_busy = master->generations.next != NULL || master->drain_limit_us != 0 ||
                   crew_count(&master->crew, CHILD_DUE) != 0;
    int64_t tick_us = is_busy ? TICK_BUSY_US : TICK_QUIET_US;
    struct timespec tick = {.tv_nsec = tick_us * 1000};
    int number = sigtimedwait(&master->signals, NULL, &tick);

    if (number == SIGTERM || number == SIGINT)
        master_set_draining(master);
    if (number == SIGHUP)
        master->reload_is_asked = true;
}

/* One look round. */
static void master_step(struct master *master)
{
    crew_reap(&master->crew, &master->generations);
    crew_check(&master->crew, master_config(master)->kill_ms * CLOCK_MS_US);
    if (crew_is_alive(&master->crew, master_config(master)->kill_ms * CLOCK_MS_US))
        service_manager_alive(clock_monotonic_us());
    if (master->drain_limit_us == 0) {
        master_reload(master);
        crew_start_due(&master->crew, &master->generations, &master->sockets);
    } else if (clock_monotonic_us() >= master->drain_limit_us) {
        crew_kill(&master->crew, "the drain takes too long");
    }
}

static void master_loop(struct master *master)
{
    while (!master_is_drained(master)) {
        master_wait(master);
        master_step(master);
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

static enum err master_init(struct master *master, const struct generation *first,
                            struct errmsg *msg)
{
    enum err err = master_open_log(first, msg);

    if (err != ERR_OK)
        return err;
    master_set_signals(master);
    metric_share();
    master->board = scoreboard_new();
    if (master->board == NULL)
        return errmsg_set(msg, ERR_IO, "Cannot share memory: %s.", strerror(errno));
    crew_init(&master->crew, master->board);
    return sockets_init(first->config, &master->sockets, msg);
}

int master_run(const char *config_path, struct generation *first)
{
    struct master *master = calloc(1, sizeof *master);
    struct errmsg msg;

    if (master == NULL)
        abort();
    master->config_path = config_path;
    master->generation_count = first->number;
    if (master_init(master, first, &msg) != ERR_OK) {
        log_write(LOG_ERROR, "%s", msg.text);
        return EXIT_FAILURE;
    }
    if (!sockets_have_quick(&master->sockets))
        log_write(LOG_WARNING, "no quick socket: creates may hold all workers");
    master_set_next(master, first);
    crew_start_due(&master->crew, &master->generations, &master->sockets);
    master_loop(master);
    log_write(LOG_INFO, "stopped");
    generation_free(master->generations.next);
    generation_free(master->generations.current);
    scoreboard_free(master->board);
    free(master);
    return EXIT_SUCCESS;
}
