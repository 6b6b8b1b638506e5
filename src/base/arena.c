#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

#define BLOCK_BYTES ((size_t)16 * 1024)

struct block {
    struct block *next;
    size_t size; /* usable bytes in data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct deferred {
    struct deferred *next;
    void (*run)(void *thing);
    void *thing;
};

struct arena {
    struct block *blocks; /* the newest first; allocation happens in this one */
    struct deferred *deferred;
};

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);

    if (block == NULL)
        abort();
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena == NULL)
        abort();
    arena->blocks = block_new(BLOCK_BYTES);
    return arena;
}

static void arena_run_deferred(struct arena *arena)
{
    while (arena->deferred != NULL) {
        struct deferred *first = arena->deferred;

        arena->deferred = first->next;
        first->run(first->thing);
    }
}

/* Frees all blocks but the oldest, which has the standard size. */
static void arena_drop_blocks(struct arena *arena)
{
    while (arena->blocks->next != NULL) {
        struct block *newest = arena->blocks;

        arena->blocks = newest->next;
        free(newest);
    }
}

void arena_reset(struct arena *arena)
{
    arena_run_deferred(arena);
    arena_drop_blocks(arena);
    arena->blocks->used = 0;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    arena_run_deferred(arena);
    arena_drop_blocks(arena);
    free(arena->blocks);
    free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct block *block = arena->blocks;
    size_t step = alignof(max_align_t);
    size_t rounded = size <= SIZE_MAX - BLOCK_BYTES ? (size + step - 1) / step * step : 0;
    void *bytes;

    if (rounded < size || FAULT_ALLOC())
        abort();
    if (block->size - block->used < rounded) {
        block = block_new(rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES);
        block->next = arena->blocks;
        arena->blocks = block;
    }
    bytes = block->data + block->used;
    block->used += rounded;
    return memset(bytes, 0, rounded);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    return arena_alloc(arena, bytes);
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);

    memcpy(copy, text, len);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        abort();
    text = arena_alloc(arena, (size_t)len + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}

void arena_defer(struct arena *arena, void (*run)(void *thing), void *thing)
{
    struct deferred *deferred = arena_alloc(arena, sizeof *deferred);

    deferred->run = run;
    deferred->thing = thing;
    deferred->next = arena->deferred;
    arena->deferred = deferred;
}
