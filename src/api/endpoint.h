/* What an endpoint gets: the worker's tools and one request, authenticated unless its route says
 * that the endpoint does that itself. */
#ifndef HW_API_ENDPOINT_H
#define HW_API_ENDPOINT_H

#include "base/base.h"
#include "base/err.h"
#include "flow/flow.h"

struct request;
struct scoreboard;
struct secret;
struct zone_list;

struct endpoint_env {
    struct flow flow;
    const struct zone_list *zones;
    const struct secret *stripe_webhook_secret; /* NULL = events are not taken */
    struct scoreboard *board;                   /* what the workers are doing */
};

/* An endpoint sets the answer itself, for errors too, and returns how it ended, for the log. */

/* POST /v1/streams */
enum err stream_post(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

/* GET /v1/streams/{id} */
enum err stream_get(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

/* POST /v1/stripe/events: Stripe tells of a subscription. Only for who signs with the secret. */
enum err stripe_event_post(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

/* GET /healthz: that the process answers. */
enum err health_get(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

/* GET /readyz: whether the service can do its work (api/readiness.h); 503 with what is wrong. */
enum err ready_get(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

/* GET /metrics: for Prometheus. */
enum err metrics_get(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

#endif
