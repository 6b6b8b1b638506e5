/*
 * A circuit breaker in memory that processes share: an outside service that keeps failing to answer
 * is left alone for a while, and then tried by one caller before all others. Lock-free; a process
 * that dies leaves nothing to be cleaned up.
 */
#ifndef HW_BASE_BREAKER_H
#define HW_BASE_BREAKER_H

#include "base/base.h"

/* So many failures in a row open it. */
#define BREAKER_FAILURE_MAX 5

struct breaker;

/* A closed breaker, shared with the processes that are forked from here on. Once open it stays so
 * for PAUSE_US at a time. SERVICE is its name in the log, kept by reference. */
struct breaker *breaker_new(const char *service, int64_t pause_us);
void breaker_free(struct breaker *breaker);

/* True if the service may be called at NOW_US (monotonic). While the breaker is open, that is one
 * caller in each pause: the probe. */
bool breaker_admits(struct breaker *breaker, int64_t now_us) HW_MUST_CHECK;

/* True if breaker_admits would say so at NOW_US. For who only asks: it never is the probe. */
bool breaker_would_admit(const struct breaker *breaker, int64_t now_us) HW_MUST_CHECK;

/* True if it is closed. For a call that may be left out, and must not be the probe. */
bool breaker_is_closed(const struct breaker *breaker) HW_MUST_CHECK;

/* Whole seconds from NOW_US until the next probe is due; at least 1. */
int64_t breaker_retry_after_s(const struct breaker *breaker, int64_t now_us);

/* Notes how a call that ended at NOW_US went: a service that answered, whatever it said, closes the
 * breaker. Whoever opens or closes it logs that. */
void breaker_note(struct breaker *breaker, bool has_answered, int64_t now_us);

#endif
