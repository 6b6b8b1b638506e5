/* What one start or reload has read: configuration, zone list and secrets. Made by the master
 * before it forks, so that all workers of a generation share its pages, and its breakers. */
#ifndef HW_SERVE_GENERATION_H
#define HW_SERVE_GENERATION_H

#include "base/base.h"
#include "base/err.h"

struct api_setup;
struct arena;
struct config;

struct generation {
    uint32_t number; /* counts from 1 */
    const struct config *config;
    const struct api_setup *setup; /* for the workers' api_new */
    struct arena *arena;           /* all that the fields point to */
};

/* The generations that there are at one time. */
struct generation_pair {
    struct generation *current; /* serves; NULL until the first one is ready */
    struct generation *next;    /* is starting; NULL if none */
};

/* The one of that number; NULL if it is neither. */
const struct generation *generation_find(const struct generation_pair *pair, uint32_t number);

/* Reads everything that PATH names. The caller owns the result. ERR_USAGE or ERR_IO with a sentence
 * that names the file and what is wrong with it. */
enum err generation_new(const char *path, uint32_t number, struct generation **ret_generation,
                        struct errmsg *msg) HW_MUST_CHECK;

/* Releases it and wipes the secrets. NULL is fine. */
void generation_free(struct generation *generation);

#endif
