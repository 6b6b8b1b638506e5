/* Who asks: what one key look-up tells of key, user and team. */
#ifndef HW_STORE_CALLER_H
#define HW_STORE_CALLER_H

#include "base/base.h"

struct caller {
    int64_t team_id;
    int64_t user_id;
    char timezone[65];         /* the user's default, "" if none */
    bool is_free;              /* the team's plan */
    bool subscription_is_live; /* active or trialing; true for a free team */
};

#endif
