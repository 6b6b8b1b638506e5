/*
 * Writing JSON: a tree is built member by member and printed by json-c. Nodes live as long as the
 * arena of their root. Text must be UTF-8; NULL text is written as null.
 */
#ifndef HW_EDGE_JSON_WRITE_H
#define HW_EDGE_JSON_WRITE_H

#include "base/base.h"

struct arena;
struct buf;
struct value;
struct json_node; /* an object or an array */

/* A root object; released with ARENA. */
struct json_node *json_node_new(struct arena *arena);

/* Adds a member to an object, in call order. */
void json_node_add_text(struct json_node *object, const char *name, const char *text);
void json_node_add_int(struct json_node *object, const char *name, int64_t number);
void json_node_add_bool(struct json_node *object, const char *name, bool boolean);
void json_node_add_null(struct json_node *object, const char *name);
struct json_node *json_node_add_object(struct json_node *object, const char *name);
struct json_node *json_node_add_array(struct json_node *object, const char *name);

/* Appends an item to an array. */
void json_node_push_text(struct json_node *array, const char *text);
struct json_node *json_node_push_object(struct json_node *array);
struct json_node *json_node_push_array(struct json_node *array);

/* Prints a root: no white space, slashes not escaped. */
void json_node_write(const struct json_node *root, struct buf *ret_text);

/* Prints a value tree in canonical form: members sorted by name (bytes), no white space. Two bodies
 * that differ only in member order, white space or escapes print alike. */
void json_value_write_canonical(const struct value *value, struct buf *ret_text);

#endif
