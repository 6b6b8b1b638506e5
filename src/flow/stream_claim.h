/* The Idempotency-Key of a create: claimed before anything is done, settled at the end. */
#ifndef HW_FLOW_STREAM_CLAIM_H
#define HW_FLOW_STREAM_CLAIM_H

#include "base/base.h"
#include "base/err.h"
#include "store/idempotency_key.h"

struct stream_create;

/* Claims the key. A finished one answers the create with the bytes given before; a reserved one
 * whose run has died is taken over with its stream. ERR_IDEMPOTENCY_KEY_REUSED,
 * ERR_REQUEST_IN_PROGRESS. */
enum err stream_claim(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* For a run that has lost its key to another after the stream was reserved: answers the create with
 * what the other has finished. ERR_REQUEST_IN_PROGRESS if it has not. */
enum err stream_find_answer(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Finds the key under which a pending stream was reserved, if there was one, and acts under it as
 * the run that had claimed it: whichever of the two finishes first ends the other's claim. */
enum err stream_find_claim(struct stream_create *create, int64_t stream_id,
                           struct errmsg *msg) HW_MUST_CHECK;

/* The key's place in the database for this run; its key is NULL if the request has none. */
struct idempotency_place stream_claim_place(const struct stream_create *create);

/* Ends a create that is not answered yet: writes the answer for ERR, and keeps it under the key if
 * it is final, or gives the key back. */
void stream_settle_claim(struct stream_create *create, enum err err);

#endif
