/*
 * A circuit breaker in memory that processes share: an outside service that keeps failing to answer
 * is left alone for a while, and then tried by one caller before all others. Lock-free; a process
 * that dies leaves nothing to be cleaned up.
 */
#ifndef HW_BASE_BREAKER_H
#define HW_BASE_BREAKER_H

#include "base/base.h"
#include "base/clock.h"

/* So many failures in a row open it, and so long it stays open. */
#define BREAKER_FAILURE_MAX 5
#define BREAKER_PAUSE_US (15 * CLOCK_S_US)

struct breaker;

/* A closed breaker, shared with the processes that are forked from here on. */
struct breaker *breaker_new(void);
void breaker_free(struct breaker *breaker);

/* True if the service may be called at NOW_US (monotonic). While the breaker is open, that is one
 * caller in each pause: the probe. */
bool breaker_admits(struct breaker *breaker, int64_t now_us) HW_MUST_CHECK;

/* Notes how a call at NOW_US ended: a service that answered, whatever it said, closes the breaker.
 */
void breaker_note(struct breaker *breaker, bool has_answered, int64_t now_us);

#endif
