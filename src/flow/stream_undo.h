/* Taking a pending stream out again because Stripe refused to bill for it. */
#ifndef HW_FLOW_STREAM_UNDO_H
#define HW_FLOW_STREAM_UNDO_H

#include "base/base.h"
#include "base/err.h"

struct billing_place;
struct stream_create;

/* In one transaction, with the lease still held: removes the stream, gives its places at the
 * accounts back, drops accounts and segment that only this create brought, keeps the refusal under
 * the key, ends attempt and lease. Then lowers at Stripe what other tiers were raised to. Answers
 * REFUSAL; ERR_OK if the stream has become active in the meantime. */
enum err stream_undo(struct stream_create *create, const struct billing_place *place,
                     const char *attempt_key, enum err refusal, struct errmsg *msg) HW_MUST_CHECK;

#endif
