#include "api/idempotency_header.h"

#include <string.h>

#include "base/arena.h"

static bool is_visible(char byte)
{
    return byte > 0x20 && byte < 0x7F;
}

static enum err refuse(struct errmsg *msg, const char *why)
{
    return errmsg_set(msg, ERR_INVALID_IDEMPOTENCY_KEY, "Idempotency-Key %s", why);
}

/* Removes quotes and escapes: only \" and \\ may be escaped. False if the form is broken. */
static bool unquote(const char *value, char *ret_key)
{
    const char *at = value + 1;

    while (*at != '"' && *at != '\0') {
        if (*at == '\\' && *++at != '"' && *at != '\\')
            return false;
        *ret_key++ = *at++;
    }
    *ret_key = '\0';
    return *at == '"' && at[1] == '\0';
}

enum err idempotency_header_read(struct arena *arena, const char *value, const char **ret_key,
                                 struct errmsg *msg)
{
    size_t len = strlen(value);
    char *key = arena_text(arena, value, len);

    if (value[0] == '"' && !unquote(value, key))
        return refuse(msg, "has a broken quoted form");
    len = strlen(key);
    if (len < 1 || len > IDEMPOTENCY_KEY_MAX)
        return refuse(msg, "has not 1 to 255 characters");
    for (size_t i = 0; i < len; i++)
        if (!is_visible(key[i]))
            return refuse(msg, "has a character that is not visible ASCII");
    *ret_key = key;
    return ERR_OK;
}
