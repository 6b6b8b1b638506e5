/* Reading decimal numbers strictly. */
#ifndef HW_BASE_NUMBER_H
#define HW_BASE_NUMBER_H

#include "base/base.h"

/* Reads a positive decimal number that fits int64_t: digits only, no sign, no leading zero. */
bool number_read(const char *text, int64_t *ret_number) HW_MUST_CHECK;

#endif
