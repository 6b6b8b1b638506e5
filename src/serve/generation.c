#include "serve/generation.h"

#include <stdlib.h>

#include "api/api.h"
#include "base/arena.h"
#include "base/breaker.h"
#include "base/clock.h"
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

static void breaker_release(void *breaker)
{
    breaker_free(breaker);
}

/* A breaker that ends with the arena: a reload starts with a closed one. */
static struct breaker *breaker_add(struct arena *arena, const char *service, int64_t pause_ms)
{
    struct breaker *breaker = breaker_new(service, pause_ms * CLOCK_MS_US);

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
    struct api_setup *setup = arena_alloc(arena, sizeof *setup);
    enum err err = ini_read(path, arena, config, msg);

    if (err == ERR_OK)
        err = tz_list_read(arena, config->zoneinfo_dir, zones, msg);
    if (err == ERR_OK)
        err = secret_read(config->scrapebadger_key_file, scrapebadger_key, msg);
    if (err == ERR_OK)
        err = secret_read(config->stripe_key_file, stripe_key, msg);
    if (err != ERR_OK)
        return err;
    *setup = (struct api_setup){
        .config = config,
        .zones = zones,
        .scrapebadger_key = scrapebadger_key,
        .stripe_key = stripe_key,
        .scrapebadger_breaker = breaker_add(arena, "ScrapeBadger", config->breaker_pause_ms),
        .stripe_breaker = breaker_add(arena, "Stripe", config->breaker_pause_ms),
    };
    generation->config = config;
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
