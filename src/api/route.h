/* The routes: a table of path, method and endpoint. */
#ifndef HW_API_ROUTE_H
#define HW_API_ROUTE_H

#include "base/base.h"
#include "base/err.h"

struct endpoint_env;
struct request;

struct route {
    const char *pattern; /* "/v1/streams/{id}": a last part in braces is handed to the endpoint */
    const char *method;
    const char *allow; /* all methods the path knows, for a 405 */
    enum err (*run)(struct endpoint_env *env, struct request *request);
};

/* Finds the route of the request and notes the variable part of its path. HEAD counts as GET (nginx
 * drops the body). ERR_NOT_FOUND, or ERR_METHOD_NOT_ALLOWED with the Allow header set. */
enum err route_find(struct request *request, const struct route **ret_route) HW_MUST_CHECK;

#endif
