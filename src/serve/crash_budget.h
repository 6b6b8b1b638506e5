/* How soon a crashed worker is replaced, so that a fault that kills every worker at once does not
 * become a storm of forks. */
#ifndef HW_SERVE_CRASH_BUDGET_H
#define HW_SERVE_CRASH_BUDGET_H

#include "base/base.h"

/* So many crashes of all workers together are bearable within a minute. */
#define CRASH_BUDGET_COUNT 10

/* All zero is a budget of which nothing is spent. */
struct crash_budget {
    int64_t crashes_us[CRASH_BUDGET_COUNT]; /* the last ones, a ring; 0 = none */
    size_t next;                            /* the oldest of the ring */
};

/* Notes a crash at NOW_US (monotonic). */
void crash_budget_add(struct crash_budget *budget, int64_t now_us);

/* True if the minute before NOW_US leaves no room for another crash. */
bool crash_budget_is_spent(const struct crash_budget *budget, int64_t now_us);

/* The pause before a worker is replaced that crashed CRASH_COUNT times in a row (from 1): 50 ms,
 * doubled by each further crash, at most 5 s; always 5 s once the budget is spent. */
int64_t crash_budget_pause_us(const struct crash_budget *budget, int64_t now_us,
                              unsigned crash_count);

#endif
