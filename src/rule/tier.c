#include "rule/tier.h"

#include <string.h>

static const char *const texts[TIER__MAX] = {"free", "starter", "growth", "pro"};

const char *tier_text(enum tier tier)
{
    return texts[tier];
}

bool tier_find(const char *text, enum tier *ret_tier)
{
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        if (strcmp(texts[i], text) == 0) {
            *ret_tier = (enum tier)i;
            return true;
        }
    }
    return false;
}
