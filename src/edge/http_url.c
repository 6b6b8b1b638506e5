#include "edge/http_url.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/url.h"

/* A part of URL, copied to ARENA; NULL if it has none. */
static const char *url_part(CURLU *url, struct arena *arena, CURLUPart part, unsigned flags)
{
    const char *copy;
    char *text;

    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return NULL;
    copy = arena_text(arena, text, strlen(text));
    curl_free(text);
    return copy;
}

/* Whether the authority, which begins at HOST, names a user, be it an empty one. libcurl 7.88 tells
 * of no empty user, nor of an empty fragment. */
static bool authority_has_user(const char *host)
{
    return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

bool http_url_split(struct arena *arena, const char *text, struct url_parts *ret_parts)
{
    const char *colon = strchr(text, ':');
    const char *port;
    CURLU *url;
    bool is_url;

    if (colon == NULL || strncmp(colon, "://", 3) != 0 || colon[3] == '/')
        return false;
    url = curl_url();
    if (url == NULL)
        abort();
    is_url = curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK;
    if (is_url) {
        port = url_part(url, arena, CURLUPART_PORT, CURLU_DEFAULT_PORT);
        *ret_parts = (struct url_parts){
            .text = url_part(url, arena, CURLUPART_URL, 0),
            .scheme = url_part(url, arena, CURLUPART_SCHEME, 0),
            .host = url_part(url, arena, CURLUPART_HOST, 0),
            .port = port == NULL ? 0 : strtol(port, NULL, 10),
            .has_user = authority_has_user(colon + 3),
            .has_fragment = strchr(text, '#') != NULL,
        };
    }
    curl_url_cleanup(url);
    return is_url;
}
