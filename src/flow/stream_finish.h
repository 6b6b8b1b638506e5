/* From a reserved stream to its answer: billing, then the last transaction. */
#ifndef HW_FLOW_STREAM_FINISH_H
#define HW_FLOW_STREAM_FINISH_H

#include "base/base.h"
#include "base/err.h"

struct stream_create;

/* Has Stripe confirm every tier the stream waits for, in tier order. If Stripe cannot tell in time,
 * is not to be asked yet, or is known to be down, the create is answered with the pending stream;
 * if it refuses, everything is undone in one transaction: ERR_PAYMENT_FAILED,
 * ERR_SUBSCRIPTION_REQUIRED. */
enum err stream_settle_bill(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Makes stream and accounts active and keeps the answer under the key. May be run again. */
enum err stream_finish(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

#endif
