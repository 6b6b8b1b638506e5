/* Whether the service can do its work: the checks behind GET /readyz. */
#ifndef HW_API_READINESS_H
#define HW_API_READINESS_H

#include "base/base.h"

struct arena;
struct endpoint_env;

enum readiness_status { READINESS_PASS, READINESS_WARN, READINESS_FAIL, READINESS__MAX };

struct readiness_check {
    const char *name;
    enum readiness_status status;
    const char *output; /* what is wrong, a sentence; NULL if nothing is */
};

#define READINESS_CHECKS 4

struct readiness {
    enum readiness_status status; /* the worst of the checks */
    struct readiness_check checks[READINESS_CHECKS];
};

/* Looks at the database, its schema, the workers and the reconciler's last pass. Takes one read,
 * and a connection if there is none. What it says is for the operator. Lives on ARENA. */
void readiness_look(struct endpoint_env *env, struct arena *arena, struct readiness *ret_readiness);

/* "pass", "warn" or "fail". */
const char *readiness_text(enum readiness_status status);

#endif
