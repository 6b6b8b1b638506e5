#include "flow/stream_create.h"

#include <stdlib.h>

#include "base/arena.h"
#include "flow/stream_check.h"
#include "flow/stream_claim.h"
#include "flow/stream_finish.h"
#include "flow/stream_reserve.h"
#include "flow/stream_resolve.h"
#include "flow/stream_segment.h"
#include "flow/stream_target.h"

/* The story of a create. A step that has nothing to do answers ERR_OK. */
static const struct step {
    const char *name;
    enum err (*run)(struct stream_create *create, struct errmsg *msg);
    bool after_reserve; /* also for a run that takes over a stream that already stands */
} steps[] = {
    {"claim the idempotency key", stream_claim, true},
    {"settle the segment", stream_settle_segment, false},
    {"find what the request names", stream_find_targets, false},
    {"check the limits", stream_check_limits, false},
    {"look up handles", stream_resolve_handles, false},
    {"ask whether Stripe answers", stream_check_billing, false},
    {"reserve the stream", stream_reserve, false},
    {"settle the bill", stream_settle_bill, true},
    {"finish the stream", stream_finish, true},
};

static enum err run_steps(struct stream_create *create, struct errmsg *msg)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < HW_COUNT(steps) && err == ERR_OK && !create->is_answered; i++) {
        if (create->is_reserved && !steps[i].after_reserve)
            continue;
        create->step = steps[i].name;
        err = steps[i].run(create, msg);
    }
    return err;
}

/* Once the stream is reserved, a database that went away leaves the outcome open. */
static enum err after_reserve(const struct stream_create *create, enum err err)
{
    bool is_database = err == ERR_DB || err == ERR_DB_LOST || err == ERR_DB_RETRY;

    return create->is_reserved && is_database ? ERR_OUTCOME_UNKNOWN : err;
}

enum err stream_create_run(struct stream_create *create, struct errmsg *msg)
{
    enum err err;

    problem_list_init(&create->problems, create->arena);
    digest_random(create->run_id, sizeof create->run_id);
    err = after_reserve(create, run_steps(create, msg));
    if (!create->is_answered)
        stream_settle_claim(create, err);
    return err;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *first = a;
    const int64_t *second = b;

    return *first < *second ? -1 : *first > *second;
}

int64_t *stream_create_account_ids(struct stream_create *create)
{
    int64_t *ids = arena_array(create->arena, create->pair_count, sizeof *ids);

    for (size_t i = 0; i < create->pair_count; i++)
        ids[i] = create->pairs[i].account_id;
    qsort(ids, create->pair_count, sizeof *ids, by_value);
    return ids;
}
