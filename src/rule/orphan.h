/* A label of a request that the catalogue does not know. Contract section 4, orphan_label. */
#ifndef HW_RULE_ORPHAN_H
#define HW_RULE_ORPHAN_H

#include "base/base.h"
#include "rule/label_suggest.h"

struct orphan {
    const char *pointer;
    const char *category;
    const char *label;
    const char *suggestions[LABEL_SUGGEST_MAX];
    size_t suggestion_count;
};

#endif
