/* Being asked to stop, for a program that does one piece of work after another: the signals are
 * blocked, so that they interrupt nothing, and looked for between two pieces. Process-wide. */
#ifndef HW_BASE_STOP_H
#define HW_BASE_STOP_H

#include "base/base.h"

/* Blocks SIGTERM and SIGINT from now on. */
void stop_init(void);

/* Waits for WAIT_US, 0 for not at all, or until one of them comes. True if one has come, now or
 * before. */
bool stop_wait(int64_t wait_us) HW_MUST_CHECK;

/* Calls NOTE(ARG) at every stop_wait from now on, and at least once a second while it waits: a sign
 * of life for whoever watches this process. */
void stop_set_note(void (*note)(void *arg), void *arg);

#endif
