#include "edge/json_read.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/value.h"
#include "edge/json_gate.h"

/* A walk through json-c's tree beside the objects that the gate counted. */
struct walk {
    struct arena *arena;
    const struct json_gate_object *next;
    struct errmsg *msg;
};

static enum err walk_value(struct walk *walk, struct json_object *source, struct value *value);

static enum err walk_array(struct walk *walk, struct json_object *source, struct value *value)
{
    value->kind = VALUE_ARRAY;
    value->count = json_object_array_length(source);
    value->items = arena_array(walk->arena, value->count, sizeof *value->items);
    for (size_t i = 0; i < value->count; i++) {
        enum err err = walk_value(walk, json_object_array_get_idx(source, i), &value->items[i]);

        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

/* json-c keeps one member of each name, so a duplicate shows as a smaller count. Both sides meet
 * the objects in the same order up to the first such object, and there the walk ends. */
static enum err walk_check_duplicate(struct walk *walk, size_t count)
{
    const struct json_gate_object *object = walk->next;

    if (object->member_count != count)
        return errmsg_set(walk->msg, ERR_INVALID_JSON,
                          "Two members of the object at byte %zu have the same name.",
                          object->offset);
    walk->next = object->next;
    return ERR_OK;
}

static enum err walk_object(struct walk *walk, struct json_object *source, struct value *value)
{
    struct json_object_iterator member = json_object_iter_begin(source);
    enum err err;

    value->kind = VALUE_OBJECT;
    value->count = (size_t)json_object_object_length(source);
    err = walk_check_duplicate(walk, value->count);
    if (err != ERR_OK)
        return err;
    value->items = arena_array(walk->arena, value->count, sizeof *value->items);
    for (size_t i = 0; i < value->count; i++) {
        const char *name = json_object_iter_peek_name(&member);
        struct value *item = &value->items[i];

        item->name = arena_text(walk->arena, name, strlen(name));
        err = walk_value(walk, json_object_iter_peek_value(&member), item);
        if (err != ERR_OK)
            return err;
        json_object_iter_next(&member);
    }
    return ERR_OK;
}

/* json-c clamps what does not fit: down to INT64_MIN, which is therefore never believed, and up to
 * UINT64_MAX, which it tells from int64_t only through its unsigned reading. */
static void walk_int(struct json_object *source, struct value *value)
{
    int64_t integer = json_object_get_int64(source);
    uint64_t positive = json_object_get_uint64(source);

    if (integer == INT64_MIN || positive > INT64_MAX) {
        value->kind = VALUE_NUMBER;
        value->number = integer < 0 ? (double)integer : (double)positive;
        return;
    }
    value->kind = VALUE_INT;
    value->integer = integer;
}

static void walk_text(struct walk *walk, struct json_object *source, struct value *value)
{
    value->kind = VALUE_TEXT;
    value->len = (size_t)json_object_get_string_len(source);
    value->text = arena_text(walk->arena, json_object_get_string(source), value->len);
}

static enum err walk_value(struct walk *walk, struct json_object *source, struct value *value)
{
    switch (json_object_get_type(source)) {
    case json_type_null:
        value->kind = VALUE_NULL;
        return ERR_OK;
    case json_type_boolean:
        value->kind = VALUE_BOOL;
        value->boolean = json_object_get_boolean(source);
        return ERR_OK;
    case json_type_int:
        walk_int(source, value);
        return ERR_OK;
    case json_type_double:
        value->kind = VALUE_NUMBER;
        value->number = json_object_get_double(source);
        return ERR_OK;
    case json_type_string:
        walk_text(walk, source, value);
        return ERR_OK;
    case json_type_array:
        return walk_array(walk, source, value);
    case json_type_object:
        return walk_object(walk, source, value);
    }
    abort();
}

/* Parses with json-c. The caller releases the root, which is NULL for null. */
static enum err root_read(const char *text, size_t len, struct json_object **ret_root,
                          struct errmsg *msg)
{
    struct json_tokener *tokener = json_tokener_new_ex(JSON_GATE_DEPTH_MAX + 2);
    struct json_object *root;
    enum json_tokener_error error;

    if (tokener == NULL || FAULT_ALLOC())
        abort();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    root = json_tokener_parse_ex(tokener, text, (int)len);
    error = json_tokener_get_error(tokener);
    if (error == json_tokener_continue) { /* a bare number or word ends with a NUL */
        root = json_tokener_parse_ex(tokener, "", 1);
        error = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (error != json_tokener_success)
        return errmsg_set(msg, ERR_INVALID_JSON, "The JSON text cannot be read: %s.",
                          json_tokener_error_desc(error));
    *ret_root = root;
    return ERR_OK;
}

enum err json_read(struct arena *arena, const char *text, size_t len, struct value *ret_value,
                   struct errmsg *msg)
{
    struct walk walk = {.arena = arena, .msg = msg};
    struct json_gate_object *objects = NULL;
    struct json_object *root = NULL;
    struct value value = {0};
    enum err err;

    if (len > INT_MAX)
        return errmsg_set(msg, ERR_INVALID_JSON, "The JSON text is too long.");
    err = json_gate_check(arena, text, len, &objects, msg);
    if (err == ERR_OK)
        err = root_read(text, len, &root, msg);
    if (err != ERR_OK)
        return err;
    walk.next = objects;
    err = walk_value(&walk, root, &value);
    json_object_put(root);
    if (err == ERR_OK)
        *ret_value = value;
    return err;
}
