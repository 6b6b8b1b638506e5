/* A worker or the reconciler as the master sees it: one place in the table of processes. */
#ifndef HW_SERVE_CHILD_H
#define HW_SERVE_CHILD_H

#include <sys/types.h>

#include "base/base.h"
#include "serve/roster.h"

struct generation;
struct score;
struct scoreboard;
struct sockets;

enum child_state {
    CHILD_FREE,   /* no process, none wanted */
    CHILD_DUE,    /* no process, one is to be started at due_us */
    CHILD_RUNNING /* a process that has not been waited for */
};

struct child {
    enum child_state state;
    uint32_t generation;   /* number of the generation it serves */
    enum roster_role role; /* whoever replaces it has the same */
    struct score *score;   /* its line of the scoreboard */
    int64_t due_us;        /* monotonic, if due */
    unsigned crash_count;

    /* of a running one */
    pid_t pid;
    int64_t started_us;
    int64_t told_us; /* when it was first told to leave, 0 = never */
    int64_t sent_us; /* when it was last told */
    bool is_killed;  /* by us: its end is no crash */
};

/* Forks the process. False if there is no process to be had; it is then due again after a second.
 */
bool child_start(struct child *child, const struct generation *generation,
                 const struct sockets *sockets, struct scoreboard *board);

/* Tells a running child to leave after its request, and again on later calls when it has not left
 * for a while: a signal can come in the instant before it is listened for. Another child that is
 * due is forgotten. */
void child_stop(struct child *child);

/* Kills a running child; WHY goes into the log beside the request it was serving. */
void child_kill(struct child *child, const char *why);

/* True if it runs and has reached its first wait for a connection. */
bool child_is_ready(const struct child *child);

/* True if it has been starting, leaving or in one request for longer than LIMIT_US, or has not
 * looked for a request for so long. */
bool child_is_stuck(const struct child *child, int64_t limit_us);

/* Takes note of its end: the process is gone, the place is free. STATUS is wait(2)'s. Logs an end
 * that was not asked for. True if the worker crashed. */
bool child_end(struct child *child, int status);

#endif
