#include "edge/json_write.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/value.h"

struct json_node {
    struct arena *arena;
    struct json_object *object;
};

/* json-c answers NULL without memory, and for the value null: only non-null values pass here. */
static struct json_object *object_made(struct json_object *object)
{
    if (object == NULL || FAULT_ALLOC())
        abort();
    return object;
}

static struct json_object *object_new_text(const char *text, size_t len)
{
    return object_made(json_object_new_string_len(text, (int)len));
}

/* From here on OBJECT belongs to its parent. */
static void object_add(struct json_object *parent, const char *name, struct json_object *object)
{
    if (json_object_object_add(parent, name, object) != 0)
        abort();
}

static void array_push(struct json_object *parent, struct json_object *object)
{
    if (json_object_array_add(parent, object) != 0)
        abort();
}

static void object_release(void *object)
{
    json_object_put(object);
}

/* A node of the same arena; OBJECT has an owner already. */
static struct json_node *node_new(struct arena *arena, struct json_object *object)
{
    struct json_node *node = arena_alloc(arena, sizeof *node);

    node->arena = arena;
    node->object = object;
    return node;
}

struct json_node *json_node_new(struct arena *arena)
{
    struct json_object *object = object_made(json_object_new_object());

    arena_defer(arena, object_release, object);
    return node_new(arena, object);
}

void json_node_add_text(struct json_node *object, const char *name, const char *text)
{
    object_add(object->object, name, text == NULL ? NULL : object_new_text(text, strlen(text)));
}

void json_node_add_int(struct json_node *object, const char *name, int64_t number)
{
    object_add(object->object, name, object_made(json_object_new_int64(number)));
}

void json_node_add_bool(struct json_node *object, const char *name, bool boolean)
{
    object_add(object->object, name, object_made(json_object_new_boolean(boolean)));
}

void json_node_add_null(struct json_node *object, const char *name)
{
    object_add(object->object, name, NULL);
}

struct json_node *json_node_add_object(struct json_node *object, const char *name)
{
    struct json_object *child = object_made(json_object_new_object());

    object_add(object->object, name, child);
    return node_new(object->arena, child);
}

struct json_node *json_node_add_array(struct json_node *object, const char *name)
{
    struct json_object *child = object_made(json_object_new_array());

    object_add(object->object, name, child);
    return node_new(object->arena, child);
}

void json_node_push_text(struct json_node *array, const char *text)
{
    array_push(array->object, text == NULL ? NULL : object_new_text(text, strlen(text)));
}

struct json_node *json_node_push_object(struct json_node *array)
{
    struct json_object *child = object_made(json_object_new_object());

    array_push(array->object, child);
    return node_new(array->arena, child);
}

struct json_node *json_node_push_array(struct json_node *array)
{
    struct json_object *child = object_made(json_object_new_array());

    array_push(array->object, child);
    return node_new(array->arena, child);
}

static void object_print(struct json_object *object, struct buf *ret_text)
{
    int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
    size_t len;
    const char *text = json_object_to_json_string_length(object, flags, &len);

    if (text == NULL)
        abort();
    buf_add(ret_text, text, len);
}

void json_node_write(const struct json_node *root, struct buf *ret_text)
{
    object_print(root->object, ret_text);
}

static int value_compare_names(const void *left, const void *right)
{
    const struct value *const *a = left;
    const struct value *const *b = right;

    return strcmp((*a)->name, (*b)->name);
}

static struct json_object *object_new_value(struct arena *arena, const struct value *value);

static struct json_object *object_new_members(struct arena *arena, const struct value *value)
{
    struct json_object *object = object_made(json_object_new_object());
    const struct value **sorted = arena_array(arena, value->count, sizeof(struct value *));

    for (size_t i = 0; i < value->count; i++)
        sorted[i] = &value->items[i];
    qsort(sorted, value->count, sizeof(struct value *), value_compare_names);
    for (size_t i = 0; i < value->count; i++)
        object_add(object, sorted[i]->name, object_new_value(arena, sorted[i]));
    return object;
}

static struct json_object *object_new_items(struct arena *arena, const struct value *value)
{
    struct json_object *array = object_made(json_object_new_array());

    for (size_t i = 0; i < value->count; i++)
        array_push(array, object_new_value(arena, &value->items[i]));
    return array;
}

/* json-c's form of a value tree, members sorted by name; the caller owns it. */
static struct json_object *object_new_value(struct arena *arena, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return NULL;
    case VALUE_BOOL:
        return object_made(json_object_new_boolean(value->boolean));
    case VALUE_INT:
        return object_made(json_object_new_int64(value->integer));
    case VALUE_NUMBER:
        return object_made(json_object_new_double(value->number));
    case VALUE_TEXT:
        return object_new_text(value->text, value->len);
    case VALUE_ARRAY:
        return object_new_items(arena, value);
    case VALUE_OBJECT:
        return object_new_members(arena, value);
    case VALUE__MAX:
        break;
    }
    abort();
}

void json_value_write_canonical(const struct value *value, struct buf *ret_text)
{
    struct json_object *object = object_new_value(ret_text->arena, value);

    object_print(object, ret_text);
    json_object_put(object);
}
