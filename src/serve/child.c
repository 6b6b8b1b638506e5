#include "serve/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/scoreboard.h"
#include "serve/generation.h"
#include "serve/reconcile_process.h"
#include "serve/sockets.h"
#include "serve/worker.h"

#define FORK_RETRY_US (1 * CLOCK_S_US)
#define STOP_RESEND_US (500 * CLOCK_MS_US)

static bool is_reconciler(const struct child *child)
{
    return child->role == ROSTER_RECONCILER;
}

static enum score_role score_role_of(enum roster_role role)
{
    static const enum score_role roles[ROSTER__MAX] = {[ROSTER_WORKER] = SCORE_MAIN,
                                                       [ROSTER_QUICK_WORKER] = SCORE_QUICK,
                                                       [ROSTER_RECONCILER] = SCORE_OTHER};

    return roles[role];
}

bool child_start(struct child *child, const struct generation *generation,
                 const struct sockets *sockets, struct scoreboard *board)
{
    struct worker_setup setup = {.api = generation->setup,
                                 .board = board,
                                 .score = child->score,
                                 .main_fd = child->role == ROSTER_WORKER ? sockets->main.fd : -1,
                                 .quick_fd = sockets->quick.fd,
                                 .master_pid = getpid()};

    score_init(child->score, generation->number, score_role_of(child->role));
    pid_t pid = fork();
    if (pid == 0) {
        exit(is_reconciler(child) ? reconcile_process_run(&setup) : worker_run(&setup));
    }
    child->started_us = clock_monotonic_us();
    if (pid < 0) {
        log_write(LOG_ERROR, "cannot fork a %s: %s", roster_role_text(child->role),
                  strerror(errno));
        child->due_us = child->started_us + FORK_RETRY_US;
        score_set_state(child->score, SCORE_FREE);
        return false;
    }
    child->state = CHILD_RUNNING;
    child->pid = pid;
    child->told_us = 0;
    child->is_killed = false;
    return true;
}

void child_stop(struct child *child)
{
    int64_t now_us = clock_monotonic_us();

    if (child->state == CHILD_DUE)
        child->state = CHILD_FREE;
    if (child->state != CHILD_RUNNING)
        return;
    if (child->told_us != 0 && now_us - child->sent_us < STOP_RESEND_US)
        return;
    if (child->told_us == 0)
        child->told_us = now_us;
    child->sent_us = now_us;
    kill(child->pid, SIGTERM);
}

void child_kill(struct child *child, const char *why)
{
    struct score_view view = score_read(child->score);
    struct log_line line;

    if (child->is_killed)
        return;
    child->is_killed = true;
    kill(child->pid, SIGKILL);
    log_line_init(&line, LOG_ERROR, is_reconciler(child) ? "reconciler killed" : "worker killed");
    log_line_add_text(&line, "why", why);
    log_line_add_int(&line, roster_role_text(child->role), child->pid);
    if (view.request_id[0] != '\0')
        log_line_add_text(&line, "requestId", view.request_id);
    log_line_write(&line);
}

bool child_is_ready(const struct child *child)
{
    return child->state == CHILD_RUNNING && score_read(child->score).state != SCORE_STARTING;
}

bool child_is_stuck(const struct child *child, int64_t limit_us)
{
    struct score_view view = score_read(child->score);
    int64_t now_us = clock_monotonic_us();

    if (child->state != CHILD_RUNNING)
        return false;
    if (child->told_us != 0 && now_us - child->told_us > limit_us)
        return true;
    return now_us - view.since_us > limit_us;
}

static void child_log_crash(const struct child *child, int status)
{
    struct score_view view = score_read(child->score);
    struct log_line line;

    log_line_init(&line, LOG_ERROR, is_reconciler(child) ? "reconciler died" : "worker died");
    log_line_add_int(&line, roster_role_text(child->role), child->pid);
    if (WIFSIGNALED(status))
        log_line_add_int(&line, "signal", WTERMSIG(status));
    else
        log_line_add_int(&line, "status", WEXITSTATUS(status));
    if (view.state == SCORE_BUSY && view.request_id[0] != '\0')
        log_line_add_text(&line, "requestId", view.request_id);
    log_line_write(&line);
}

bool child_end(struct child *child, int status)
{
    bool has_left = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
    bool has_crashed = !has_left && !child->is_killed;

    if (has_crashed)
        child_log_crash(child, status);
    if (!has_left)
        metric_count(METRIC_DEATHS, has_crashed ? METRIC_CRASHED : METRIC_KILLED, 0);
    score_set_state(child->score, SCORE_FREE);
    child->state = CHILD_FREE;
    return has_crashed;
}
