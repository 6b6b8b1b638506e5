#include "rule/media_type.h"

#include <string.h>
#include <strings.h>

static const char *skip_spaces(const char *at)
{
    return at + strspn(at, " \t");
}

bool media_type_is_json(const char *type)
{
    static const char json[] = "application/json";
    static const char *const charsets[] = {"charset=utf-8", "charset=\"utf-8\""};
    const char *at = skip_spaces(type);

    if (strncasecmp(at, json, sizeof json - 1) != 0)
        return false;
    at = skip_spaces(at + sizeof json - 1);
    if (*at == '\0')
        return true;
    if (*at != ';')
        return false;
    at = skip_spaces(at + 1);
    for (size_t i = 0; i < HW_COUNT(charsets); i++) {
        size_t len = strlen(charsets[i]);

        if (strncasecmp(at, charsets[i], len) == 0)
            return *skip_spaces(at + len) == '\0';
    }
    return *at == '\0';
}
