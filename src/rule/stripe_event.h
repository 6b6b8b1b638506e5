/*
 * An event that Stripe reports to the endpoint for webhooks, as far as it concerns the status of a
 * subscription. Source: Stripe's API, "The Event object" and "Types of events".
 */
#ifndef HW_RULE_STRIPE_EVENT_H
#define HW_RULE_STRIPE_EVENT_H

#include "base/base.h"
#include "base/err.h"

struct value;

struct stripe_event {
    const char *id;   /* for the log; NULL if the event has none */
    const char *type; /* "customer.subscription.updated" */

    /* True for customer.subscription.created, .updated and .deleted. What follows is set only then.
     */
    bool is_of_subscription;
    bool is_update;
    bool is_deleted;             /* the subscription has ended for good */
    const char *subscription_id; /* visible ASCII */
    const char *status;          /* Stripe's word, perhaps one we do not know */
    const char *previous_status; /* what an update has changed it from; NULL if it has not */
    bool has_previous;           /* says what was changed, the status or something else */
    int64_t created_us;          /* since 1970, whole seconds */
};

/* Reads the event from a body. Its strings are those of BODY. ERR_INVALID_JSON with a sentence that
 * names the member that is missing or of the wrong kind. */
enum err stripe_event_read(const struct value *body, struct stripe_event *ret_event,
                           struct errmsg *msg) HW_MUST_CHECK;

#endif
