/*
 * A region of memory with one lifetime. All that a request allocates comes from its arena and goes
 * at once when the worker resets it. Allocation never fails: without memory the process ends
 * (abort), its master forks another, and the database rolls back.
 */
#ifndef HW_BASE_ARENA_H
#define HW_BASE_ARENA_H

#include <stdarg.h>

#include "base/base.h"

struct arena;

/* A new, empty arena. The caller owns it and ends it with arena_free. */
struct arena *arena_new(void);

/* Releases everything, the arena included. NULL is fine. */
void arena_free(struct arena *arena);

/* Releases everything but one block, which is kept for the next user. Runs the deferred calls. */
void arena_reset(struct arena *arena);

/* SIZE bytes, zeroed, aligned for any type; they live until reset or free. */
void *arena_alloc(struct arena *arena, size_t size);

/* COUNT elements of SIZE bytes, zeroed; an overflow of the product aborts. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of LEN bytes of TEXT with a NUL behind them. */
char *arena_text(struct arena *arena, const char *text, size_t len);

/* A formatted string. */
char *arena_printf(struct arena *arena, const char *format, ...) HW_PRINTF(2, 3);

/* Calls RUN(THING) at the next reset or free: the way to let a foreign object live as long as the
 * arena. Calls run in reverse order. */
void arena_defer(struct arena *arena, void (*run)(void *thing), void *thing);

#endif
