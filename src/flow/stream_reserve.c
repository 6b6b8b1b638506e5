#include "flow/stream_reserve.h"

#include "base/arena.h"
#include "base/clock.h"
#include "edge/db_tx.h"
#include "flow/flow.h"
#include "flow/stream_account.h"
#include "flow/stream_check.h"
#include "flow/stream_claim.h"
#include "flow/stream_create.h"
#include "flow/stream_draft.h"
#include "flow/stream_target.h"
#include "rule/segment_input.h"
#include "rule/slot.h"
#include "store/account.h"
#include "store/billing.h"
#include "store/segment.h"
#include "store/team.h"

/* How often the transaction is begun for accounts that were short and then were not. */
#define SHORT_TRY_MAX 3

/* A run that is tried again starts from what was read before the transaction. */
static void forget_last_try(struct stream_create *create)
{
    problem_list_init(&create->problems, create->arena);
    create->wait_tiers = 0;
    create->was_short = false;
    stream_draft_begin(create);
}

/* Under the team's lock: who else adds or wakes an account of the team has done so, or waits. The
 * lock refreshes what the caller's plan and subscription allow. */
static enum err decide_under_team_lock(struct stream_create *create, struct errmsg *msg)
{
    enum err err;

    if (!create->needs_team_lock)
        return ERR_OK;
    err = team_lock(create->flow->db, create->arena, &create->caller, msg);
    if (err == ERR_OK)
        err = stream_match_targets(create, msg);
    if (err == ERR_OK)
        err = stream_refresh_accounts(create, msg);
    if (err == ERR_OK)
        err = stream_check_limits(create, msg);
    if (err == ERR_OK)
        err = stream_raise_billing(create, msg);
    return err;
}

static enum err lock_claim(struct stream_create *create, struct errmsg *msg)
{
    struct idempotency_place place = stream_claim_place(create);

    if (place.key == NULL)
        return ERR_OK;
    return idempotency_key_lock(create->flow->db, create->arena, &place, msg);
}

static enum err put_segment(struct stream_create *create, struct errmsg *msg)
{
    if (create->segment_input == NULL)
        return ERR_OK;
    return segment_add(create->flow->db, create->arena, create->caller.team_id,
                       create->segment_input, create->stream.created_us, &create->stream.segment_id,
                       msg);
}

/* A stream without times of its own is due once a day, evenly over the day's slots. */
static void choose_slot(struct stream *stream)
{
    if (stream->slot_count > 0)
        return;
    stream->slots[0] = slot_of_stream(stream->id);
    stream->slot_count = 1;
}

static enum err take_accounts(struct stream_create *create, struct errmsg *msg)
{
    stream_draft_pairs(create);
    return stream_take_accounts(create, msg);
}

static enum err add_stream(struct stream_create *create, struct errmsg *msg)
{
    struct db *db = create->flow->db;
    struct stream *stream = &create->stream;
    enum err err;

    for (size_t i = 0; i < STREAM_RUN_BYTES; i++)
        stream->run_id[i] = create->run_id[i];
    stream_draft_fields(create);
    err = stream_add(db, create->arena, stream, msg);
    if (err != ERR_OK)
        return err;
    err = pair_add(db, create->arena, stream->team_id, stream->id, create->pairs,
                   create->pair_count, msg);
    if (err != ERR_OK)
        return err;
    choose_slot(stream);
    return stream_add_slots(db, create->arena, stream, msg);
}

/* The key learns of the stream; if nothing has to be billed, of the final answer too. */
static enum err note_claim(struct stream_create *create, struct errmsg *msg)
{
    struct idempotency_place place = stream_claim_place(create);
    struct db *db = create->flow->db;

    if (!create->stream.is_pending)
        create->write_answer(create, ERR_OK, &create->answer);
    if (place.key == NULL)
        return ERR_OK;
    if (create->stream.is_pending)
        return idempotency_key_set_reserved(db, create->arena, &place, create->stream.id, msg);
    return idempotency_key_set_finished(db, create->arena, &place, create->stream.id,
                                        create->answer.status, create->answer.body,
                                        create->answer.body_len, msg);
}

/* The transaction's body. */
static enum err reserve(void *arg, struct errmsg *msg)
{
    struct stream_create *create = arg;
    enum err err;

    forget_last_try(create);
    create->stream.created_us = clock_now_us();
    err = decide_under_team_lock(create, msg);
    if (err == ERR_OK)
        err = lock_claim(create, msg);
    if (err == ERR_OK)
        err = put_segment(create, msg);
    if (err == ERR_OK)
        err = stream_put_accounts(create, msg);
    if (err == ERR_OK)
        err = take_accounts(create, msg);
    if (err == ERR_OK)
        err = add_stream(create, msg);
    if (err == ERR_OK)
        err = note_claim(create, msg);
    return err;
}

/* Asks the database whether the COMMIT took place: every stream bears the mark of its run. */
static enum err find_outcome(struct stream_create *create, bool *ret_committed, struct errmsg *msg)
{
    int64_t id;
    enum err err = stream_find_by_run(create->flow->db, create->arena, create->caller.team_id,
                                      create->run_id, &id, msg);

    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return errmsg_set(msg, ERR_OUTCOME_UNKNOWN, "the database was lost at COMMIT");
    *ret_committed = err == ERR_OK;
    return ERR_OK;
}

/* Runs the transaction; if its COMMIT is in doubt and did not take place, once more. */
static enum err run_reserve(struct stream_create *create, struct errmsg *msg)
{
    bool is_committed = false;
    enum err err = db_tx_run(create->flow->db, reserve, create, msg);

    if (err != ERR_DB_UNKNOWN)
        return err;
    err = find_outcome(create, &is_committed, msg);
    if (err != ERR_OK || is_committed)
        return err;
    err = db_tx_run(create->flow->db, reserve, create, msg);
    if (err == ERR_DB_UNKNOWN ||
        err == ERR_DB_DUPLICATE) /* the first COMMIT arrived late after all */
        return errmsg_while(msg, ERR_OUTCOME_UNKNOWN, "reserving again");
    return err;
}

/* The chokepoint took fewer accounts than it was asked for. Who was full is read now that nothing
 * of ours is counted any more: ERR_OK if nobody is, and the transaction may be run again. */
static enum err explain_shortage(struct stream_create *create, struct errmsg *msg)
{
    struct account_list accounts;
    enum err err =
        account_find(create->flow->db, create->arena, create->caller.team_id,
                     stream_create_account_ids(create), create->pair_count, &accounts, msg);

    return err == ERR_OK ? stream_refuse_accounts(create, &accounts, msg) : err;
}

enum err stream_reserve(struct stream_create *create, struct errmsg *msg)
{
    enum err err;

    create->needs_team_lock = stream_needs_team_lock(create);
    err = run_reserve(create, msg);
    for (int i = 1; create->was_short && err == ERR_OVERLOADED && i < SHORT_TRY_MAX; i++) {
        err = explain_shortage(create, msg);
        if (err == ERR_OK)
            err = run_reserve(create, msg);
    }
    if (err != ERR_OK)
        return err;
    create->is_reserved = true;
    create->is_answered = !create->stream.is_pending;
    return ERR_OK;
}
