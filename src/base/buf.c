#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define FIRST_BYTES 256

void buf_init(struct buf *buf, struct arena *arena)
{
    buf->arena = arena;
    buf->text = arena_alloc(arena, FIRST_BYTES);
    buf->len = 0;
    buf->size = FIRST_BYTES;
}

/* Makes room for MORE bytes and the NUL. */
static void buf_grow(struct buf *buf, size_t more)
{
    size_t size = buf->size;
    char *text;

    if (more < buf->size - buf->len)
        return;
    if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
        abort();
    while (size - buf->len <= more)
        size *= 2;
    text = arena_alloc(buf->arena, size);
    memcpy(text, buf->text, buf->len);
    buf->text = text;
    buf->size = size;
}

void buf_add(struct buf *buf, const char *bytes, size_t len)
{
    buf_grow(buf, len);
    memcpy(buf->text + buf->len, bytes, len);
    buf->len += len;
    buf->text[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        abort();
    buf_grow(buf, (size_t)len);
    va_start(args, format);
    vsnprintf(buf->text + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

void buf_cut(struct buf *buf, size_t len)
{
    if (len >= buf->len)
        return;
    buf->len = len;
    buf->text[len] = '\0';
}
