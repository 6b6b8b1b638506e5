/* The accounts of a create's targets, and what the reserving transaction does to them. What changes
 * rows runs inside that transaction. */
#ifndef HW_FLOW_STREAM_ACCOUNT_H
#define HW_FLOW_STREAM_ACCOUNT_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct stream_create;
struct target;

/* True unless every account is tracked and active: then what the team is billed for may change. */
bool stream_needs_team_lock(const struct stream_create *create);

/* The handle of a target in X's own letter case. */
const char *stream_target_handle(const struct target *target);

/* The tier that a target's account has, or will have. */
enum tier stream_target_tier(const struct target *target);

/* Reads the accounts that are named by id once more. */
enum err stream_refresh_accounts(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* If the request adds or wakes paid accounts: raises the billing version of their tiers. Notes the
 * tiers that Stripe has to confirm before the stream is active, and the version to wait for. */
enum err stream_raise_billing(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Adds the accounts that are new and wakes those asleep. */
enum err stream_put_accounts(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Takes one automated stream of each account, through the chokepoint. If one has no room or has
 * changed its state: ERR_OVERLOADED with was_short set; why is to be read after the rollback. Then
 * notes the new handles of accounts that X has renamed: their rows are locked by now. */
enum err stream_take_accounts(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

#endif
