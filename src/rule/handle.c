#include "rule/handle.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"

static const char *const sites[] = {"https://x.com/", "https://twitter.com/"};

/* Bytes of the site that TEXT starts with, 0 if none. */
static size_t site_length(const char *text)
{
    for (size_t i = 0; i < HW_COUNT(sites); i++) {
        size_t len = strlen(sites[i]);

        if (strncasecmp(text, sites[i], len) == 0)
            return len;
    }
    return 0;
}

const char *handle_read(struct arena *arena, const char *text)
{
    size_t site = site_length(text);
    const char *handle = text + (site > 0 ? site : *text == '@');
    size_t len = strspn(handle, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    const char *rest = handle + len;

    if (site > 0 && *rest == '/')
        rest++;
    if (len < 1 || len > HANDLE_LEN_MAX || *rest != '\0')
        return NULL;
    return arena_text(arena, handle, len);
}

bool handle_equal(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}
