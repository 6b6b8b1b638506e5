/* What an endpoint gets: the worker's tools and one authenticated request. */
#ifndef HW_API_ENDPOINT_H
#define HW_API_ENDPOINT_H

#include "base/base.h"
#include "base/err.h"
#include "flow/flow.h"

struct request;
struct zone_list;

struct endpoint_env {
    struct flow flow;
    const struct zone_list *zones;
};

/* An endpoint sets the answer itself, for errors too, and returns how it ended, for the log. */

/* POST /v1/streams */
enum err stream_post(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

/* GET /v1/streams/{id} */
enum err stream_get(struct endpoint_env *env, struct request *request) HW_MUST_CHECK;

#endif
