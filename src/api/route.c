#include "api/route.h"

#include <assert.h>
#include <string.h>

#include "api/endpoint.h"
#include "api/request.h"
#include "base/metric.h"

static const struct route routes[] = {
    {"/v1/streams", "POST", "POST", ROUTE_API_KEY, PHASE_READ, stream_post},
    {"/v1/streams/{id}", "GET", "GET, HEAD", ROUTE_API_KEY, PHASE_RUN, stream_get},
    {"/v1/stripe/events", "POST", "POST", ROUTE_STRIPE_SIGNATURE, PHASE_RUN, stripe_event_post},
    {"/healthz", "GET", "GET, HEAD", ROUTE_LOCAL, PHASE_RUN, health_get},
    {"/readyz", "GET", "GET, HEAD", ROUTE_LOCAL, PHASE_RUN, ready_get},
    {"/metrics", "GET", "GET, HEAD", ROUTE_LOCAL, PHASE_RUN, metrics_get},
};

static_assert(HW_COUNT(routes) + 2 <= METRIC_ROUTE_MAX, "routes, no route and dry runs have rows");

/* True if the path has the pattern's form; then the variable part is noted. */
static bool match_path(const char *pattern, const char *path, const char **ret_resource)
{
    const char *brace = strchr(pattern, '{');
    size_t len = brace == NULL ? strlen(pattern) : (size_t)(brace - pattern);

    if (brace == NULL)
        return strcmp(pattern, path) == 0;
    if (strncmp(pattern, path, len) != 0 || path[len] == '\0' || strchr(path + len, '/') != NULL)
        return false;
    *ret_resource = path + len;
    return true;
}

static bool match_method(const char *method, const char *asked)
{
    return strcmp(method, asked) == 0 || (strcmp(method, "GET") == 0 && strcmp(asked, "HEAD") == 0);
}

enum route_auth route_get_auth(const char *path)
{
    const char *resource;

    for (size_t i = 0; i < HW_COUNT(routes); i++)
        if (match_path(routes[i].pattern, path, &resource))
            return routes[i].auth;
    return ROUTE_API_KEY;
}

enum err route_find(struct request *request, const struct route **ret_route)
{
    const struct route *other = NULL;

    for (size_t i = 0; i < HW_COUNT(routes); i++) {
        if (!match_path(routes[i].pattern, request->path, &request->resource))
            continue;
        request->route = routes[i].pattern;
        if (match_method(routes[i].method, request->method)) {
            *ret_route = &routes[i];
            return ERR_OK;
        }
        other = &routes[i];
    }
    if (other == NULL)
        return errmsg_set(&request->msg, ERR_NOT_FOUND, "no route has this path");
    request_add_header(request, "Allow", other->allow);
    return errmsg_set(&request->msg, ERR_METHOD_NOT_ALLOWED, "the route does not know this method");
}

size_t route_number(const char *pattern)
{
    size_t number = 0;

    while (number < HW_COUNT(routes) && routes[number].pattern != pattern)
        number++;
    return number;
}

size_t route_dry_run_number(void)
{
    return HW_COUNT(routes) + 1;
}

const char *route_text(size_t number)
{
    if (number == HW_COUNT(routes))
        return "none";
    if (number == route_dry_run_number())
        return "/v1/streams?validateOnly";
    return number < HW_COUNT(routes) ? routes[number].pattern : NULL;
}
