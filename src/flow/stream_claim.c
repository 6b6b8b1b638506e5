#include "flow/stream_claim.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "flow/flow.h"
#include "flow/stream_create.h"
#include "flow/stream_resume.h"

struct idempotency_place stream_claim_place(const struct stream_create *create)
{
    return (struct idempotency_place){
        .team_id = create->caller.team_id,
        .key = create->idempotency_key,
        .owner = create->claim_owner,
    };
}

/* Goes on with the stream that a run which died had reserved. If it is gone, the reconciler has
 * taken it out in this moment, and kept the answer. */
static enum err take_over(struct stream_create *create, int64_t stream_id, struct errmsg *msg)
{
    enum err err = stream_resume(create, stream_id, msg);

    return err == ERR_NOT_FOUND ? stream_find_answer(create, msg) : err;
}

static enum err replay(struct stream_create *create, const struct idempotency_key *key)
{
    create->answer = (struct create_answer){key->status, key->body, key->body_len};
    create->stream.id = key->stream_id;
    create->is_replayed = true;
    create->is_answered = true;
    return ERR_OK;
}

static enum err refuse_running(struct stream_create *create, struct errmsg *msg)
{
    create->retry_after_s = 1;
    return errmsg_set(msg, ERR_REQUEST_IN_PROGRESS, "the first request still runs");
}

enum err stream_claim(struct stream_create *create, struct errmsg *msg)
{
    struct idempotency_place place = stream_claim_place(create);
    int64_t now_us = clock_now_us();
    struct idempotency_key key;
    enum err err;

    if (place.key == NULL)
        return ERR_OK;
    err = idempotency_key_claim(create->flow->db, create->arena, &place, create->request_hash,
                                now_us, now_us + CONFIG_CLAIM_MS * CLOCK_MS_US, &key, msg);
    if (err == ERR_DB_RETRY)
        return refuse_running(create, msg); /* its run has the row locked */
    if (err != ERR_OK)
        return err;
    if (!key.is_same_body)
        return errmsg_set(msg, ERR_IDEMPOTENCY_KEY_REUSED, "the key was used with another body");
    if (key.state == IDEMPOTENCY_FINISHED)
        return replay(create, &key);
    if (!key.is_ours)
        return refuse_running(create, msg);
    return key.state == IDEMPOTENCY_RESERVED ? take_over(create, key.stream_id, msg) : ERR_OK;
}

enum err stream_find_answer(struct stream_create *create, struct errmsg *msg)
{
    struct idempotency_key key;
    enum err err = idempotency_key_find(create->flow->db, create->arena, create->caller.team_id,
                                        create->idempotency_key, &key, msg);

    if (err == ERR_OK && key.state == IDEMPOTENCY_FINISHED)
        return replay(create, &key);
    return err == ERR_OK || err == ERR_NOT_FOUND ? refuse_running(create, msg) : err;
}

enum err stream_find_claim(struct stream_create *create, int64_t stream_id, struct errmsg *msg)
{
    enum err err = idempotency_key_find_by_stream(
        create->flow->db, create->arena, create->caller.team_id, stream_id,
        &create->idempotency_key, &create->claim_owner, msg);

    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* True for a refusal that the same request would meet again: it is kept under the key. */
static bool refusal_is_final(enum err err)
{
    switch (err) {
    case ERR_STREAM_MULTI_SEGMENT:
    case ERR_ORPHAN_LABEL:
    case ERR_ACCOUNT_NOT_FOUND:
    case ERR_SEGMENT_NOT_FOUND:
    case ERR_SUBSCRIPTION_REQUIRED:
    case ERR_FREE_ACCOUNT_LIMIT:
    case ERR_STREAM_CAP_EXCEEDED:
    case ERR_HANDLE_NOT_FOUND:
    case ERR_HANDLE_PROTECTED:
    case ERR_PAYMENT_FAILED:
        return true;
    default:
        return false;
    }
}

/* What becomes of the key when the create ended with ERR. */
static enum err settle_key(struct stream_create *create, enum err err, struct errmsg *msg)
{
    struct idempotency_place place = stream_claim_place(create);
    struct db *db = create->flow->db;

    if (err == ERR_IDEMPOTENCY_KEY_REUSED || err == ERR_REQUEST_IN_PROGRESS)
        return ERR_OK; /* the key is another run's */
    if (create->is_reserved || err == ERR_OUTCOME_UNKNOWN)
        return idempotency_key_release(db, create->arena, &place, clock_now_us(), msg);
    if (refusal_is_final(err))
        return idempotency_key_set_finished(db, create->arena, &place, 0, create->answer.status,
                                            create->answer.body, create->answer.body_len, msg);
    return idempotency_key_remove(db, create->arena, &place, msg);
}

void stream_settle_claim(struct stream_create *create, enum err err)
{
    struct errmsg msg;

    create->write_answer(create, err, &create->answer);
    create->is_answered = true;
    /* The run that a recovery goes on for may still live: its claim is not ours to give back. */
    if (create->idempotency_key == NULL || create->is_recovery)
        return;
    /* The refusal stands whether or not it could be kept: a later request decides it afresh. */
    if (settle_key(create, err, &msg) != ERR_OK)
        log_write(LOG_WARNING, "the idempotency key was not settled: %s", msg.text);
}
