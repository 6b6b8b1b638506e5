#include "base/breaker.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/log.h"

struct breaker {
    const char *service;
    int64_t pause_us;
    _Atomic int64_t failure_count; /* in a row */
    _Atomic int64_t open_until_us; /* monotonic; 0 = closed */
};

struct breaker *breaker_new(const char *service, int64_t pause_us)
{
    struct breaker *breaker =
        mmap(NULL, sizeof *breaker, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (breaker == MAP_FAILED)
        abort();
    breaker->service = service;
    breaker->pause_us = pause_us;
    return breaker;
}

void breaker_free(struct breaker *breaker)
{
    if (breaker != NULL)
        munmap(breaker, sizeof *breaker);
}

bool breaker_admits(struct breaker *breaker, int64_t now_us)
{
    int64_t open_until_us = atomic_load(&breaker->open_until_us);

    if (open_until_us == 0)
        return true;
    if (now_us < open_until_us)
        return false;
    /* Whoever moves the end of the pause is the probe. */
    return atomic_compare_exchange_strong(&breaker->open_until_us, &open_until_us,
                                          now_us + breaker->pause_us);
}

bool breaker_would_admit(const struct breaker *breaker, int64_t now_us)
{
    return now_us >= atomic_load(&breaker->open_until_us);
}

bool breaker_is_closed(const struct breaker *breaker)
{
    return atomic_load(&breaker->open_until_us) == 0;
}

int64_t breaker_retry_after_s(const struct breaker *breaker, int64_t now_us)
{
    int64_t left_us = atomic_load(&breaker->open_until_us) - now_us;

    return left_us <= CLOCK_S_US ? 1 : (left_us + CLOCK_S_US - 1) / CLOCK_S_US;
}

static void log_change(const struct breaker *breaker, enum log_level level, const char *message)
{
    struct log_line line;

    log_line_init(&line, level, message);
    log_line_add_text(&line, "service", breaker->service);
    log_line_write(&line);
}

void breaker_note(struct breaker *breaker, bool has_answered, int64_t now_us)
{
    if (has_answered) {
        atomic_store(&breaker->failure_count, 0);
        if (atomic_exchange(&breaker->open_until_us, 0) != 0)
            log_change(breaker, LOG_INFO, "breaker closed: the service answers");
        return;
    }
    if (atomic_fetch_add(&breaker->failure_count, 1) + 1 < BREAKER_FAILURE_MAX)
        return;
    if (atomic_exchange(&breaker->open_until_us, now_us + breaker->pause_us) == 0)
        log_change(breaker, LOG_WARNING, "breaker opened: the service does not answer");
}
