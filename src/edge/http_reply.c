#include "edge/http_reply.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"

/* The bytes without the white space at both ends. */
static const char *text_of(struct arena *arena, const char *bytes, size_t len)
{
    static const char space[] = " \t\r\n";

    while (len > 0 && memchr(space, bytes[0], sizeof space - 1) != NULL)
        bytes++, len--;
    while (len > 0 && memchr(space, bytes[len - 1], sizeof space - 1) != NULL)
        len--;
    return arena_text(arena, bytes, len);
}

void http_reply_read_line(struct http_reply *reply, struct arena *arena, const char *line,
                          size_t len)
{
    const char *colon = memchr(line, ':', len);
    struct http_header *header;

    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        reply->header_count = 0;
        return;
    }
    if (colon == NULL || len > HTTP_REPLY_LINE_BYTES ||
        reply->header_count == HTTP_REPLY_HEADER_MAX)
        return;
    if (reply->headers == NULL)
        reply->headers = arena_array(arena, HTTP_REPLY_HEADER_MAX, sizeof *reply->headers);
    header = &reply->headers[reply->header_count++];
    header->name = text_of(arena, line, (size_t)(colon - line));
    header->value = text_of(arena, colon + 1, (size_t)(line + len - colon - 1));
}

const char *http_reply_find_header(const struct http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (strcasecmp(reply->headers[i].name, name) == 0)
            return reply->headers[i].value;
    return NULL;
}
