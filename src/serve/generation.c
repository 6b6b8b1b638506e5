#include "serve/generation.h"

#include <stdlib.h>

#include "api/api_setup.h"
#include "base/arena.h"

static enum err generation_read(struct generation *generation, const char *path, struct errmsg *msg)
{
    struct api_setup *setup = arena_alloc(generation->arena, sizeof *setup);
    enum err err = api_setup_read(path, generation->arena, setup, msg);

    if (err != ERR_OK)
        return err;
    generation->config = setup->config;
    generation->setup = setup;
    return ERR_OK;
}

enum err generation_new(const char *path, uint32_t number, struct generation **ret_generation,
                        struct errmsg *msg)
{
    struct generation *generation = calloc(1, sizeof *generation);

    if (generation == NULL)
        abort();
    generation->number = number;
    generation->arena = arena_new();

    enum err err = generation_read(generation, path, msg);
    if (err != ERR_OK) {
        generation_free(generation);
        return err;
    }
    *ret_generation = generation;
    return ERR_OK;
}

void generation_free(struct generation *generation)
{
    if (generation == NULL)
        return;
    arena_free(generation->arena);
    free(generation);
}

const struct generation *generation_find(const struct generation_pair *pair, uint32_t number)
{
    if (pair->current != NULL && pair->current->number == number)
        return pair->current;
    if (pair->next != NULL && pair->next->number == number)
        return pair->next;
    return NULL;
}
