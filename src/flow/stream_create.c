#include "flow/stream_create.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/phase.h"
#include "flow/stream_check.h"
#include "flow/stream_claim.h"
#include "flow/stream_finish.h"
#include "flow/stream_reserve.h"
#include "flow/stream_resolve.h"
#include "flow/stream_resume.h"
#include "flow/stream_segment.h"
#include "flow/stream_target.h"

/* The story of a create. A step that has nothing to do answers ERR_OK. */
static const struct step {
    const char *name;
    enum phase phase;
    enum err (*run)(struct stream_create *create, struct errmsg *msg);
    bool after_reserve; /* also for a run that goes on with a stream that stands already */
} steps[] = {
    {"claim the idempotency key", PHASE_CLAIM, stream_claim, false},
    {"settle the segment", PHASE_CHECK, stream_settle_segment, false},
    {"find what the request names", PHASE_CHECK, stream_find_targets, false},
    {"check the limits", PHASE_CHECK, stream_check_limits, false},
    {"look up handles", PHASE_LOOK_UP, stream_resolve_handles, false},
    {"ask whether Stripe answers", PHASE_CHECK, stream_check_billing, false},
    {"reserve the stream", PHASE_RESERVE, stream_reserve, false},
    {"settle the bill", PHASE_BILL, stream_settle_bill, true},
    {"finish the stream", PHASE_FINISH, stream_finish, true},
};

static enum err run_steps(struct stream_create *create, struct errmsg *msg)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < HW_COUNT(steps) && err == ERR_OK && !create->is_answered; i++) {
        if (create->is_reserved && !steps[i].after_reserve)
            continue;
        create->step = steps[i].name;
        phase_begin(create->phases, steps[i].phase);
        err = steps[i].run(create, msg);
    }
    return err;
}

/* Once the stream is reserved, a database that went away leaves the outcome open. */
static enum err after_reserve(const struct stream_create *create, enum err err)
{
    bool is_database =
        err == ERR_DB || err == ERR_DB_SCHEMA || err == ERR_DB_LOST || err == ERR_DB_RETRY;

    return create->is_reserved && is_database ? ERR_OUTCOME_UNKNOWN : err;
}

static void init_run(struct stream_create *create)
{
    problem_list_init(&create->problems, create->arena);
    digest_random(create->run_id, sizeof create->run_id);
    create->claim_owner = create->run_id;
}

/* Runs the steps to an answer. */
static enum err run_to_answer(struct stream_create *create, struct errmsg *msg)
{
    enum err err = run_steps(create, msg);

    if (err == ERR_REQUEST_IN_PROGRESS && create->is_reserved)
        err = stream_find_answer(create, msg);
    if (!create->is_recovery)
        err = after_reserve(create, err);
    if (!create->is_answered)
        stream_settle_claim(create, err);
    return err;
}

enum err stream_create_run(struct stream_create *create, struct errmsg *msg)
{
    init_run(create);
    return run_to_answer(create, msg);
}

enum err stream_create_recover(struct stream_create *create, int64_t stream_id, struct errmsg *msg)
{
    enum err err;

    init_run(create);
    create->is_recovery = true;
    create->step = "read the stream back";
    err = stream_find_claim(create, stream_id, msg);
    if (err == ERR_OK)
        err = stream_resume(create, stream_id, msg);
    if (err != ERR_OK || !create->stream.is_pending)
        return err;
    return run_to_answer(create, msg);
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
