#include "base/breaker.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

struct breaker {
    _Atomic int64_t failure_count; /* in a row */
    _Atomic int64_t open_until_us; /* monotonic; 0 = closed */
};

struct breaker *breaker_new(void)
{
    void *memory = mmap(NULL, sizeof(struct breaker), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
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
                                          now_us + BREAKER_PAUSE_US);
}

void breaker_note(struct breaker *breaker, bool has_answered, int64_t now_us)
{
    if (has_answered) {
        atomic_store(&breaker->failure_count, 0);
        atomic_store(&breaker->open_until_us, 0);
        return;
    }
    if (atomic_fetch_add(&breaker->failure_count, 1) + 1 >= BREAKER_FAILURE_MAX)
        atomic_store(&breaker->open_until_us, now_us + BREAKER_PAUSE_US);
}
