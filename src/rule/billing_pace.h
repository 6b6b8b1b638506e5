/* How often Stripe is told of a changed number of accounts. Pure. */
#ifndef HW_RULE_BILLING_PACE_H
#define HW_RULE_BILLING_PACE_H

#include "base/base.h"
#include "base/clock.h"

/* Attempts are counted for an hour: Stripe allows a subscription 200 updates of a quantity in one
 * (docs.stripe.com/rate-limits, Subscriptions API). */
#define BILLING_PACE_WINDOW_US (3600 * CLOCK_S_US)

/* How long a billing row has to wait, in microseconds, before it may make a new attempt; 0 if it
 * may make one at NOW_US. ATTEMPT_COUNT: how many all rows of its team have made, each in the
 * window of its own that runs. LAST_ATTEMPT_US: when the row made its newest; 0 if it never did.
 * Both times are the wall clock's.
 *
 * The first attempts go out at once. The more there were, the longer one waits, and takes more
 * changes with it: a row that never rests makes at most 40 in its first minute and 200 in any hour.
 * Stripe's limit is still met by several busy rows of one team, or by a row that was busy at the
 * end of a window and at the start of the next: it then says so, and the attempt is sent again
 * later. */
int64_t billing_pace_wait_us(int64_t attempt_count, int64_t last_attempt_us, int64_t now_us);

/* How long a create of a team may wait for its row's turn, in microseconds, when so many streams of
 * the team wait: a burst must not hold all workers. Who cannot wait is answered with a pending
 * stream. */
int64_t billing_pace_patience_us(int64_t waiting_count, int64_t worker_count);

#endif
