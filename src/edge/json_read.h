/*
 * JSON text to a value tree. Strict RFC 8259 and more: UTF-8 only, no duplicate members, no NUL in
 * strings, no lone surrogate escapes, no non-finite numbers, bounded depth and size. json-c parses;
 * a gate in front (edge/json_gate.h) refuses what json-c would let through.
 */
#ifndef HW_EDGE_JSON_READ_H
#define HW_EDGE_JSON_READ_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct value;

/* Reads LEN bytes of TEXT. The tree lives on ARENA and holds nothing of json-c. ERR_INVALID_JSON
 * with a sentence that says what is wrong and at which byte. */
enum err json_read(struct arena *arena, const char *text, size_t len, struct value *ret_value,
                   struct errmsg *msg) HW_MUST_CHECK;

#endif
