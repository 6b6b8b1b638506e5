/* The tiers of a tracked account. Their caps are rows of the table tier, not constants here. */
#ifndef HW_RULE_TIER_H
#define HW_RULE_TIER_H

#include "base/base.h"

enum tier { TIER_FREE, TIER_STARTER, TIER_GROWTH, TIER_PRO, TIER__MAX };

/* The name, as in the API and in SQL. */
const char *tier_text(enum tier tier);

/* The tier of that name; false if there is none. */
bool tier_find(const char *text, enum tier *ret_tier) HW_MUST_CHECK;

#endif
