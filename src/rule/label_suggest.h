/* Suggestions for a label that the catalogue does not know. */
#ifndef HW_RULE_LABEL_SUGGEST_H
#define HW_RULE_LABEL_SUGGEST_H

#include "base/base.h"

#define LABEL_SUGGEST_MAX 3

/* A name the catalogue has in the category, with the canonical label it stands for. */
struct label_name {
    const char *name;
    const char *canonical;
};

/* Picks at most LABEL_SUGGEST_MAX distinct canonical labels that the text may have meant, best
 * first: by edit distance, common prefix and shared words, ignoring case. Returns how many; none if
 * nothing is near. Pure. */
size_t label_suggest(const char *text, const struct label_name *names, size_t name_count,
                     const char *ret_labels[LABEL_SUGGEST_MAX]);

#endif
