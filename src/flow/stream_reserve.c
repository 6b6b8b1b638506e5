#include "flow/stream_reserve.h"

#include "base/arena.h"
#include "base/clock.h"
#include "edge/db_tx.h"
#include "flow/flow.h"
#include "flow/stream_account.h"
#include "flow/stream_check.h"
#include "flow/stream_claim.h"
#include "flow/stream_create.h"
#include "flow/stream_target.h"
#include "rule/segment_input.h"
#include "rule/slot.h"
#include "rule/stream_name.h"
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
    create->stream = (struct stream){.team_id = create->caller.team_id};
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
    create->stream.segment_id = create->segment.id;
    create->stream.segment_created = create->segment_input != NULL;
    if (create->segment_input == NULL)
        return ERR_OK;
    return segment_add(create->flow->db, create->arena, create->caller.team_id,
                       create->segment_input, create->stream.created_us, &create->stream.segment_id,
                       msg);
}

static const char *timezone_of(const struct stream_create *create)
{
    if (create->input->timezone != NULL)
        return create->input->timezone;
    return create->caller.timezone[0] != '\0' ? create->caller.timezone : "UTC";
}

static const char *name_of(const struct stream_create *create)
{
    if (create->input->name != NULL)
        return create->input->name;
    return stream_name_derive(create->arena, create->segment.name, create->segment.description,
                              stream_target_handle(&create->targets[0]), create->target_count);
}

static void fill_stream(struct stream_create *create)
{
    const struct stream_input *input = create->input;
    struct stream *stream = &create->stream;

    for (size_t i = 0; i < STREAM_RUN_BYTES; i++)
        stream->run_id[i] = create->run_id[i];
    stream->name = name_of(create);
    stream->is_pending = create->wait_tiers != 0;
    stream->is_active = true;
    stream->pair_count = create->target_count;
    stream->timezone = timezone_of(create);
    stream->auto_enrich_linkedin = input->auto_enrich_linkedin;
    stream->auto_enrich_email = input->auto_enrich_email;
    stream->email_mode = input->email_mode;
    stream->email_digest = input->email_digest;
    stream->telegram = input->telegram;
    stream->delivery = input->delivery;
    stream->webhook_url = input->webhook_url;
    stream->csv = input->csv;
}

static void fill_slots(struct stream_create *create)
{
    const struct stream_input *input = create->input;
    struct stream *stream = &create->stream;

    stream->slot_count = input->slot_count;
    for (size_t i = 0; i < input->slot_count; i++)
        stream->slots[i] = input->slots[i];
    if (stream->slot_count > 0)
        return;
    stream->slots[0] = slot_of_stream(stream->id);
    stream->slot_count = 1;
}

static void fill_pairs(struct stream_create *create)
{
    create->pair_count = create->target_count;
    create->pairs = arena_array(create->arena, create->pair_count, sizeof *create->pairs);
    for (size_t i = 0; i < create->pair_count; i++) {
        const struct target *target = &create->targets[i];

        create->pairs[i] = (struct pair){
            .account_id = target->account_id,
            .origin = target->origin,
            .handle = stream_target_handle(target),
            .tier = target->account->tier,
            .account_is_pending = target->account->state == ACCOUNT_PENDING,
        };
    }
}

static enum err take_accounts(struct stream_create *create, struct errmsg *msg)
{
    fill_pairs(create);
    return stream_take_accounts(create, msg);
}

static enum err add_stream(struct stream_create *create, struct errmsg *msg)
{
    struct db *db = create->flow->db;
    struct stream *stream = &create->stream;
    enum err err;

    fill_stream(create);
    err = stream_add(db, create->arena, stream, msg);
    if (err != ERR_OK)
        return err;
    err = pair_add(db, create->arena, stream->team_id, stream->id, create->pairs,
                   create->pair_count, msg);
    if (err != ERR_OK)
        return err;
    fill_slots(create);
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
