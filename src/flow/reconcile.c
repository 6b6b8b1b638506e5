#include "flow/reconcile.h"

#include "base/arena.h"
#include "base/breaker.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/stop.h"
#include "edge/digest.h"
#include "flow/billing_audit.h"
#include "flow/billing_level.h"
#include "flow/flow.h"
#include "flow/reconcile_report.h"
#include "flow/stream_create.h"
#include "store/billing.h"
#include "store/idempotency_key.h"
#include "store/named_lock.h"
#include "store/reconciler.h"

/* One reconciler at a time in a database, and one audit. */
#define LOCK_NAME "headwater reconcile"
#define AUDIT_LOCK_NAME "headwater audit"

/* What one pass takes on at most; the rest is the next one's. */
#define STREAM_MAX 1000
#define TIER_MAX 1000
#define SWEEP_MAX 20
#define SWEEP_KEY_COUNT 500

/* A quantity that Stripe refused is not offered again at once. */
#define ATTEMPT_PAUSE_US (20 * CLOCK_S_US)

#define STARTED_KEY_AGE_US (3600 * CLOCK_S_US)
#define FINISHED_KEY_AGE_US (72 * 3600 * CLOCK_S_US)

/* Five reads a second at most. */
#define AUDIT_PAUSE_US (200 * CLOCK_MS_US)

struct pass {
    const struct reconcile *reconcile;
    struct reconcile_report *report;
    struct arena *arena;      /* of the pass */
    struct arena *item_arena; /* of one piece of work */
};

/* An outcome that is not known is that of one stream: if the database is gone for good, the next
 * one says so. */
static bool database_is_lost(enum err err)
{
    return err == ERR_DB_LOST || err == ERR_DB_UNKNOWN;
}

/* Time for a write at Stripe, and for a reading that confirms it. */
static int64_t item_deadline_us(const struct pass *pass)
{
    const struct config *config = pass->reconcile->flow->config;
    int64_t time_ms = 2 * (config->stripe_timeout_ms + CONFIG_SPARE_MS);

    return clock_monotonic_us() + time_ms * CLOCK_MS_US;
}

/* --- streams --------------------------------------------------------------------------------- */

static void log_recovery(const struct stream_create *create, const struct stream_place *place,
                         const char *outcome, const struct errmsg *msg)
{
    struct log_line line;

    log_line_init(&line, LOG_WARNING, "stream recovered");
    log_line_add_text(&line, "requestId", create->request_id);
    log_line_add_int(&line, "team", place->team_id);
    log_line_add_int(&line, "stream", place->id);
    log_line_add_text(&line, "outcome", outcome);
    log_line_add_text(&line, "while", msg == NULL ? NULL : create->step);
    log_line_add_text(&line, "why", msg == NULL ? NULL : msg->text);
    log_line_write(&line);
}

static void count_stream(struct reconcile_report *report, const struct stream_create *create,
                         const struct stream_place *place, enum err err, const struct errmsg *msg)
{
    if (err == ERR_OK && !create->stream.is_pending) {
        report->stream_finished_count++;
        log_recovery(create, place, "active", NULL);
    } else if (err == ERR_OK) {
        report->stream_waiting_count++;
    } else if (err == ERR_PAYMENT_FAILED || err == ERR_SUBSCRIPTION_REQUIRED) {
        report->stream_refused_count++;
        log_recovery(create, place, "taken out", msg);
    } else if (err != ERR_NOT_FOUND && err != ERR_REQUEST_IN_PROGRESS) {
        report->stream_failed_count++;
        log_recovery(create, place, "failed", msg);
    }
}

static enum err recover_stream(const struct pass *pass, const struct stream_place *place,
                               bool *ret_waiting, struct errmsg *msg)
{
    struct stream_create create = {.flow = pass->reconcile->flow,
                                   .arena = pass->item_arena,
                                   .caller = {.team_id = place->team_id},
                                   .deadline_us = item_deadline_us(pass),
                                   /* As nginx gives one to a request. */
                                   .request_id = digest_random_name(pass->item_arena),
                                   .write_answer = pass->reconcile->write_answer};
    enum err err = stream_create_recover(&create, place->id, msg);

    count_stream(pass->report, &create, place, err, msg);
    *ret_waiting = err == ERR_OK && create.stream.is_pending;
    arena_reset(pass->item_arena);
    return database_is_lost(err) ? err : ERR_OK;
}

/* True if a stream of the team had to be left waiting before: the others of the team would wait for
 * the same answer. */
static bool team_waits(const struct stream_place *places, size_t count, int64_t team_id)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].team_id == team_id)
            return true;
    return false;
}

static enum err recover_streams(const struct pass *pass, struct errmsg *msg)
{
    struct flow *flow = pass->reconcile->flow;
    int64_t before_us = clock_now_us() - pass->reconcile->stream_age_s * CLOCK_S_US;
    struct stream_place *places;
    size_t count;
    size_t waiting_count = 0; /* at the front of PLACES stand those that wait */
    enum err err =
        stream_list_pending(flow->db, pass->arena, before_us, STREAM_MAX, &places, &count, msg);

    for (size_t i = 0; err == ERR_OK && i < count && !stop_wait(0); i++) {
        struct stream_place place = places[i];
        bool is_waiting = team_waits(places, waiting_count, place.team_id);

        progress_note("finishing streams", (int64_t)i, (int64_t)count);
        if (is_waiting)
            pass->report->stream_waiting_count++;
        else
            err = recover_stream(pass, &place, &is_waiting, msg);
        if (err == ERR_OK && is_waiting)
            places[waiting_count++] = place;
    }
    return err;
}

/* --- quantities ------------------------------------------------------------------------------ */

static enum err settle_tier(const struct pass *pass, const struct billing_due *due,
                            struct errmsg *msg)
{
    unsigned char owner[BILLING_OWNER_BYTES];
    const struct billing_place place = {due->team_id, due->tier, owner};
    enum err err;

    digest_random(owner, sizeof owner);
    err = billing_level_run(pass->reconcile->flow, pass->item_arena, &place, due->version,
                            item_deadline_us(pass), msg);
    arena_reset(pass->item_arena);
    if (err == ERR_OK) {
        pass->report->tier_settled_count++;
        return ERR_OK;
    }
    pass->report->tier_waiting_count++;
    log_write(LOG_WARNING, "team %lld, tier %s: the quantity is still to be settled: %s",
              (long long)due->team_id, tier_text(due->tier), msg->text);
    return database_is_lost(err) ? err : ERR_OK;
}

static enum err settle_tiers(const struct pass *pass, struct errmsg *msg)
{
    struct flow *flow = pass->reconcile->flow;
    int64_t now_us = clock_now_us();
    struct billing_due *dues;
    size_t count;
    enum err err = billing_list_unsettled(flow->db, pass->arena, now_us, now_us - ATTEMPT_PAUSE_US,
                                          TIER_MAX, &dues, &count, msg);

    for (size_t i = 0; err == ERR_OK && i < count && !stop_wait(0); i++) {
        if (!breaker_admits(flow->stripe_breaker, clock_monotonic_us()))
            return ERR_OK; /* Stripe is known to be down: the next pass asks again */
        progress_note("settling quantities with Stripe", (int64_t)i, (int64_t)count);
        err = settle_tier(pass, &dues[i], msg);
    }
    return err;
}

static enum err audit_items(const struct pass *pass, struct errmsg *msg)
{
    struct flow *flow = pass->reconcile->flow;
    struct billing_due *dues;
    size_t count;
    int64_t before_us = clock_now_us() - pass->reconcile->audit_age_s * CLOCK_S_US;
    int64_t until_us = clock_monotonic_us() + pass->reconcile->audit_time_us;
    enum err err = billing_list_unaudited(flow->db, pass->arena, before_us,
                                          pass->reconcile->audit_max, &dues, &count, msg);

    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        enum audit_verdict verdict = AUDIT_NONE;

        err = billing_audit_run(flow, pass->item_arena, &dues[i], &verdict, msg);
        pass->report->item_audited_count += verdict != AUDIT_NONE;
        pass->report->item_drifted_count += verdict == AUDIT_DRIFT;
        arena_reset(pass->item_arena);
        progress_note("comparing quantities with Stripe's", (int64_t)i + 1, (int64_t)count);
        if (stop_wait(AUDIT_PAUSE_US) || clock_monotonic_us() >= until_us)
            break;
    }
    return err;
}

/* --- keys ------------------------------------------------------------------------------------ */

static enum err sweep_keys(const struct pass *pass, struct errmsg *msg)
{
    struct flow *flow = pass->reconcile->flow;
    int64_t now_us = clock_now_us();
    int64_t removed = SWEEP_KEY_COUNT;
    enum err err = ERR_OK;

    for (int i = 0; i < SWEEP_MAX && err == ERR_OK && removed == SWEEP_KEY_COUNT; i++) {
        err = idempotency_key_remove_old(flow->db, pass->arena, now_us, now_us - STARTED_KEY_AGE_US,
                                         now_us - FINISHED_KEY_AGE_US, SWEEP_KEY_COUNT, &removed,
                                         msg);
        if (err == ERR_OK)
            pass->report->key_removed_count += removed;
    }
    return err;
}

/* --- the pass -------------------------------------------------------------------------------- */

static enum err recover(const struct pass *pass, struct errmsg *msg)
{
    enum err err = recover_streams(pass, msg);

    if (err == ERR_OK && !stop_wait(0))
        err = settle_tiers(pass, msg);
    if (err == ERR_OK && !stop_wait(0))
        err = sweep_keys(pass, msg);
    return err;
}

/* Runs a part of the pass, unless another reconciler is at that. */
static enum err run_alone(const struct pass *pass, const char *lock_name,
                          enum err (*part)(const struct pass *pass, struct errmsg *msg),
                          struct errmsg *msg)
{
    struct db *db = pass->reconcile->flow->db;
    struct errmsg ignored;
    bool is_taken = false;
    enum err err =
        named_lock_take(db, pass->arena, lock_name, pass->reconcile->lock_wait_s, &is_taken, msg);

    if (err != ERR_OK)
        return err;
    if (!is_taken && part == recover)
        pass->report->is_skipped = true;
    if (!is_taken)
        return ERR_OK;
    err = part(pass, msg);
    if (named_lock_release(db, pass->arena, lock_name, &ignored) != ERR_OK)
        log_write(LOG_INFO, "the reconciler's lock ended with its connection: %s", ignored.text);
    return err;
}

/* The audit has a lock of its own: nobody's streams wait for an operator's audit of all teams. */
static enum err run_pass(const struct pass *pass, struct errmsg *msg)
{
    enum err err = run_alone(pass, LOCK_NAME, recover, msg);

    if (err != ERR_OK || pass->report->is_skipped || pass->reconcile->audit_max == 0 ||
        stop_wait(0))
        return err;
    return run_alone(pass, AUDIT_LOCK_NAME, audit_items, msg);
}

/* For the service's health and its metrics; also of a pass that broke off. Best effort. */
static void note_pass(const struct pass *pass, bool has_ended)
{
    const struct reconcile_report *report = pass->report;
    const struct reconciler done = {
        .pass_us = has_ended ? clock_now_us() : 0,
        .pass_count = has_ended,
        .stream_finished_count = report->stream_finished_count,
        .stream_refused_count = report->stream_refused_count,
        .stream_failed_count = report->stream_failed_count,
        .tier_settled_count = report->tier_settled_count,
        .key_removed_count = report->key_removed_count,
        .item_audited_count = report->item_audited_count,
        .item_drifted_count = report->item_drifted_count,
    };
    struct errmsg msg;

    if (reconciler_add_pass(pass->reconcile->flow->db, pass->arena, &done, &msg) != ERR_OK)
        log_write(LOG_WARNING, "what the pass has done was not noted: %s", msg.text);
}

enum err reconcile_run(const struct reconcile *reconcile, struct reconcile_report *report,
                       struct errmsg *msg)
{
    const struct pass pass = {
        .reconcile = reconcile, .report = report, .arena = arena_new(), .item_arena = arena_new()};
    enum err err;

    *report = (struct reconcile_report){0};
    err = run_pass(&pass, msg);
    if (!report->is_skipped)
        note_pass(&pass, err == ERR_OK);
    arena_free(pass.item_arena);
    arena_free(pass.arena);
    return err;
}
