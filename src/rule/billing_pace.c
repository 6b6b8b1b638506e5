#include "rule/billing_pace.h"

/* Up to this many attempts, one follows the other after this pause. */
static const struct step {
    int64_t attempt_count;
    int64_t pause_us;
} steps[] = {
    {8, 0},
    {36, 2 * CLOCK_S_US},
    {100, 12 * CLOCK_S_US},
    {INT64_MAX, 30 * CLOCK_S_US},
};

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
