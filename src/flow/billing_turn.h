/*
 * Whether it is a billing row's turn to make a new attempt, as rule/billing_pace.h has it. To send
 * an attempt that stands once more needs no turn.
 */
#ifndef HW_FLOW_BILLING_TURN_H
#define HW_FLOW_BILLING_TURN_H

#include "base/base.h"
#include "base/err.h"

struct billing;
struct billing_settle;

/* How long, in microseconds, the row BILLING has to wait before it may make a new attempt; 0 if it
 * may make one now, or has one that stands. Database errors are passed on. */
enum err billing_turn_find(const struct billing_settle *settle, const struct billing *billing,
                           int64_t *ret_wait_us, struct errmsg *msg) HW_MUST_CHECK;

/* How long to wait for the turn at most, in microseconds. */
enum err billing_turn_find_patience(const struct billing_settle *settle, int64_t *ret_patience_us,
                                    struct errmsg *msg) HW_MUST_CHECK;

/* True if a turn that was found with the row as it was BEFORE is not one for the row as it is NOW:
 * another has used it, or none was needed because an attempt stood. */
bool billing_turn_is_gone(const struct billing *before, const struct billing *now);

#endif
