/*
 * Reading one value of a request: the kinds and bounds that many fields share. Each reader adds
 * what is wrong to the field's problems and answers whether it left a result.
 *
 * An object is read by a table of its fields, which is the only home of their names: it serves the
 * reading, the check for unknown fields, and whoever holds the documentation against the code.
 */
#ifndef HW_RULE_FIELD_H
#define HW_RULE_FIELD_H

#include "base/base.h"
#include "base/value.h"

struct problem_list;

/* A value at its place. */
struct field {
    const struct value *value;
    const char *pointer;
    struct problem_list *problems;
};

/* A field that an object may have. */
struct field_rule {
    const char *name;
    bool required;
    void (*read)(const struct field *field, void *target);
};

struct field_table {
    const struct field_rule *rules;
    size_t count;
};

/* Reads an object: each member by its rule, in source order, into TARGET (the type that the rules
 * expect). Members that are null count as absent. Codes unknown_field, required, type. False if it
 * is no object. */
bool field_read_object(const struct field *field, const struct field_table *table, void *target);

/* True if the value has this kind. Code type: "must be a string". */
bool field_check_kind(const struct field *field, enum value_kind kind);

/* The readers of single values. Code type. The text lives as long as the value. */
bool field_read_bool(const struct field *field, bool *ret_boolean);
bool field_read_text(const struct field *field, const char **ret_text);

/* A positive 64-bit integer. Codes type, minimum. */
bool field_read_id(const struct field *field, int64_t *ret_id);

/* One of TEXTS, answered by its index; NULL among them is no choice. Codes type, enum. */
bool field_read_choice(const struct field *field, const char *const *texts, size_t count,
                       unsigned *ret_index);

/* An array of different TEXTS, answered as bits 1 << index. Codes type, enum, unique. */
bool field_read_choices(const struct field *field, const char *const *texts, size_t count,
                        unsigned *ret_bits);

/* True if TEXT, which was read from the field, has 1 to MAX code points. Codes min_length,
 * max_length. */
bool field_check_length(const struct field *field, const char *text, size_t max);

/* True if the text holds more than white space and control characters. Code pattern. */
bool field_check_not_blank(const struct field *field, const char *text);

/* True if the text holds no control character. Code pattern. */
bool field_check_no_control(const struct field *field, const char *text);

/* True if the value is an array; it should have MIN to MAX items, 0 or 1 for MIN. An array out of
 * bounds still answers true, so that its items are looked at too. Codes type, min_items, max_items.
 */
bool field_check_array(const struct field *field, size_t min, size_t max);

/* The item INDEX of an array. */
struct field field_item(const struct field *array, size_t index);

/* A member of an object, by its item in the value's list. */
struct field field_member(const struct field *object, const struct value *item);

#endif
