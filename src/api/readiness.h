/* Whether the service can do its work: the checks behind GET /readyz. */
#ifndef HW_API_READINESS_H
#define HW_API_READINESS_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;
struct endpoint_env;
struct reconciler;
struct reconciler_backlog;

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
 * and a connection if there is none. What it says is for the operator; a change of the status is
 * logged, once. A reconciler that does not come through is no reason to send requests elsewhere: it
 * is the same for all hosts. Lives on ARENA. */
void readiness_look(struct endpoint_env *env, struct arena *arena, struct readiness *ret_readiness);

/* What the reconcilers have done, and what waits: reconciler_get (store/reconciler.h), once more if
 * the connection turns out to be closed. */
enum err readiness_read(struct db *db, struct arena *arena, struct reconciler *ret_reconciler,
                        struct reconciler_backlog *ret_backlog, struct errmsg *msg) HW_MUST_CHECK;

/* "pass", "warn" or "fail". */
const char *readiness_text(enum readiness_status status);

#endif
