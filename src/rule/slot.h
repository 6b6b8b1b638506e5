/* A slot: a quarter-hour of the day, 0 (00:00) to 95 (23:45). */
#ifndef HW_RULE_SLOT_H
#define HW_RULE_SLOT_H

#include "base/base.h"

struct zone_offset; /* base/zone.h */

#define SLOT_COUNT 96
#define SLOT_TEXT_BYTES 6 /* "HH:MM" and a NUL */

/* Reads exactly "HH:MM", 24-hour, minutes 00, 15, 30 or 45. SLOT_BAD_TIME: not a time of day in
 * that form; SLOT_BAD_QUARTER: a time, but not on a quarter-hour. */
enum slot_fault { SLOT_FINE, SLOT_BAD_TIME, SLOT_BAD_QUARTER };
enum slot_fault slot_read(const char *text, uint8_t *ret_slot) HW_MUST_CHECK;

/* Writes "HH:MM". */
void slot_write(uint8_t slot, char ret_text[SLOT_TEXT_BYTES]);

/* The slot of a stream that named none: a stable hash of its id, even over the 96. Depends on
 * nothing else, so it is the same on every host and after every rebuild. */
uint8_t slot_of_stream(int64_t stream_id);

/* The next instant after NOW (both in seconds since 1970, UTC) at which SLOT comes round in the
 * zone, by the rule of RFC 5545 section 3.3.5: a time skipped by a gap counts with the offset
 * before the gap, a time that comes twice means the first. Once per local date. */
int64_t slot_next_s(uint8_t slot, int64_t now_s, const struct zone_offset *zone);

#endif
