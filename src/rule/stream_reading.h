/* What the readers of the body's fields work on: the target of their table's rules. */
#ifndef HW_RULE_STREAM_READING_H
#define HW_RULE_STREAM_READING_H

#include "base/base.h"

struct stream_input;
struct stream_input_env;

struct stream_reading {
    const struct stream_input_env *env;
    struct stream_input *input;
};

#endif
