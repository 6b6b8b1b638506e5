/*
 * A JSON value as a plain tree on an arena: what the json reader hands to the rules, which thus see
 * no JSON library. Text is UTF-8 without NUL bytes and closed by a NUL.
 */
#ifndef HW_BASE_VALUE_H
#define HW_BASE_VALUE_H

#include "base/base.h"

enum value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,    /* a number without fraction or exponent that fits int64_t */
    VALUE_NUMBER, /* any other finite number */
    VALUE_TEXT,
    VALUE_ARRAY,
    VALUE_OBJECT,
    VALUE__MAX
};

struct value {
    enum value_kind kind;
    bool boolean;        /* VALUE_BOOL */
    int64_t integer;     /* VALUE_INT */
    double number;       /* VALUE_NUMBER */
    const char *text;    /* VALUE_TEXT */
    size_t len;          /* bytes of text */
    struct value *items; /* VALUE_ARRAY and VALUE_OBJECT, in source order */
    size_t count;        /* of items */
    const char *name;    /* the member's name, for an item of an object */
};

/* The member NAME of an object, or NULL. A member that is null counts as absent: NULL too. */
const struct value *value_find(const struct value *object, const char *name);

/* The kind in words with its article ("a string"), for messages. */
const char *value_kind_text(enum value_kind kind);

#endif
