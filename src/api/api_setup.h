/* What all workers share, read once before they are forked: configuration, zones, secrets, and the
 * memory in which they tell each other how the outside services are. */
#ifndef HW_API_API_SETUP_H
#define HW_API_API_SETUP_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct breaker;
struct config;
struct secret;
struct zone_list;

struct api_setup {
    const struct config *config;
    const struct zone_list *zones;
    const struct secret *scrapebadger_key;
    const struct secret *stripe_key;
    const struct secret *stripe_webhook_secret; /* NULL = events are not taken */
    struct breaker *scrapebadger_breaker;       /* in memory that the workers share */
    struct breaker *stripe_breaker;             /* likewise */
};

/* Reads everything that the configuration file PATH names. All of it lives on ARENA, whose end
 * wipes the secrets. ERR_USAGE or ERR_IO with a sentence that names the file and what is wrong with
 * it.
 */
enum err api_setup_read(const char *path, struct arena *arena, struct api_setup *ret_setup,
                        struct errmsg *msg) HW_MUST_CHECK;

#endif
