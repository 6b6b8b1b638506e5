/* What the use cases work with: one worker's connections to the database and the outside services.
 */
#ifndef HW_FLOW_FLOW_H
#define HW_FLOW_FLOW_H

#include "base/base.h"

struct breaker;
struct config;
struct db;
struct scrapebadger;
struct stripe;

struct flow {
    const struct config *config;
    struct db *db;
    struct scrapebadger *scrapebadger;
    struct stripe *stripe;
    struct breaker *scrapebadger_breaker; /* shared by all workers */
    struct breaker *stripe_breaker;       /* likewise */
};

#endif
