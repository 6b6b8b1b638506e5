#include "rule/subscription_status.h"

#include <string.h>

static const char *const words[] = {
    "active", "trialing",   "past_due",           "unpaid",
    "paused", "incomplete", "incomplete_expired", SUBSCRIPTION_STATUS_CANCELED,
};

bool subscription_status_is_known(const char *text)
{
    for (size_t i = 0; i < HW_COUNT(words); i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return false;
}
