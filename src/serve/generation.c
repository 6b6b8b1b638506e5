#include "serve/generation.h"

#include <stdlib.h>

#include "api/api.h"
#include "base/arena.h"
#include "base/breaker.h"
#include "base/config.h"
#include "base/secret.h"
#include "base/zone.h"
#include "edge/ini.h"
#include "edge/tz.h"

static void secret_wipe(void *secret)
{
    secret_clear(secret);
}

/* A secret on the arena that is wiped before its memory is released. */
static struct secret *secret_add(struct arena *arena)
{
    struct secret *secret = arena_alloc(arena, sizeof *secret);

    arena_defer(arena, secret_wipe, secret);
    return secret;
}

/* Reads the secret with which Stripe signs its events. NULL if the configuration names none. */
static enum err webhook_secret_read(struct arena *arena, const struct config *config,
                                    const struct secret **ret_secret, struct errmsg *msg)
{
    struct secret *secret;
    enum err err;

    *ret_secret = NULL;
    if (config->stripe_webhook_secret_file[0] == '\0')
        return ERR_OK;
    secret = secret_add(arena);
    err = secret_read(config->stripe_webhook_secret_file, secret, msg);
    if (err == ERR_OK)
        *ret_secret = secret;
    return err;
}

static void breaker_release(void *breaker)
{
    breaker_free(breaker);
}

/* A breaker that ends with the arena: a reload starts with a closed one. */
static struct breaker *breaker_add(struct arena *arena)
{
    struct breaker *breaker = breaker_new();

    arena_defer(arena, breaker_release, breaker);
    return breaker;
}

static enum err generation_read(struct generation *generation, const char *path, struct errmsg *msg)
{
    struct arena *arena = generation->arena;
    struct config *config = arena_alloc(arena, sizeof *config);
    struct zone_list *zones = arena_alloc(arena, sizeof *zones);
    struct secret *scrapebadger_key = secret_add(arena);
    struct secret *stripe_key = secret_add(arena);
    const struct secret *webhook_secret = NULL;
    struct api_setup *setup = arena_alloc(arena, sizeof *setup);
    enum err err = ini_read(path, arena, config, msg);

    if (err == ERR_OK)
        err = tz_list_read(arena, config->zoneinfo_dir, zones, msg);
    if (err == ERR_OK)
        err = secret_read(config->scrapebadger_key_file, scrapebadger_key, msg);
    if (err == ERR_OK)
        err = secret_read(config->stripe_key_file, stripe_key, msg);
    if (err == ERR_OK)
        err = webhook_secret_read(arena, config, &webhook_secret, msg);
    *setup = (struct api_setup){.config = config,
                                .zones = zones,
                                .scrapebadger_key = scrapebadger_key,
                                .stripe_key = stripe_key,
                                .stripe_webhook_secret = webhook_secret,
                                .stripe_breaker = breaker_add(arena)};
    generation->config = config;
    generation->setup = setup;
    return err;
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
