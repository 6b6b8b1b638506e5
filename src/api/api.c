#include "api/api.h"

#include <stdlib.h>

#include "api/answer.h"
#include "api/api_setup.h"
#include "api/auth.h"
#include "api/endpoint.h"
#include "api/request.h"
#include "api/route.h"
#include "api/server_timing.h"
#include "base/config.h"
#include "edge/db.h"
#include "edge/http.h"
#include "remote/scrapebadger.h"
#include "remote/stripe.h"
#include "rule/stream_input.h"

#define CONNECT_TIMEOUT_MS 1000
#define REPLY_MAX_BYTES ((size_t)1024 * 1024)

struct api {
    struct endpoint_env env;
    struct http *http;
};

struct api *api_new(const struct api_setup *setup, struct scoreboard *board)
{
    const struct config *config = setup->config;
    struct api *api = calloc(1, sizeof *api);

    if (api == NULL)
        abort();
    api->http = http_new(&(struct http_policy){.sandbox = config->sandbox,
                                               .user_agent = "headwater/" PACKAGE_VERSION,
                                               .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                               .body_max_bytes = REPLY_MAX_BYTES,
                                               .parallel_max = STREAM_PAIR_MAX});
    api->env.zones = setup->zones;
    api->env.stripe_webhook_secret = setup->stripe_webhook_secret;
    api->env.board = board;
    api->env.flow = (struct flow){
        .config = config,
        .db = db_new(config->db_defaults_file, config->db_group, DB_SERVICE),
        .scrapebadger =
            scrapebadger_new(api->http, config->scrapebadger_url, setup->scrapebadger_key),
        .stripe =
            stripe_new(api->http, config->stripe_url, setup->stripe_key, config->stripe_version),
        .scrapebadger_breaker = setup->scrapebadger_breaker,
        .stripe_breaker = setup->stripe_breaker,
    };
    return api;
}

void api_free(struct api *api)
{
    if (api == NULL)
        return;
    scrapebadger_free(api->env.flow.scrapebadger);
    stripe_free(api->env.flow.stripe);
    http_free(api->http);
    db_free(api->env.flow.db);
    free(api);
}

/* Without a secret nobody can sign: then the path is as if it were not there. */
static enum err check_caller(struct api *api, struct request *request)
{
    enum route_auth auth = route_get_auth(request->path);

    request->is_local = auth == ROUTE_LOCAL;
    if (auth == ROUTE_API_KEY)
        return auth_check(api->env.flow.db, request);
    if (auth == ROUTE_STRIPE_SIGNATURE && api->env.stripe_webhook_secret == NULL)
        return errmsg_set(&request->msg, ERR_NOT_FOUND, "no webhook secret is configured");
    return ERR_OK;
}

/* Who asks comes before what is asked: 401 before 404 and 405. */
static enum err find_endpoint(struct api *api, struct request *request,
                              const struct route **ret_route)
{
    enum err err;

    request->step = "authenticate";
    phase_begin(&request->phases, PHASE_AUTHENTICATE);
    err = check_caller(api, request);
    if (err != ERR_OK)
        return err;
    request->step = "find the route";
    return route_find(request, ret_route);
}

void api_run(struct api *api, struct request *request)
{
    const struct route *route;

    request->err = find_endpoint(api, request, &route);
    if (request->err == ERR_OK) {
        phase_begin(&request->phases, route->phase);
        request->err = route->run(&api->env, request);
    } else {
        answer_error(request, NULL);
    }
    server_timing_add(request);
}

struct flow *api_get_flow(struct api *api)
{
    return &api->env.flow;
}
