/* A worker: one process that serves one request at a time until it has to leave. */
#ifndef HW_SERVE_WORKER_H
#define HW_SERVE_WORKER_H

#include "base/base.h"

struct api_setup;
struct score;
struct scoreboard;

/* What the master gives a worker that it has just forked. */
struct worker_setup {
    const struct api_setup *api; /* shared with the other workers of its generation */
    struct scoreboard *board;
    struct score *score; /* the worker's own line of the scoreboard */
    int main_fd;         /* non-blocking; -1 for one that takes quick requests only */
    int quick_fd;        /* likewise; -1 if all requests come over the main one */
    int32_t master_pid;
};

/* Serves requests; to be called in the forked process with SIGTERM, SIGINT, SIGHUP and SIGUSR1
 * blocked. Leaves on SIGTERM or the master's death (both after the running request), after
 * config->max_requests give or take a tenth, and when its memory has doubled. Returns the exit
 * status: 0 if it should simply be replaced. */
int worker_run(const struct worker_setup *setup);

#endif
