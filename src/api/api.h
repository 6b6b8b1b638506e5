/* The HTTP API: finds the route of a request, authenticates, runs the endpoint, shapes the answer.
 */
#ifndef HW_API_API_H
#define HW_API_API_H

#include "base/base.h"

struct breaker;
struct config;
struct request;
struct secret;
struct zone_list;
struct api;

/* What all workers share; made once before they are forked, and outlives them. */
struct api_setup {
    const struct config *config;
    const struct zone_list *zones;
    const struct secret *scrapebadger_key;
    const struct secret *stripe_key;
    struct breaker *scrapebadger_breaker; /* in memory that the workers share */
    struct breaker *stripe_breaker;       /* likewise */
};

/* What one worker holds: database connection, prepared statements, HTTP handles. Made after fork;
 * connects to nothing yet. Keeps a reference to SETUP. */
struct api *api_new(const struct api_setup *setup);
void api_free(struct api *api);

/* Answers one request: fills request->answer, always, also with errors in the one envelope. */
void api_run(struct api *api, struct request *request);

#endif
