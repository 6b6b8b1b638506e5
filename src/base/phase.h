/* The phases of a request, and how long each took: for log, metrics and Server-Timing. */
#ifndef HW_BASE_PHASE_H
#define HW_BASE_PHASE_H

#include "base/base.h"

enum phase {
    PHASE_AUTHENTICATE,
    PHASE_READ,    /* body, its rules */
    PHASE_CLAIM,   /* the idempotency key */
    PHASE_CHECK,   /* labels, accounts, limits: all refusals that cost nothing */
    PHASE_LOOK_UP, /* handles, at ScrapeBadger */
    PHASE_RESERVE, /* the transaction that stores the stream */
    PHASE_BILL,    /* Stripe, and the wait for its turn */
    PHASE_FINISH,  /* the transaction that makes the stream active */
    PHASE_RUN,     /* all of an endpoint without phases of its own */
    PHASE_ANSWER,  /* to nginx */
    PHASE__MAX
};

/* All zero: no phase has begun. */
struct phase_times {
    int64_t us[PHASE__MAX];
    unsigned begun;   /* a bit for each phase that was begun */
    enum phase now;   /* the one that goes on, if since_us is not 0 */
    int64_t since_us; /* monotonic */
};

/* Ends the phase that goes on and begins another; one that is begun again adds up. TIMES may be
 * NULL: nobody asks. */
void phase_begin(struct phase_times *times, enum phase phase);

/* Ends the phase that goes on. */
void phase_end(struct phase_times *times);

/* Whether the phase was begun at all. */
bool phase_was_begun(const struct phase_times *times, enum phase phase);

/* Its name: "look_up". */
const char *phase_text(enum phase phase);

#endif
