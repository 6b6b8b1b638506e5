/*
 * The header Stripe-Signature: "t=1492774577,v1=<64 hex digits>,v0=...". Each v1 is the HMAC-SHA256
 * of the time as written, a dot and the body, under one secret of the endpoint; while a secret is
 * being replaced there are two. Source: Stripe's documentation, "Verify webhook signatures".
 */
#ifndef HW_RULE_STRIPE_SIGNATURE_H
#define HW_RULE_STRIPE_SIGNATURE_H

#include "base/base.h"

#define STRIPE_SIGNATURE_HEX_LEN 64
#define STRIPE_SIGNATURE_MAX 16

/* How far the time of a signature may lie from ours, before or behind it; what Stripe's own
 * libraries allow. */
#define STRIPE_SIGNATURE_TOLERANCE_S 300

struct stripe_signature {
    int64_t signed_at_s;                  /* since 1970 */
    const char *v1[STRIPE_SIGNATURE_MAX]; /* each 64 digits within the header, without a NUL */
    size_t count;                         /* of v1, at least one */
};

/* Reads the header; the result points into it. Other schemes, and a v1 that no HMAC-SHA256 can
 * equal, are passed over. False without exactly one time, without a v1, or with more than
 * STRIPE_SIGNATURE_MAX of them. */
bool stripe_signature_read(const char *header,
                           struct stripe_signature *ret_signature) HW_MUST_CHECK;

/* True if the signature was made within the tolerance of NOW_US: neither long ago, by one who
 * repeats what was overheard, nor ahead of time. */
bool stripe_signature_is_fresh(const struct stripe_signature *signature, int64_t now_us);

#endif
