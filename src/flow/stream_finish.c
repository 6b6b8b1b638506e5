#include "flow/stream_finish.h"

#include "base/breaker.h"
#include "base/clock.h"
#include "base/log.h"
#include "edge/db_tx.h"
#include "flow/billing_settle.h"
#include "flow/flow.h"
#include "flow/stream_claim.h"
#include "flow/stream_create.h"
#include "flow/stream_undo.h"
#include "store/account.h"

/* Answers with the stream as it is: pending. The key is given back, so that the same request may
 * find out later; whoever settles next goes on with the attempt that stands. */
static enum err answer_pending(struct stream_create *create, const char *why)
{
    log_write(LOG_WARNING, "stream %lld stays pending: %s", (long long)create->stream.id, why);
    stream_settle_claim(create, ERR_OK);
    return ERR_OK;
}

static enum err settle_tier(struct stream_create *create, enum tier tier, struct errmsg *msg)
{
    const struct billing_settle settle = {
        .flow = create->flow,
        .arena = create->arena,
        .place = {create->caller.team_id, tier, create->run_id},
        .version = create->stream.billing_version,
        .deadline_us = create->deadline_us,
        .never_waits = create->is_recovery,
    };
    const char *attempt_key = NULL;
    enum err err = billing_settle_run(&settle, &attempt_key, msg);

    if (err == ERR_PAYMENT_FAILED || err == ERR_SUBSCRIPTION_REQUIRED)
        err = stream_undo(create, &settle.place, attempt_key, err, msg);
    if (err != ERR_OK && !create->is_answered)
        billing_settle_release(&settle); /* a failed undo leaves it */
    return err;
}

/* True if Stripe is known to be down. A run that took over a stream, or that only waits for
 * another's account, was not stopped before it was reserved. */
static bool is_kept_from_stripe(const struct stream_create *create)
{
    return create->wait_tiers != 0 && !create->is_admitted &&
           !breaker_admits(create->flow->stripe_breaker, clock_monotonic_us());
}

enum err stream_settle_bill(struct stream_create *create, struct errmsg *msg)
{
    enum err err = ERR_OK;

    if (is_kept_from_stripe(create))
        return answer_pending(create, "Stripe has not answered for a while");
    for (unsigned i = 0; i < TIER__MAX && err == ERR_OK; i++)
        if (create->wait_tiers & (1U << i))
            err = settle_tier(create, (enum tier)i, msg);
    return err == ERR_TIMEOUT ? answer_pending(create, msg->text) : err;
}

static void mark_active(struct stream_create *create)
{
    create->stream.is_pending = false;
    for (size_t i = 0; i < create->pair_count; i++)
        create->pairs[i].account_is_pending = false;
}

static enum err activate(void *arg, struct errmsg *msg)
{
    struct stream_create *create = arg;
    struct idempotency_place place = stream_claim_place(create);
    struct db *db = create->flow->db;
    int64_t team_id = create->caller.team_id;
    enum err err = ERR_OK;

    if (place.key != NULL)
        err = idempotency_key_lock(db, create->arena, &place, msg);
    if (err == ERR_OK)
        err = account_activate(db, create->arena, team_id, stream_create_account_ids(create),
                               create->pair_count, clock_now_us(), msg);
    if (err == ERR_OK)
        err = stream_set_active(db, create->arena, team_id, create->stream.id, msg);
    if (err != ERR_OK)
        return err;
    mark_active(create);
    create->write_answer(create, ERR_OK, &create->answer);
    if (place.key == NULL)
        return ERR_OK;
    return idempotency_key_set_finished(db, create->arena, &place, create->stream.id,
                                        create->answer.status, create->answer.body,
                                        create->answer.body_len, msg);
}

/* Whoever else was at this stream heard Stripe refuse it, and has undone it. Under a key, the
 * answer is kept there. */
static enum err refuse_taken_out(struct stream_create *create, struct errmsg *msg)
{
    if (create->idempotency_key != NULL)
        return errmsg_while(msg, ERR_REQUEST_IN_PROGRESS, "finishing");
    create->is_reserved = false;
    return errmsg_while(msg, ERR_PAYMENT_FAILED, "finishing");
}

enum err stream_finish(struct stream_create *create, struct errmsg *msg)
{
    enum err err = db_tx_run(create->flow->db, activate, create, msg);

    /* Every effect is idempotent but the key's: what a lost COMMIT did to it is left to the next
     * request, which finds the key finished or takes it over. */
    if (err == ERR_DB_UNKNOWN)
        return errmsg_set(msg, ERR_OUTCOME_UNKNOWN, "the database was lost at COMMIT");
    if (err == ERR_NOT_FOUND)
        return refuse_taken_out(create, msg);
    create->is_answered = err == ERR_OK;
    return err;
}
