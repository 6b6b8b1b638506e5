/* The one transaction in which a stream comes into being. Lock order: sql/README.md. */
#ifndef HW_FLOW_STREAM_RESERVE_H
#define HW_FLOW_STREAM_RESERVE_H

#include "base/base.h"
#include "base/err.h"

struct stream_create;

/* Decides everything again on locked rows and stores accounts, segment, stream, pairs and slots,
 * all or nothing. A stream that nothing has to be billed for is active and answered with the same
 * COMMIT; any other is pending, with the tiers to wait for in CREATE. A COMMIT of unknown outcome
 * is looked up, and the transaction run once more if it did not take place; ERR_OUTCOME_UNKNOWN if
 * the database cannot tell. Refusals: those of stream_check_limits, ERR_ACCOUNT_NOT_FOUND,
 * ERR_REQUEST_IN_PROGRESS. */
enum err stream_reserve(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

#endif
