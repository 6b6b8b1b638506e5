/* Settling a tier that no stream of the caller's waits for: after a refusal was undone, or by the
 * reconciler. */
#ifndef HW_FLOW_BILLING_LEVEL_H
#define HW_FLOW_BILLING_LEVEL_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct billing_place;
struct flow;

/* Brings Stripe's quantity of the row to VERSION (flow/billing_settle.h), unless it would have to
 * wait: ERR_TIMEOUT. A refusal drops the attempt and gives the lease back, so that the row stays to
 * be settled; it is passed on, as are the database's errors. DEADLINE_US is monotonic. */
enum err billing_level_run(struct flow *flow, struct arena *arena,
                           const struct billing_place *place, int64_t version, int64_t deadline_us,
                           struct errmsg *msg) HW_MUST_CHECK;

#endif
