/* What every header may rely on: the standard types and the compiler attributes we use. */
#ifndef HW_BASE_BASE_H
#define HW_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller must look at the result. */
#define HW_MUST_CHECK __attribute__((warn_unused_result))

/* The function formats like printf: argument F is the format, the values start at argument A. */
#define HW_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The function does not return. */
#define HW_NORETURN __attribute__((noreturn))

/* Number of elements of an array (not of a pointer). */
#define HW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
