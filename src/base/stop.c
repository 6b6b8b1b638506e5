#include "base/stop.h"

#include <signal.h>
#include <time.h>

#include "base/clock.h"

/* A wait is cut into pieces of this length. */
#define NOTE_US CLOCK_S_US

static bool is_asked;
static void (*stop_note)(void *arg);
static void *stop_note_arg;

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

void stop_set_note(void (*note)(void *arg), void *arg)
{
    stop_note = note;
    stop_note_arg = arg;
}

static void wait_once(int64_t wait_us)
{
    sigset_t signals = stop_signals();
    struct timespec wait = {.tv_sec = wait_us / CLOCK_S_US, .tv_nsec = wait_us % CLOCK_S_US * 1000};

    if (stop_note != NULL)
        stop_note(stop_note_arg);
    if (!is_asked)
        is_asked = sigtimedwait(&signals, NULL, &wait) > 0;
}

bool stop_wait(int64_t wait_us)
{
    for (; wait_us > NOTE_US && !is_asked; wait_us -= NOTE_US)
        wait_once(NOTE_US);
    wait_once(wait_us);
    return is_asked;
}
