/* Time inside the program: microseconds in int64_t, everywhere. */
#ifndef HW_BASE_CLOCK_H
#define HW_BASE_CLOCK_H

#include "base/base.h"

#define CLOCK_MS_US INT64_C(1000)
#define CLOCK_S_US INT64_C(1000000)

/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now_us(void);

/* Microseconds of a clock that never jumps; for deadlines and durations. */
int64_t clock_monotonic_us(void);

/* Sleeps; a signal may cut it short. */
void clock_sleep_us(int64_t us);

/* Bytes that clock_write_rfc3339 needs, its NUL included. */
#define CLOCK_RFC3339_BYTES 24

/* Writes an instant as "2026-11-24T09:15:00Z" (RFC 3339, UTC, whole seconds, rounded down). Years 0
 * to 9999; for any other the text is empty. */
void clock_write_rfc3339(int64_t instant_us, char text[CLOCK_RFC3339_BYTES]);

#endif
