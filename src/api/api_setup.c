#include "api/api_setup.h"

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
static struct breaker *breaker_add(struct arena *arena, const char *service, int64_t pause_ms)
{
    struct breaker *breaker = breaker_new(service, pause_ms * CLOCK_MS_US);

    arena_defer(arena, breaker_release, breaker);
    return breaker;
}

enum err api_setup_read(const char *path, struct arena *arena, struct api_setup *ret_setup,
                        struct errmsg *msg)
{
    struct config *config = arena_alloc(arena, sizeof *config);
    struct zone_list *zones = arena_alloc(arena, sizeof *zones);
    struct secret *scrapebadger_key = secret_add(arena);
    struct secret *stripe_key = secret_add(arena);
    const struct secret *webhook_secret = NULL;
    enum err err = ini_read(path, arena, config, msg);

    if (err == ERR_OK)
        err = tz_list_read(arena, config->zoneinfo_dir, zones, msg);
    if (err == ERR_OK)
        err = secret_read(config->scrapebadger_key_file, scrapebadger_key, msg);
    if (err == ERR_OK)
        err = secret_read(config->stripe_key_file, stripe_key, msg);
    if (err == ERR_OK)
        err = webhook_secret_read(arena, config, &webhook_secret, msg);
    if (err != ERR_OK)
        return err;
    *ret_setup = (struct api_setup){
        .config = config,
        .zones = zones,
        .scrapebadger_key = scrapebadger_key,
        .stripe_key = stripe_key,
        .stripe_webhook_secret = webhook_secret,
        .scrapebadger_breaker = breaker_add(arena, "ScrapeBadger", config->breaker_pause_ms),
        .stripe_breaker = breaker_add(arena, "Stripe", config->breaker_pause_ms),
    };
    return ERR_OK;
}
