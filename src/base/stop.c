#include "base/stop.h"

#include <signal.h>
#include <time.h>

#include "base/clock.h"

static bool is_asked;

static sigset_t stop_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

void stop_init(void)
{
    sigset_t signals = stop_signals();

    sigprocmask(SIG_BLOCK, &signals, NULL);
}

bool stop_wait(int64_t wait_us)
{
    sigset_t signals = stop_signals();
    struct timespec wait = {.tv_sec = wait_us / CLOCK_S_US, .tv_nsec = wait_us % CLOCK_S_US * 1000};

    if (!is_asked)
        is_asked = sigtimedwait(&signals, NULL, &wait) > 0;
    return is_asked;
}
