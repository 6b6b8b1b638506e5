#include "serve/crash_budget.h"

#include "base/clock.h"

#define WINDOW_US (60 * CLOCK_S_US)
#define MIN_PAUSE_US (50 * CLOCK_MS_US)
#define MAX_PAUSE_US (5 * CLOCK_S_US)

void crash_budget_add(struct crash_budget *budget, int64_t now_us)
{
    budget->crashes_us[budget->next] = now_us;
    budget->next = (budget->next + 1) % CRASH_BUDGET_COUNT;
}

bool crash_budget_is_spent(const struct crash_budget *budget, int64_t now_us)
{
    int64_t oldest_us = budget->crashes_us[budget->next];

    return oldest_us != 0 && now_us - oldest_us < WINDOW_US;
}

int64_t crash_budget_pause_us(const struct crash_budget *budget, int64_t now_us,
                              unsigned crash_count)
{
    int64_t pause_us = MIN_PAUSE_US;

    if (crash_budget_is_spent(budget, now_us))
        return MAX_PAUSE_US;
    for (unsigned i = 1; i < crash_count && pause_us < MAX_PAUSE_US; i++)
        pause_us *= 2;
    return pause_us < MAX_PAUSE_US ? pause_us : MAX_PAUSE_US;
}
