/* The pairs of a stream: which account with which segment. Contract section 1. */
#ifndef HW_RULE_PAIR_INPUT_H
#define HW_RULE_PAIR_INPUT_H

#include "base/base.h"

struct field;
struct field_table;

/* The fields of a pair. */
extern const struct field_table pair_input_fields;

/* Rule of the body's table; READING is a struct stream_reading. Besides the codes of the fields,
 * each pair must name one account and one segment (required, conflict at the pair), accountTier may
 * only stand beside accountHandle, and the same handle may not ask for two tiers (conflict at
 * accountTier). Pairs that name the same account stay apart. */
void pair_input_read_list(const struct field *field, void *reading);

#endif
