/* The name of a stream that was given none. Specification, field `name`; contract section 2. */
#ifndef HW_RULE_STREAM_NAME_H
#define HW_RULE_STREAM_NAME_H

#include "base/base.h"

struct arena;

/* "{segment} · @{handle}" for one account, "{segment} · N accounts" for several. {segment} is the
 * segment's name, else its description cut to 80 characters at a word; control characters and runs
 * of white space become one space. HANDLE is used only for ACCOUNT_COUNT 1. Lives on ARENA. */
const char *stream_name_derive(struct arena *arena, const char *segment_name,
                               const char *segment_description, const char *handle,
                               size_t account_count);

#endif
