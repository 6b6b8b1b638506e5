#include "flow/stream_undo.h"

#include <string.h>

#include "base/log.h"
#include "edge/db_tx.h"
#include "flow/billing_level.h"
#include "flow/flow.h"
#include "flow/stream_claim.h"
#include "flow/stream_create.h"
#include "store/account.h"
#include "store/billing.h"
#include "store/segment.h"
#include "store/team.h"

struct undo {
    struct stream_create *create;
    const struct billing_place *place;
    const char *attempt_key;
    enum err refusal;
    int64_t version;  /* the billable set has shrunk with this version */
    bool was_settled; /* it has been paid for, or made active, in the meantime after all */
};

/* Team, then billing rows, then key, then accounts: the one lock order. */
static enum err lock_all(struct undo *undo, struct stream *ret_stream, struct errmsg *msg)
{
    struct stream_create *create = undo->create;
    struct idempotency_place key = stream_claim_place(create);
    struct db *db = create->flow->db;
    int64_t team_id = create->caller.team_id;
    enum err err = team_lock(db, create->arena, &create->caller, msg);

    if (err == ERR_OK)
        err = billing_lock_team(db, create->arena, team_id, &undo->version, msg);
    if (err == ERR_OK && key.key != NULL)
        err = idempotency_key_lock(db, create->arena, &key, msg);
    if (err == ERR_OK)
        err = account_free_stream(db, create->arena, team_id, stream_create_account_ids(create),
                                  create->pair_count, msg);
    if (err == ERR_OK)
        err = stream_lock(db, create->arena, team_id, create->stream.id, ret_stream, msg);
    return err;
}

static enum err remove_all(struct undo *undo, const struct stream *stream, struct errmsg *msg)
{
    struct stream_create *create = undo->create;
    struct db *db = create->flow->db;
    int64_t team_id = create->caller.team_id;
    enum err err = stream_remove(db, create->arena, team_id, stream->id, msg);

    if (err == ERR_OK)
        err = account_drop_unpaid(db, create->arena, team_id, stream_create_account_ids(create),
                                  create->pair_count, msg);
    if (err == ERR_OK && stream->segment_created)
        err = segment_remove(db, create->arena, team_id, stream->segment_id, msg);
    if (err == ERR_OK)
        err = billing_raise(db, create->arena, team_id, create->wait_tiers, undo->version + 1, msg);
    if (err == ERR_OK)
        err = billing_remove_attempt(db, create->arena, undo->place, undo->attempt_key, msg);
    return err;
}

static enum err keep_refusal(struct undo *undo, struct errmsg *msg)
{
    struct stream_create *create = undo->create;
    struct idempotency_place key = stream_claim_place(create);

    create->write_answer(create, undo->refusal, &create->answer);
    if (key.key == NULL)
        return ERR_OK;
    return idempotency_key_set_finished(create->flow->db, create->arena, &key, 0,
                                        create->answer.status, create->answer.body,
                                        create->answer.body_len, msg);
}

/* A run that slept past its lease may find that another one had more luck. */
static enum err check_still_unpaid(struct undo *undo, const struct stream *stream,
                                   struct errmsg *msg)
{
    struct stream_create *create = undo->create;
    struct billing billing;
    enum err err = billing_find(create->flow->db, create->arena, undo->place, &billing, msg);

    if (err != ERR_OK)
        return err;
    undo->was_settled =
        !stream->is_pending || billing.applied_version >= create->stream.billing_version;
    if (undo->was_settled)
        return errmsg_set(msg, ERR_REQUEST_IN_PROGRESS, "the stream is paid for already");
    if (billing.attempt_key != NULL && strcmp(billing.attempt_key, undo->attempt_key) != 0)
        return errmsg_set(msg, ERR_TIMEOUT, "a later attempt is to pay for the stream");
    return ERR_OK;
}

static enum err undo_in_transaction(void *arg, struct errmsg *msg)
{
    struct undo *undo = arg;
    struct stream stream;
    enum err err = lock_all(undo, &stream, msg);

    if (err != ERR_OK)
        return err;
    err = check_still_unpaid(undo, &stream, msg);
    if (err != ERR_OK)
        return err;
    err = remove_all(undo, &stream, msg);
    if (err == ERR_OK)
        err = keep_refusal(undo, msg);
    return err;
}

static void lower_tier(const struct undo *undo, enum tier tier)
{
    struct stream_create *create = undo->create;
    const struct billing_place place = {create->caller.team_id, tier, create->run_id};
    struct errmsg msg;

    if (billing_level_run(create->flow, create->arena, &place, undo->version + 1,
                          create->deadline_us, &msg) != ERR_OK)
        log_write(LOG_WARNING, "a Stripe quantity is still to be lowered: %s", msg.text);
}

/* What was raised for this create before Stripe refused is lowered now if Stripe can be reached,
 * else by whoever settles the tier next. */
static void lower_again(const struct undo *undo)
{
    for (unsigned i = 0; i < TIER__MAX; i++)
        if (undo->create->wait_tiers & (1U << i) && (enum tier)i != undo->place->tier)
            lower_tier(undo, (enum tier)i);
}

enum err stream_undo(struct stream_create *create, const struct billing_place *place,
                     const char *attempt_key, enum err refusal, struct errmsg *msg)
{
    struct undo undo = {
        .create = create, .place = place, .attempt_key = attempt_key, .refusal = refusal};
    struct errmsg reason = *msg;
    enum err err = db_tx_run(create->flow->db, undo_in_transaction, &undo, msg);

    if (undo.was_settled)
        return ERR_OK;
    if (err == ERR_NOT_FOUND && create->idempotency_key != NULL)
        return errmsg_while(msg, ERR_REQUEST_IN_PROGRESS, "undoing"); /* its answer is kept */
    if (err == ERR_NOT_FOUND)
        return refusal; /* another run has undone it */
    if (err == ERR_DB_UNKNOWN)
        return errmsg_set(msg, ERR_OUTCOME_UNKNOWN, "the database was lost at COMMIT");
    if (err != ERR_OK)
        return err;
    create->is_answered = true;
    create->is_reserved = false;
    lower_again(&undo);
    *msg = reason;
    return refusal;
}
