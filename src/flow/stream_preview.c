#include "flow/stream_preview.h"

#include "base/phase.h"
#include "flow/flow.h"
#include "flow/stream_account.h"
#include "flow/stream_check.h"
#include "flow/stream_create.h"
#include "flow/stream_draft.h"
#include "flow/stream_resolve.h"
#include "flow/stream_segment.h"
#include "flow/stream_target.h"
#include "store/account.h"

/* What a create decides under locks, after the look-up: a handle may have turned out to be an
 * account that is known or asleep, and rows may have changed meanwhile. */
static enum err check_again(struct stream_create *create, struct errmsg *msg)
{
    enum err err = stream_refresh_accounts(create, msg);

    return err == ERR_OK ? stream_check_limits(create, msg) : err;
}

/* The steps of a create (stream_create.c) up to the transaction, and what that would decide. A step
 * that writes, or spends, is left out or has a sibling that only foresees. */
static const struct step {
    const char *name;
    enum phase phase;
    enum err (*run)(struct stream_create *create, struct errmsg *msg);
} steps[] = {
    {"settle the segment", PHASE_CHECK, stream_settle_segment},
    {"find what the request names", PHASE_CHECK, stream_find_targets},
    {"check the limits", PHASE_CHECK, stream_check_limits},
    {"look up handles", PHASE_LOOK_UP, stream_foresee_handles},
    {"ask whether Stripe answers", PHASE_CHECK, stream_foresee_billing},
    {"check the limits again", PHASE_CHECK, check_again},
};

static enum err run_steps(struct stream_create *create, struct errmsg *msg)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < HW_COUNT(steps) && err == ERR_OK; i++) {
        create->step = steps[i].name;
        phase_begin(create->phases, steps[i].phase);
        err = steps[i].run(create, msg);
    }
    return err;
}

/* The stream as the transaction would store it. */
static void draft_stream(struct stream_create *create)
{
    stream_draft_begin(create);
    stream_draft_fields(create);
    stream_draft_pairs(create);
}

/* How many accounts of the tier the create would add or wake. */
static int64_t count_added(const struct stream_create *create, enum tier tier)
{
    int64_t count = 0;

    for (size_t i = 0; i < create->target_count; i++)
        count += create->targets[i].origin != PAIR_KNOWN &&
                 stream_target_tier(&create->targets[i]) == tier;
    return count;
}

static enum err count_billed(struct stream_create *create, struct stream_preview *preview,
                             struct errmsg *msg)
{
    if (create->caller.is_free)
        return ERR_OK;
    create->step = "count what is billed";
    for (enum tier tier = 0; tier < TIER__MAX; tier++) {
        int64_t added = count_added(create, tier);
        int64_t before;
        enum err err;

        if (added == 0)
            continue;
        err = account_count_billable(create->flow->db, create->arena, create->caller.team_id, tier,
                                     &before, msg);
        if (err != ERR_OK)
            return err;
        preview->changes[preview->change_count++] =
            (struct quantity_change){tier, before, before + added};
    }
    return ERR_OK;
}

enum err stream_preview_run(struct stream_create *create, struct stream_preview *ret_preview,
                            struct errmsg *msg)
{
    struct stream_preview preview = {0};
    enum err err;

    problem_list_init(&create->problems, create->arena);
    err = run_steps(create, msg);
    if (err == ERR_OK)
        err = count_billed(create, &preview, msg);
    if (err != ERR_OK)
        return err;
    draft_stream(create);
    *ret_preview = preview;
    return ERR_OK;
}
