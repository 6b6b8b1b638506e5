#include "rule/webhook_url.h"

#include <string.h>

#include "base/arena.h"
#include "base/url.h"
#include "rule/host_name.h"
#include "rule/stream_input.h"

static bool text_is_visible(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x21 || *text > 0x7E)
            return false;
    return true;
}

static const char *host_fault(struct arena *arena, const char *host)
{
    size_t len = strlen(host);
    const char *name;

    if (len > 0 && host[len - 1] == '.')
        len--;
    name = arena_text(arena, host, len);
    if (!host_name_check(name) || host_name_is_local(name))
        return "must name a public host, not an address or a local name";
    return NULL;
}

static const char *parts_fault(struct arena *arena, const struct url_parts *parts)
{
    if (parts->scheme == NULL || strcmp(parts->scheme, "https") != 0)
        return "must be an https URL";
    if (parts->has_user)
        return "must not hold a user name or password";
    if (parts->has_fragment)
        return "must not have a fragment";
    if (parts->port != 443 && (parts->port < 1024 || parts->port > 65535))
        return "must use port 443, or 1024 and above";
    return host_fault(arena, parts->host == NULL ? "" : parts->host);
}

const char *webhook_url_check(const struct stream_input_env *env, struct arena *arena,
                              const char *text)
{
    struct url_parts parts;

    if (!text_is_visible(text))
        return "must hold only visible ASCII characters";
    if (!env->url_split(arena, text, &parts))
        return "must be a full URL such as \"https://example.com/leads\"";
    return parts_fault(arena, &parts);
}
