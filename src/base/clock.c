#include "base/clock.h"

#include <time.h>

#include "base/fault.h"

/* "2026-11-24T09:15:00Z" */
#define CLOCK_TEXT_LEN 20

static int64_t clock_read_us(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CLOCK_S_US + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return clock_read_us(CLOCK_REALTIME) + FAULT_CLOCK_US();
}

int64_t clock_monotonic_us(void)
{
    return clock_read_us(CLOCK_MONOTONIC);
}

void clock_sleep_us(int64_t us)
{
    struct timespec pause = {.tv_sec = us / CLOCK_S_US, .tv_nsec = us % CLOCK_S_US * 1000};

    if (us > 0)
        nanosleep(&pause, NULL);
}

void clock_write_rfc3339(int64_t instant_us, char text[CLOCK_RFC3339_BYTES])
{
    int64_t floor_s = instant_us / CLOCK_S_US - (instant_us % CLOCK_S_US < 0 ? 1 : 0);
    time_t seconds = (time_t)floor_s;
    struct tm utc;

    /* %04Y, as plain %Y does not pad; a year of five digits does not fit and counts 0. */
    if (gmtime_r(&seconds, &utc) == NULL || utc.tm_year < -1900 ||
        strftime(text, CLOCK_RFC3339_BYTES, "%04Y-%m-%dT%H:%M:%SZ", &utc) != CLOCK_TEXT_LEN)
        text[0] = '\0';
}
