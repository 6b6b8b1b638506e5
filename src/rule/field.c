#include "rule/field.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "rule/problem.h"

static const struct field_rule *table_find(const struct field_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rules[i].name, name) == 0)
            return &table->rules[i];
    return NULL;
}

static void member_read(const struct field *member, const struct field_table *table, void *target)
{
    const struct field_rule *rule = table_find(table, member->value->name);

    if (rule == NULL)
        problem_add(member->problems, member->pointer, "unknown_field", "is not a known field");
    else if (member->value->kind != VALUE_NULL)
        rule->read(member, target);
}

bool field_read_object(const struct field *field, const struct field_table *table, void *target)
{
    if (!field_check_kind(field, VALUE_OBJECT))
        return false;
    for (size_t i = 0; i < field->value->count; i++) {
        struct field member = field_member(field, &field->value->items[i]);

        member_read(&member, table, target);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct field_rule *rule = &table->rules[i];

        if (rule->required && value_find(field->value, rule->name) == NULL)
            problem_add(field->problems,
                        problem_pointer(field->problems->arena, field->pointer, rule->name),
                        "required", "is required");
    }
    return true;
}

bool field_check_kind(const struct field *field, enum value_kind kind)
{
    if (field->value->kind == kind)
        return true;
    problem_add(field->problems, field->pointer, "type", "must be %s", value_kind_text(kind));
    return false;
}

bool field_read_bool(const struct field *field, bool *ret_boolean)
{
    if (!field_check_kind(field, VALUE_BOOL))
        return false;
    *ret_boolean = field->value->boolean;
    return true;
}

bool field_read_text(const struct field *field, const char **ret_text)
{
    if (!field_check_kind(field, VALUE_TEXT))
        return false;
    *ret_text = field->value->text;
    return true;
}

bool field_read_id(const struct field *field, int64_t *ret_id)
{
    bool is_integer = field->value->kind == VALUE_INT;

    if (is_integer && field->value->integer > 0) {
        *ret_id = field->value->integer;
        return true;
    }
    problem_add(field->problems, field->pointer, is_integer ? "minimum" : "type",
                "must be a positive integer");
    return false;
}

/* COUNT if the text is none of them. */
static size_t choice_find(const char *text, const char *const *texts, size_t count)
{
    size_t i = 0;

    while (i < count && (texts[i] == NULL || strcmp(texts[i], text) != 0))
        i++;
    return i;
}

/* `must be "a", "b" or "c"`; the texts before index START are no choices. */
static void choice_refuse(const struct field *field, const char *const *texts, size_t count)
{
    struct buf list;
    size_t start = 0;

    buf_init(&list, field->problems->arena);
    while (texts[start] == NULL)
        start++;
    for (size_t i = start; i < count; i++) {
        const char *joint = i == start ? "" : i + 1 < count ? ", " : " or ";

        buf_printf(&list, "%s\"%s\"", joint, texts[i]);
    }
    problem_add(field->problems, field->pointer, "enum", "must be %s", list.text);
}

bool field_read_choice(const struct field *field, const char *const *texts, size_t count,
                       unsigned *ret_index)
{
    size_t index;

    if (!field_check_kind(field, VALUE_TEXT))
        return false;
    index = choice_find(field->value->text, texts, count);
    if (index == count) {
        choice_refuse(field, texts, count);
        return false;
    }
    *ret_index = (unsigned)index;
    return true;
}

bool field_read_choices(const struct field *field, const char *const *texts, size_t count,
                        unsigned *ret_bits)
{
    unsigned bits = 0;

    if (!field_check_kind(field, VALUE_ARRAY))
        return false;
    for (size_t i = 0; i < field->value->count; i++) {
        struct field item = field_item(field, i);
        unsigned index;

        if (!field_read_choice(&item, texts, count, &index))
            continue;
        if ((bits & 1U << index) != 0)
            problem_add(item.problems, item.pointer, "unique", "must not be given twice");
        bits |= 1U << index;
    }
    *ret_bits = bits;
    return true;
}

bool field_check_length(const struct field *field, const char *text, size_t max)
{
    size_t length = text_length(text);

    if (length >= 1 && length <= max)
        return true;
    if (length == 0)
        problem_add(field->problems, field->pointer, "min_length", "must not be empty");
    else
        problem_add(field->problems, field->pointer, "max_length",
                    "must have at most %zu characters", max);
    return false;
}

bool field_check_not_blank(const struct field *field, const char *text)
{
    if (text_collapse(field->problems->arena, text)[0] != '\0')
        return true;
    problem_add(field->problems, field->pointer, "pattern", "must not be blank");
    return false;
}

bool field_check_no_control(const struct field *field, const char *text)
{
    if (!text_has_control(text))
        return true;
    problem_add(field->problems, field->pointer, "pattern", "must not hold control characters");
    return false;
}

bool field_check_array(const struct field *field, size_t min, size_t max)
{
    if (!field_check_kind(field, VALUE_ARRAY))
        return false;
    if (field->value->count < min)
        problem_add(field->problems, field->pointer, "min_items", "must not be empty");
    if (field->value->count > max)
        problem_add(field->problems, field->pointer, "max_items", "must have at most %zu items",
                    max);
    return true;
}

struct field field_item(const struct field *array, size_t index)
{
    return (struct field){
        .value = &array->value->items[index],
        .pointer = problem_pointer_index(array->problems->arena, array->pointer, index),
        .problems = array->problems,
    };
}

struct field field_member(const struct field *object, const struct value *item)
{
    return (struct field){
        .value = item,
        .pointer = problem_pointer(object->problems->arena, object->pointer, item->name),
        .problems = object->problems,
    };
}
