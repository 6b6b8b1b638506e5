/*
 * What every worker is doing, in memory that master and workers share. A score belongs to one
 * process at a time: the master prepares a free one before it forks, from then on only the worker
 * writes, and the master only reads. No locks: a worker may die between any two instructions.
 * What is counted over all processes stands in base/metric.h.
 */
#ifndef HW_BASE_SCOREBOARD_H
#define HW_BASE_SCOREBOARD_H

#include "base/base.h"

/* Processes of all generations that can live at one time. */
#define SCOREBOARD_SIZE 1024

/* Room for a request id with its NUL; nginx's has 32 characters. A longer one is cut. */
#define SCOREBOARD_ID_BYTES 40

enum score_state {
    SCORE_FREE,     /* no process has it */
    SCORE_STARTING, /* forked, not yet able to take a request */
    SCORE_READY,    /* waiting for a connection */
    SCORE_BUSY,     /* a connection is being served */
    SCORE_LEAVING   /* takes no more requests */
};

/* What the process that has a score is for. */
enum score_role {
    SCORE_MAIN,  /* a worker that takes all requests */
    SCORE_QUICK, /* a worker that takes quick ones only (rule/bulkhead.h) */
    SCORE_OTHER, /* no worker */
    SCORE_ROLE__MAX
};

struct score;
struct scoreboard;

/* A scoreboard in memory shared with all processes forked later; NULL without memory. */
struct scoreboard *scoreboard_new(void);
void scoreboard_free(struct scoreboard *board);

/* The score with an index below SCOREBOARD_SIZE. */
struct score *scoreboard_get(struct scoreboard *board, size_t index);

/* Prepares a score for a process about to be forked: starting, nothing served. */
void score_init(struct score *score, uint32_t generation, enum score_role role);

/* Notes the process that owns the score from now on. */
void score_set_pid(struct score *score, int32_t pid);

/* Notes a new state and when it began; the state it has, to show that its process lives. */
void score_set_state(struct score *score, enum score_state state);

/* Notes the request being served, for the log line if it must be killed. */
void score_set_request_id(struct score *score, const char *id);

/* Notes that one more request is done. */
void score_add_request(struct score *score);

/* How many workers of a role, of all generations, are in each state, and how many there should be.
 */
struct score_census {
    int64_t wanted_count;
    int64_t starting_count;
    int64_t ready_count;
    int64_t busy_count;
};

/* Says how many workers of a role there should be. */
void scoreboard_set_wanted(struct scoreboard *board, enum score_role role, int64_t count);

/* Counts them now; not all of it at one moment. The process that asks counts as ready: it would be,
 * if it did not have to answer this. */
struct score_census scoreboard_count(const struct scoreboard *board, enum score_role role);

/* Notes a number that all processes are to know, and returns the one noted before; 0 at first. For
 * who reports a change, so that only one of them does. */
int32_t scoreboard_swap_note(struct scoreboard *board, int32_t note);

/* A score as it was at one moment. The id may be torn if its worker moves on meanwhile; it is exact
 * for a worker that hangs or is dead. */
struct score_view {
    int32_t pid;
    uint32_t generation;
    enum score_state state;
    int64_t since_us; /* monotonic: when the state began */
    uint64_t request_count;
    char request_id[SCOREBOARD_ID_BYTES]; /* of the running or the last request; "" if none */
};

/* A copy of what the row says now; each value is whole, all together may be of two moments. */
struct score_view score_read(const struct score *score);

#endif
