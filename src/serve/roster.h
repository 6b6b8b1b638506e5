/* Which processes serve a generation: its workers, some of them reserved for quick requests
 * (rule/bulkhead.h), and the reconciler. */
#ifndef HW_SERVE_ROSTER_H
#define HW_SERVE_ROSTER_H

#include "base/base.h"

struct config;

enum roster_role {
    ROSTER_WORKER,
    ROSTER_QUICK_WORKER, /* takes quick requests only */
    ROSTER_RECONCILER,
    ROSTER__MAX
};

/* How many processes there are. */
int64_t roster_count(const struct config *config);

/* What the process of that number does, from 0. */
enum roster_role roster_get_role(const struct config *config, bool has_quick_socket,
                                 int64_t number);

/* The role in the log: "worker", "reconciler". */
const char *roster_role_text(enum roster_role role);

#endif
