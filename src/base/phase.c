#include "base/phase.h"

#include "base/clock.h"

static const char *const texts[PHASE__MAX] = {
    "authenticate", "read", "claim",  "check", "look_up",
    "reserve",      "bill", "finish", "run",   "answer",
};

static void end_at(struct phase_times *times, int64_t now_us)
{
    if (times->since_us != 0)
        times->us[times->now] += now_us - times->since_us;
    times->since_us = 0;
}

void phase_begin(struct phase_times *times, enum phase phase)
{
    int64_t now_us;

    if (times == NULL)
        return;
    now_us = clock_monotonic_us();
    end_at(times, now_us);
    times->begun |= 1U << phase;
    times->now = phase;
    times->since_us = now_us;
}

void phase_end(struct phase_times *times)
{
    end_at(times, clock_monotonic_us());
}

bool phase_was_begun(const struct phase_times *times, enum phase phase)
{
    return (times->begun & 1U << phase) != 0;
}

const char *phase_text(enum phase phase)
{
    return texts[phase];
}
