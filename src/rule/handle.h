/* The handle of an X account, as a person writes it. Contract section 1, accountHandle. */
#ifndef HW_RULE_HANDLE_H
#define HW_RULE_HANDLE_H

#include "base/base.h"

struct arena;

#define HANDLE_LEN_MAX 15

/* The bare handle in TEXT, in the letter case typed, or NULL if there is none: 1 to 15 letters,
 * digits or underscores, either alone, behind one @, or behind https://x.com/ or
 * https://twitter.com/ in any letter case, where one slash may follow. Lives on ARENA. */
const char *handle_read(struct arena *arena, const char *text);

/* True if both are the same account: letter case is not significant. */
bool handle_equal(const char *a, const char *b);

#endif
