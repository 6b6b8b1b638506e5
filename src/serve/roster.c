#include "serve/roster.h"

#include "base/config.h"
#include "rule/bulkhead.h"

int64_t roster_count(const struct config *config)
{
    return config->worker_count + (config->reconcile_every_s > 0);
}

enum roster_role roster_get_role(const struct config *config, bool has_quick_socket, int64_t number)
{
    if (number >= config->worker_count)
        return ROSTER_RECONCILER;
    return number < bulkhead_reserved_count(config->worker_count, has_quick_socket)
               ? ROSTER_QUICK_WORKER
               : ROSTER_WORKER;
}

const char *roster_role_text(enum roster_role role)
{
    return role == ROSTER_RECONCILER ? "reconciler" : "worker";
}
