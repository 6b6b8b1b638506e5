/*
 * Errors: what a function answers, and the sentence that goes with it.
 *
 * The first group are refusals of the contract (shared meaning with the public error codes; the
 * table in api/error_table.c gives each its code and status). The second group is internal: the
 * api layer turns whatever is left of it into a 5xx that says nothing of the inside.
 */
#ifndef HW_BASE_ERR_H
#define HW_BASE_ERR_H

#include "base/base.h"

enum err {
    ERR_OK = 0,

    ERR_UNAUTHORIZED,
    ERR_NOT_FOUND,
    ERR_METHOD_NOT_ALLOWED,
    ERR_UNSUPPORTED_MEDIA_TYPE,
    ERR_BODY_TOO_LARGE,
    ERR_INVALID_SIGNATURE,
    ERR_INVALID_IDEMPOTENCY_KEY,
    ERR_INVALID_JSON,
    ERR_VALIDATION_FAILED,
    ERR_IDEMPOTENCY_KEY_REUSED,
    ERR_REQUEST_IN_PROGRESS,
    ERR_STREAM_MULTI_SEGMENT,
    ERR_ORPHAN_LABEL,
    ERR_ACCOUNT_NOT_FOUND,
    ERR_SEGMENT_NOT_FOUND,
    ERR_SUBSCRIPTION_REQUIRED,
    ERR_FREE_ACCOUNT_LIMIT,
    ERR_STREAM_CAP_EXCEEDED,
    ERR_HANDLE_LOOKUP_FAILED,
    ERR_HANDLE_NOT_FOUND,
    ERR_HANDLE_PROTECTED,
    ERR_PAYMENT_FAILED,
    ERR_BILLING_UNAVAILABLE,
    ERR_OVERLOADED,
    ERR_OUTCOME_UNKNOWN,
    ERR_INTERNAL,

    ERR_USAGE,        /* a command line or configuration that cannot be used */
    ERR_IO,           /* a file or socket failed */
    ERR_TIMEOUT,      /* a deadline passed */
    ERR_UPSTREAM,     /* an outside service failed or answered nonsense */
    ERR_DB,           /* the database refused or broke a statement */
    ERR_DB_SCHEMA,    /* its schema is not the one of this program */
    ERR_DB_LOST,      /* the connection is gone; nothing was committed by the last statement */
    ERR_DB_RETRY,     /* deadlock or lock wait: roll back, and the transaction may be run again */
    ERR_DB_DUPLICATE, /* a unique key refused the row */
    ERR_DB_UNKNOWN,   /* COMMIT was sent and its outcome is not known */

    ERR__MAX
};

/* What is wrong, in words for a log line or a command's standard error; set only when a function
 * fails. Holds no secret. */
struct errmsg {
    char text[512];
};

/* Sets the sentence and returns ERR, so that a failing line reads `return errmsg_set(...)`. */
enum err errmsg_set(struct errmsg *msg, enum err err, const char *format, ...) HW_PRINTF(3, 4);

/* Prefixes the sentence with "while <step>: " and returns ERR. For the layer that knows the step.
 */
enum err errmsg_while(struct errmsg *msg, enum err err, const char *step);

#endif
