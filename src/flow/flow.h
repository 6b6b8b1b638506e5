/* What the use cases work with: one worker's connections to the database and the outside services.
 */
#ifndef HW_FLOW_FLOW_H
#define HW_FLOW_FLOW_H

#include "base/base.h"

struct config;
struct db;
struct scrapebadger;
struct stripe;

struct flow {
    const struct config *config;
    struct db *db;
    struct scrapebadger *scrapebadger;
    struct stripe *stripe;
};

#endif
