#include "rule/billing_pace.h"

/* Up to this many attempts, one follows the other after this pause. */
static const struct step {
    int64_t attempt_count;
    int64_t pause_us;
} steps[] = {
    {22, 0},
    {95, 4 * CLOCK_S_US},
    {INT64_MAX, 33 * CLOCK_S_US},
};

/* Who may occupy a worker waits for one pause of the middle step; else just so long that an attempt
 * which is being made can cover him. */
#define PATIENCE_LONG_US (4500 * CLOCK_MS_US)
#define PATIENCE_SHORT_US (500 * CLOCK_MS_US)

/* No more than one worker in so many waits long. */
#define WORKER_SHARE 4

int64_t billing_pace_wait_us(int64_t attempt_count, int64_t last_attempt_us, int64_t now_us)
{
    const struct step *step = steps;
    int64_t passed_us = now_us - last_attempt_us;

    while (attempt_count >= step->attempt_count)
        step++;
    /* A clock that was put back must not hold the row up until it has caught up. */
    if (passed_us < -step->pause_us || passed_us >= step->pause_us)
        return 0;
    return step->pause_us - passed_us;
}

int64_t billing_pace_patience_us(int64_t waiting_count, int64_t worker_count)
{
    return waiting_count * WORKER_SHARE <= worker_count ? PATIENCE_LONG_US : PATIENCE_SHORT_US;
}
