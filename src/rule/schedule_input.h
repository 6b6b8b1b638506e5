/* When a stream runs: syncTimes and timezone. Contract section 1. */
#ifndef HW_RULE_SCHEDULE_INPUT_H
#define HW_RULE_SCHEDULE_INPUT_H

#include "base/base.h"

struct field;

/* Rules of the body's table; READING is a struct stream_reading. */

/* Times of day on the quarter-hour, each once; kept ascending. Codes type, min_items, max_items,
 * pattern (no time of day), slot (no quarter-hour), unique. */
void schedule_input_read_times(const struct field *field, void *reading);

/* A zone that tzdata knows, exactly so spelt. Codes type, timezone. */
void schedule_input_read_timezone(const struct field *field, void *reading);

#endif
