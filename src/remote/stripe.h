/* Stripe: the quantity of a subscription item. Source: docs.stripe.com/api/subscription_items. */
#ifndef HW_REMOTE_STRIPE_H
#define HW_REMOTE_STRIPE_H

#include "base/base.h"

struct arena;
struct http;
struct secret;
struct stripe;

enum stripe_outcome {
    STRIPE_UNKNOWN,              /* no definite answer: the same key must be sent again */
    STRIPE_FAILED,               /* a 5xx came back: read the item and compare */
    STRIPE_APPLIED,              /* the item has this quantity */
    STRIPE_PAYMENT_REFUSED,      /* 402 */
    STRIPE_SUBSCRIPTION_REFUSED, /* canceled or unknown subscription or item */
    STRIPE_REFUSED               /* another final 4xx: our fault; raise an alarm */
};

/* Our key is missing or wrong: nothing that a customer could mend. */
#define STRIPE_STATUS_BAD_KEY 401

struct stripe_answer {
    enum stripe_outcome outcome;
    long status;            /* HTTP, 0 without an answer */
    int64_t quantity;       /* of the item, STRIPE_APPLIED only */
    const char *request_id; /* Stripe's, for the log; NULL if none */
    const char *code;       /* Stripe's error code; NULL if none */
    const char *why;        /* one sentence about a call that brought no answer; NULL if it did */
    bool replayed;          /* Idempotent-Replayed: true */
    int64_t pause_ms;       /* how long to wait before the same call again */
};

/* The client; keeps references to HTTP, URL, KEY and VERSION (sent as Stripe-Version). */
struct stripe *stripe_new(struct http *http, const char *base_url, const struct secret *key,
                          const char *version);
void stripe_free(struct stripe *service);

/* Sets the item's quantity: one POST, absolute, proration_behavior=create_prorations, no retry.
 * Nothing is trusted but a 2xx whose item id and quantity are the ones sent. */
void stripe_quantity_set(struct stripe *service, struct arena *arena, const char *item_id,
                         int64_t quantity, const char *idempotency_key, int64_t deadline_us,
                         struct stripe_answer *ret_answer);

/* Reads the item. STRIPE_APPLIED and its quantity, or why not. */
void stripe_item_find(struct stripe *service, struct arena *arena, const char *item_id,
                      int64_t deadline_us, struct stripe_answer *ret_answer);

#endif
