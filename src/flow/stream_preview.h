/*
 * The dry run of POST /v1/streams: what a create would make and bill, or why it would be refused.
 *
 * It goes through the checks of stream_create.c in their order, and through none of the steps that
 * write: no row changes, none is locked, and Stripe is not called. Handles are really looked up,
 * since nobody else knows what they are. The Idempotency-Key plays no part: no key is claimed. What
 * is read is true of the moment; plan and subscription are those with which the request came in.
 */
#ifndef HW_FLOW_STREAM_PREVIEW_H
#define HW_FLOW_STREAM_PREVIEW_H

#include "base/base.h"
#include "base/err.h"
#include "rule/tier.h"

struct stream_create;

/* How many accounts of a tier a team would be billed for, before and after the create. */
struct quantity_change {
    enum tier tier;
    int64_t before;
    int64_t after;
};

/* What a create would change at Stripe: the tiers that differ, in tier order. */
struct stream_preview {
    struct quantity_change changes[TIER__MAX];
    size_t change_count;
};

/* Runs the checks. ERR_OK with the stream and its pairs in CREATE as they would be, but without
 * what only a create can give them: ids of what is new, default slot, time of creation. Or the
 * first refusal that a create would meet now, with its offenders and pause in CREATE; those that
 * come from Stripe itself, and those about the key, cannot be foreseen. In any case the step it
 * came to, for the log, is in CREATE. */
enum err stream_preview_run(struct stream_create *create, struct stream_preview *ret_preview,
                            struct errmsg *msg) HW_MUST_CHECK;

#endif
