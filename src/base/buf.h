/* A growing run of bytes on an arena, always closed by a NUL that does not count. */
#ifndef HW_BASE_BUF_H
#define HW_BASE_BUF_H

#include "base/base.h"

struct arena;

struct buf {
    struct arena *arena; /* where the bytes live */
    char *text;          /* never NULL after buf_init */
    size_t len;
    size_t size; /* allocated, the NUL included */
};

/* An empty buffer on ARENA; it needs no clearing. */
void buf_init(struct buf *buf, struct arena *arena);

/* Appends LEN bytes. */
void buf_add(struct buf *buf, const char *bytes, size_t len);

/* Appends a NUL-terminated string. */
void buf_add_text(struct buf *buf, const char *text);

/* Appends formatted text. */
void buf_printf(struct buf *buf, const char *format, ...) HW_PRINTF(2, 3);

/* Shortens to LEN bytes (no effect if it is shorter). */
void buf_cut(struct buf *buf, size_t len);

#endif
