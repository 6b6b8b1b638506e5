/* The crew: the table of all processes that the master has, of all generations. */
#ifndef HW_SERVE_CREW_H
#define HW_SERVE_CREW_H

#include "base/base.h"
#include "base/scoreboard.h"
#include "serve/child.h"
#include "serve/crash_budget.h"

struct generation;
struct generation_pair;
struct sockets;

struct crew {
    int64_t checked_us; /* monotonic: the last look for those that hang */
    struct scoreboard *board;
    struct crash_budget budget;
    bool budget_is_logged;
    struct child children[SCOREBOARD_SIZE];
};

/* Gives each place its line of the scoreboard, which must outlive the crew; no process is there.
 * The rest of CREW is zero. */
void crew_init(struct crew *crew, struct scoreboard *board);

/* How many places are in that state. */
size_t crew_count(const struct crew *crew, enum child_state state);

/* Makes places due for all processes of the generation; there must be room for them. */
void crew_add(struct crew *crew, const struct generation *generation, bool has_quick_socket);

/* Starts the processes that are due. */
void crew_start_due(struct crew *crew, const struct generation_pair *generations,
                    const struct sockets *sockets);

/* Takes note of processes that have ended; those that should not have are due again, after a pause
 * if they crashed. */
void crew_reap(struct crew *crew, const struct generation_pair *generations);

/* Kills who hangs for longer than LIMIT_US, and tells those again to leave who have not left. After
 * a pause of the whole machine nobody is killed before all have had time to show that they live. */
void crew_check(struct crew *crew, int64_t limit_us);

/* Tells the processes of one generation to leave. */
void crew_stop_generation(struct crew *crew, const struct generation *generation);

/* Tells all to leave. */
void crew_stop(struct crew *crew);

/* Kills all that still run; WHY goes into the log. */
void crew_kill(struct crew *crew, const char *why);

/* Notes for all to see how many workers GENERATION has of each role. */
void crew_set_wanted(struct crew *crew, const struct generation *generation, bool has_quick_socket);

/* True if every process of the generation has reached its first wait for work. */
bool crew_is_ready(const struct crew *crew, const struct generation *generation);

/* True if a worker is at work or waits for it, and has shown so within SIGN_US: they do not all
 * hang, die at once or fail to start. */
bool crew_is_alive(const struct crew *crew, int64_t sign_us);

#endif
