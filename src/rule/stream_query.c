#include "rule/stream_query.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rule/problem.h"

#define VALIDATE_ONLY "validateOnly"

/* The value of a hexadecimal digit, or -1. */
static int digit_of(char byte)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = byte == '\0' ? NULL : strchr(digits, byte);

    return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* The text without its percent-encoding; NULL if that is broken or hides a NUL. */
static const char *decode(struct arena *arena, const char *text, size_t len)
{
    char *decoded = arena_alloc(arena, len + 1);
    char *out = decoded;

    for (size_t i = 0; i < len; i++) {
        int high = text[i] == '%' && i + 2 < len ? digit_of(text[i + 1]) : -1;
        int low = high < 0 ? -1 : digit_of(text[i + 2]);

        if (text[i] != '%') {
            *out++ = text[i];
            continue;
        }
        if (low < 0 || (high == 0 && low == 0))
            return NULL;
        *out++ = (char)(high * 16 + low);
        i += 2;
    }
    return decoded;
}

/* A name to be repeated: as it was sent, but for bytes that no URI holds, and not too long. */
static const char *name_shown(struct arena *arena, const char *name, size_t len)
{
    static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-._~!$&'()*+,;=:@/?%";
    struct buf shown;
    size_t i;

    buf_init(&shown, arena);
    for (i = 0; i < len && shown.len < STREAM_QUERY_NAME_MAX; i++) {
        if (strchr(fine, name[i]) != NULL)
            buf_add(&shown, name + i, 1);
        else
            buf_printf(&shown, "%%%02X", (unsigned char)name[i]);
    }
    if (i < len)
        buf_add_text(&shown, "...");
    return shown.text;
}

/* Reads one NAME=VALUE of LEN bytes. */
static void read_parameter(const char *text, size_t len, struct problem_list *problems,
                           bool *is_given, bool *validate_only)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - text);
    const char *name = decode(problems->arena, text, name_len);
    const char *shown = name_shown(problems->arena, text, name_len);
    const char *value =
        equals == NULL ? NULL : decode(problems->arena, equals + 1, len - name_len - 1);

    if (name == NULL || strcmp(name, VALIDATE_ONLY) != 0) {
        problem_add_parameter(problems, shown, "unknown",
                              "is not a parameter; there is only " VALIDATE_ONLY);
        return;
    }
    if (*is_given)
        problem_add_parameter(problems, shown, "duplicate", "must not be given twice");
    else if (value == NULL || (strcmp(value, "true") != 0 && strcmp(value, "false") != 0))
        problem_add_parameter(problems, shown, "boolean", "must be true or false");
    else
        *validate_only = strcmp(value, "true") == 0;
    *is_given = true;
}

void stream_query_read(const char *query, struct problem_list *problems, bool *ret_validate_only)
{
    bool is_given = false;
    bool validate_only = false;

    for (const char *at = query == NULL ? "" : query; *at != '\0';) {
        size_t len = strcspn(at, "&");

        if (len > 0)
            read_parameter(at, len, problems, &is_given, &validate_only);
        at += at[len] == '&' ? len + 1 : len;
    }
    *ret_validate_only = validate_only;
}
