/* The public errors: one row each, the only place that knows code, status and log level. Contract
 * section 4. */
#ifndef HW_API_ERROR_TABLE_H
#define HW_API_ERROR_TABLE_H

#include "base/base.h"
#include "base/err.h"
#include "base/log.h"

struct error_row {
    const char *code;
    int status;
    const char *message;   /* a full sentence; may change */
    enum log_level level;  /* of the request's log line */
    int64_t retry_after_s; /* sent unless the case knows better; 0 = no header */
};

/* The public error that an error becomes. */
enum err error_table_public(enum err err) HW_MUST_CHECK;

/* The row of an error. What is not public becomes internal_error, or 503 where repeating may help.
 */
const struct error_row *error_table_get(enum err err);

#endif
