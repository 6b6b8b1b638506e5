#include "base/value.h"

#include <string.h>

const struct value *value_find(const struct value *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct value *item = &object->items[i];

        if (strcmp(item->name, name) == 0)
            return item->kind == VALUE_NULL ? NULL : item;
    }
    return NULL;
}

const char *value_kind_text(enum value_kind kind)
{
    static const char *const texts[VALUE__MAX] = {
        [VALUE_NULL] = "null",        [VALUE_BOOL] = "a boolean", [VALUE_INT] = "an integer",
        [VALUE_NUMBER] = "a number",  [VALUE_TEXT] = "a string",  [VALUE_ARRAY] = "an array",
        [VALUE_OBJECT] = "an object",
    };

    return texts[kind];
}
