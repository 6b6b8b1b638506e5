/* The dates of HTTP headers. Source: RFC 9110, section 5.6.7. */
#ifndef HW_EDGE_HTTP_DATE_H
#define HW_EDGE_HTTP_DATE_H

#include "base/base.h"

/* Reads a date in any of the three forms that HTTP knows, in microseconds since 1970. False for
 * anything else. */
bool http_date_read(const char *text, int64_t *ret_instant_us) HW_MUST_CHECK;

#endif
