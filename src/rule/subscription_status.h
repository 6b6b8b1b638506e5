/* Stripe's words for the state of a subscription. Source: Stripe's API, subscription.status. */
#ifndef HW_RULE_SUBSCRIPTION_STATUS_H
#define HW_RULE_SUBSCRIPTION_STATUS_H

#include "base/base.h"

/* The word of a subscription that has ended; no other follows it. */
#define SUBSCRIPTION_STATUS_CANCELED "canceled"

/* True for a word that the column team.subscription_status can hold. */
bool subscription_status_is_known(const char *text);

#endif
