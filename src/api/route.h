/* The routes: a table of path, method and endpoint. */
#ifndef HW_API_ROUTE_H
#define HW_API_ROUTE_H

#include "base/base.h"
#include "base/err.h"
#include "base/phase.h"

struct endpoint_env;
struct request;

/* How the caller of a path shows who it is. */
enum route_auth {
    ROUTE_API_KEY,          /* by an API key; asked of every path that no route has, too */
    ROUTE_STRIPE_SIGNATURE, /* by a signature over the body, which the endpoint checks */
    ROUTE_LOCAL /* not at all: nginx lets only this host ask, or whom the operator names */
};

struct route {
    const char *pattern; /* "/v1/streams/{id}": a last part in braces is handed to the endpoint */
    const char *method;
    const char *allow;    /* all methods the path knows, for a 405 */
    enum route_auth auth; /* the same for all methods of a path */
    enum phase phase;     /* the endpoint's first */
    enum err (*run)(struct endpoint_env *env, struct request *request);
};

/* How the caller of PATH is to be authenticated, before anything is said about the path. */
enum route_auth route_get_auth(const char *path);

/* Finds the route of the request and notes the variable part of its path. HEAD counts as GET (nginx
 * drops the body). ERR_NOT_FOUND, or ERR_METHOD_NOT_ALLOWED with the Allow header set. */
enum err route_find(struct request *request, const struct route **ret_route) HW_MUST_CHECK;

/* The number of the route with that pattern (the string itself, as in request->route); that of no
 * route if it is NULL. For metrics. */
size_t route_number(const char *pattern);

/* The number under which dry runs are counted apart: they are no creates. */
size_t route_dry_run_number(void);

/* The pattern of the route with that number, "none" for that of no route; NULL if there is none. */
const char *route_text(size_t number);

#endif
