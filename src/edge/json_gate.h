/*
 * The gate before json-c, which lets through what RFC 8259 refuses (single quotes, NaN, "1.", raw
 * line ends in strings, bad UTF-8, ...) and drops duplicate members silently. One pass over the
 * bytes checks all of it and counts the members of each object, so that a dropped one is noticed.
 */
#ifndef HW_EDGE_JSON_GATE_H
#define HW_EDGE_JSON_GATE_H

#include "base/base.h"
#include "base/err.h"

struct arena;

#define JSON_GATE_DEPTH_MAX 16        /* arrays and objects inside each other */
#define JSON_GATE_TOKEN_MAX 10000     /* values and member names together */
#define JSON_GATE_NUMBER_BYTES_MAX 32 /* of one number, as written */

/* One object of the text. */
struct json_gate_object {
    size_t offset; /* of its opening brace, in bytes from 0 */
    size_t member_count;
    struct json_gate_object *next; /* in the order of the opening braces; NULL behind the last */
};

/* Checks that LEN bytes of TEXT are one JSON text by RFC 8259 and more: UTF-8 by RFC 3629 without a
 * byte-order mark, no \u0000, no lone surrogate escapes, finite numbers, and the bounds above. Does
 * not look for duplicate members. The objects live on ARENA. ERR_INVALID_JSON with a sentence that
 * says what is wrong and at which byte, counted from 0. */
enum err json_gate_check(struct arena *arena, const char *text, size_t len,
                         struct json_gate_object **ret_objects, struct errmsg *msg) HW_MUST_CHECK;

#endif
