#include "flow/billing_settle.h"

#include "base/breaker.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"
#include "edge/digest.h"
#include "flow/billing_attempt.h"
#include "flow/billing_turn.h"
#include "flow/flow.h"
#include "remote/stripe.h"

#define LEASE_US (CONFIG_LEASE_MS * CLOCK_MS_US)
#define LEASE_PAUSE_MIN_US (20 * CLOCK_MS_US)
#define LEASE_PAUSE_SPAN_US (30 * CLOCK_MS_US)
#define PAUSE_MAX_US (2 * CLOCK_S_US)
#define FAILED_PAUSE_US (500 * CLOCK_MS_US)
#define RESEND_PAUSE_MS 500

/* Stripe forgets a key after 24 hours; an older attempt is decided by reading, never sent again. */
#define ATTEMPT_MAX_AGE_US (20 * 3600 * CLOCK_S_US)

/* What a settling has come to. */
struct progress {
    bool is_applied;
    const char *refused_key; /* of the attempt that Stripe refused */
    int64_t patience_us;     /* monotonic: until then it waits for its turn; 0 = it never had to */
    bool is_unanswered;      /* Stripe was called, and left the last call without a usable answer */
};

/* A call is not begun unless it can end in time, with a second to spare for what follows. */
static bool has_time(const struct billing_settle *settle, int64_t pause_us)
{
    int64_t call_ms = settle->flow->config->stripe_timeout_ms + CONFIG_SPARE_MS;

    return clock_monotonic_us() + pause_us + call_ms * CLOCK_MS_US <= settle->deadline_us;
}

static void pause_for_lease(void)
{
    uint16_t random;

    digest_random(&random, sizeof random);
    clock_sleep_us(LEASE_PAUSE_MIN_US + random % LEASE_PAUSE_SPAN_US);
}

static void log_answer(const struct billing_settle *settle, const struct billing *billing,
                       const struct stripe_answer *answer)
{
    static const enum log_level levels[] = {
        [STRIPE_UNKNOWN] = LOG_WARNING,
        [STRIPE_FAILED] = LOG_WARNING,
        [STRIPE_APPLIED] = LOG_INFO,
        [STRIPE_PAYMENT_REFUSED] = LOG_WARNING,
        [STRIPE_SUBSCRIPTION_REFUSED] = LOG_WARNING,
        [STRIPE_REFUSED] = LOG_ERROR,
    };
    bool is_our_key = answer->status == STRIPE_STATUS_BAD_KEY;
    struct log_line line;

    log_line_init(&line, is_our_key ? LOG_ERROR : levels[answer->outcome], "stripe quantity");
    log_line_add_int(&line, "team", settle->place.team_id);
    log_line_add_text(&line, "tier", tier_text(settle->place.tier));
    log_line_add_int(&line, "quantity", billing->attempt_quantity);
    log_line_add_int(&line, "version", billing->attempt_version);
    log_line_add_text(&line, "attempt", billing->attempt_key);
    log_line_add_int(&line, "status", answer->status);
    log_line_add_text(&line, "code", answer->code);
    log_line_add_text(&line, "stripeRequestId", answer->request_id);
    log_line_add_text(&line, "why", answer->why);
    log_line_write(&line);
}

/* Tells all workers when Stripe can be worked with. That it cannot is noted once, at the end of the
 * settling: the calls of one run in a row say no more than one. The reading of an item is not
 * noted: Stripe may well answer that while it takes no change. */
static void note_call(const struct billing_settle *settle, const struct stripe_answer *answer,
                      struct progress *progress)
{
    bool has_answered =
        answer->status > 0 && answer->status < 500 && answer->status != STRIPE_STATUS_BAD_KEY;

    if (answer->status == 0 && answer->outcome != STRIPE_UNKNOWN)
        return; /* there was no call */
    progress->is_unanswered = !has_answered;
    if (has_answered)
        breaker_note(settle->flow->stripe_breaker, true, clock_monotonic_us());
}

/* Reads the item to decide an attempt whose own answer tells nothing. */
static void decide_by_reading(const struct billing_settle *settle, const struct billing *billing,
                              struct stripe_answer *answer)
{
    struct stripe_answer item;

    if (!has_time(settle, 0)) {
        answer->outcome = STRIPE_UNKNOWN;
        return;
    }
    stripe_item_find(settle->flow->stripe, settle->arena, billing->item_id, settle->deadline_us,
                     &item);
    if (item.outcome != STRIPE_APPLIED)
        item.outcome = STRIPE_UNKNOWN;
    else if (item.quantity != billing->attempt_quantity)
        item.outcome = STRIPE_FAILED;
    *answer = item;
}

/* An attempt that was sent before may have had its effect then, whatever is said now: a refusal
 * stands only if the item does not have the quantity. */
static void confirm_refusal(const struct billing_settle *settle, const struct billing *billing,
                            struct stripe_answer *answer)
{
    struct stripe_answer item = {.outcome = STRIPE_UNKNOWN, .pause_ms = RESEND_PAUSE_MS};

    if (has_time(settle, 0))
        stripe_item_find(settle->flow->stripe, settle->arena, billing->item_id, settle->deadline_us,
                         &item);
    if (item.outcome == STRIPE_FAILED)
        item.outcome = STRIPE_UNKNOWN;
    if (item.outcome == STRIPE_UNKNOWN || item.quantity == billing->attempt_quantity)
        *answer = item;
}

/* True for a refusal that says something of the attempt and not only of our way of asking. */
static bool is_refusal(const struct stripe_answer *answer)
{
    return answer->outcome == STRIPE_PAYMENT_REFUSED ||
           answer->outcome == STRIPE_SUBSCRIPTION_REFUSED;
}

/* False for a failure, and for a refusal of a key that was sent before. */
static bool is_last_word(const struct stripe_answer *answer, bool is_fresh)
{
    return answer->outcome != STRIPE_FAILED && (answer->outcome != STRIPE_REFUSED || is_fresh);
}

/* Sends the attempt that stands. IS_FRESH: it was never sent before, so a refusal is a refusal. */
static void send_attempt(const struct billing_settle *settle, const struct billing *billing,
                         bool is_fresh, struct progress *progress, struct stripe_answer *answer)
{
    int64_t call_us = settle->flow->config->stripe_timeout_ms * CLOCK_MS_US;
    int64_t until_us = clock_monotonic_us() + call_us;

    if (clock_now_us() - billing->attempt_us > ATTEMPT_MAX_AGE_US) {
        decide_by_reading(settle, billing, answer);
        return;
    }
    if (!is_fresh)
        metric_count(METRIC_RETRIES, METRIC_RETRY_BILLING, 0);
    stripe_quantity_set(settle->flow->stripe, settle->arena, billing->item_id,
                        billing->attempt_quantity, billing->attempt_key, until_us, answer);
    log_answer(settle, billing, answer);
    note_call(settle, answer, progress);
    if (is_refusal(answer) && !is_fresh)
        confirm_refusal(settle, billing, answer);
    if (is_last_word(answer, is_fresh))
        return;
    /* An earlier sending of the key may still be under way. Once Stripe has seen the key for good
     * it replays its answer; only then does the item tell what came of it. */
    if (answer->replayed || answer->status < 400)
        decide_by_reading(settle, billing, answer);
    else
        *answer = (struct stripe_answer){.outcome = STRIPE_UNKNOWN, .pause_ms = RESEND_PAUSE_MS};
}

/* Stripe will not do it. An older attempt than ours is dropped, and ours is made next; our own ends
 * the settling, with lease and attempt in place. */
static enum err refuse(const struct billing_settle *settle, const struct billing *billing,
                       const struct stripe_answer *answer, struct progress *progress,
                       struct errmsg *msg)
{
    bool is_subscription = answer->outcome == STRIPE_SUBSCRIPTION_REFUSED;

    if (billing->attempt_version < settle->version)
        return billing_remove_attempt(settle->flow->db, settle->arena, &settle->place,
                                      billing->attempt_key, msg);
    progress->refused_key = billing->attempt_key;
    return errmsg_set(msg, is_subscription ? ERR_SUBSCRIPTION_REQUIRED : ERR_PAYMENT_FAILED,
                      "Stripe refused with status %ld, code %s", answer->status,
                      answer->code == NULL ? "(none)" : answer->code);
}

/* Keeps the attempt for whoever comes next, and waits as long as Stripe asked for; without the time
 * to try again after that, not at all. */
static enum err keep_attempt(const struct billing_settle *settle,
                             const struct stripe_answer *answer, struct errmsg *msg)
{
    int64_t pause_us = answer->pause_ms * CLOCK_MS_US;
    enum err err = billing_release_lease(settle->flow->db, settle->arena, &settle->place, msg);

    if (err == ERR_OK && (settle->never_waits || !has_time(settle, pause_us)))
        return errmsg_set(msg, ERR_TIMEOUT, "Stripe has not confirmed, and is asked again later");
    if (err == ERR_OK)
        clock_sleep_us(pause_us < PAUSE_MAX_US ? pause_us : PAUSE_MAX_US);
    return err;
}

/* A 5xx had no effect: the next round starts with a new key, after a pause. */
static enum err drop_attempt(const struct billing_settle *settle, const struct billing *billing,
                             struct errmsg *msg)
{
    enum err err = billing_remove_attempt(settle->flow->db, settle->arena, &settle->place,
                                          billing->attempt_key, msg);

    if (err == ERR_OK)
        clock_sleep_us(FAILED_PAUSE_US);
    return err;
}

static enum err act_on_answer(const struct billing_settle *settle, const struct billing *billing,
                              const struct stripe_answer *answer, struct progress *progress,
                              struct errmsg *msg)
{
    struct db *db = settle->flow->db;

    switch (answer->outcome) {
    case STRIPE_APPLIED:
        return billing_set_applied(db, settle->arena, &settle->place, billing->attempt_key, msg);
    case STRIPE_FAILED:
        return drop_attempt(settle, billing, msg);
    case STRIPE_PAYMENT_REFUSED:
    case STRIPE_SUBSCRIPTION_REFUSED:
    case STRIPE_REFUSED:
        return refuse(settle, billing, answer, progress, msg);
    case STRIPE_UNKNOWN:
        return keep_attempt(settle, answer, msg);
    }
    return ERR_INTERNAL;
}

/* Waits a moment for the row's turn. The next attempt, whoever makes it, covers all who wait. */
static enum err wait_for_turn(const struct billing_settle *settle, int64_t wait_us,
                              struct progress *progress, struct errmsg *msg)
{
    int64_t now_us = clock_monotonic_us();
    int64_t patience_us;
    enum err err;

    if (settle->never_waits)
        return errmsg_set(msg, ERR_TIMEOUT, "Stripe is told of the team's next change later");
    if (progress->patience_us == 0) {
        err = billing_turn_find_patience(settle, &patience_us, msg);
        if (err != ERR_OK)
            return err;
        progress->patience_us = now_us + patience_us;
    }
    if (now_us + wait_us > progress->patience_us || !has_time(settle, wait_us))
        return errmsg_set(msg, ERR_TIMEOUT, "Stripe is told of the team's next change later");
    pause_for_lease();
    return ERR_OK;
}

/* One round with the lease in hand: resolve the attempt that stands, or make one. BEFORE: the row
 * as it was when the lease was not ours yet. */
static enum err settle_round(const struct billing_settle *settle, const struct billing *before,
                             struct progress *progress, struct errmsg *msg)
{
    struct stripe_answer answer = {0};
    struct billing billing;
    bool is_fresh;
    enum err err = billing_find(settle->flow->db, settle->arena, &settle->place, &billing, msg);

    if (err != ERR_OK)
        return err;
    progress->is_applied = billing.applied_version >= settle->version;
    if (progress->is_applied || billing_turn_is_gone(before, &billing))
        return billing_release_lease(settle->flow->db, settle->arena, &settle->place, msg);
    is_fresh = billing.attempt_key == NULL;
    if (is_fresh)
        err = billing_attempt_add(settle, &billing, msg);
    if (err == ERR_NOT_FOUND || err == ERR_DB_UNKNOWN)
        return ERR_OK; /* the lease ran out, or the row has to tell what happened: start over */
    if (err != ERR_OK || billing.attempt_key == NULL)
        return err; /* without an attempt the row is settled: the next look will show it */
    if (!has_time(settle, 0))
        return billing_release_lease(settle->flow->db, settle->arena, &settle->place, msg);
    send_attempt(settle, &billing, is_fresh, progress, &answer);
    progress->is_applied =
        answer.outcome == STRIPE_APPLIED && billing.attempt_version >= settle->version;
    return act_on_answer(settle, &billing, &answer, progress, msg);
}

/* Takes a round if the lease can be had, else waits a moment. */
static enum err take_round(const struct billing_settle *settle, const struct billing *billing,
                           struct progress *progress, struct errmsg *msg)
{
    int64_t now_us = clock_now_us();
    bool is_ours = false;
    enum err err = billing_take_lease(settle->flow->db, settle->arena, &settle->place, now_us,
                                      now_us + LEASE_US, &is_ours, msg);

    if (err == ERR_OK && is_ours)
        return settle_round(settle, billing, progress, msg);
    if (err == ERR_OK && settle->never_waits)
        return errmsg_set(msg, ERR_TIMEOUT, "another run talks to Stripe about the row");
    if (err == ERR_OK)
        pause_for_lease();
    return err;
}

/* Looks at the row, and goes on with it if there is something to be done, time, and its turn. */
static enum err settle_once(const struct billing_settle *settle, struct progress *progress,
                            struct errmsg *msg)
{
    int64_t wait_us = 0;
    struct billing billing;
    enum err err = billing_find(settle->flow->db, settle->arena, &settle->place, &billing, msg);

    if (err == ERR_NOT_FOUND)
        return ERR_INTERNAL; /* the limits were checked: a tier without an item is our fault */
    if (err != ERR_OK)
        return err;
    progress->is_applied = billing.applied_version >= settle->version;
    if (progress->is_applied)
        return ERR_OK;
    if (billing.desired_version < settle->version)
        return errmsg_set(msg, ERR_INTERNAL, "the tier is not meant to reach the version");
    if (!has_time(settle, 0))
        return errmsg_set(msg, ERR_TIMEOUT, "no time is left to hear from Stripe");
    err = billing_turn_find(settle, &billing, &wait_us, msg);
    if (err != ERR_OK)
        return err;
    if (wait_us > 0)
        return wait_for_turn(settle, wait_us, progress, msg);
    return take_round(settle, &billing, progress, msg);
}

void billing_settle_release(const struct billing_settle *settle)
{
    struct errmsg msg;

    if (billing_release_lease(settle->flow->db, settle->arena, &settle->place, &msg) != ERR_OK)
        log_write(LOG_WARNING, "a billing lease was not given back: %s", msg.text);
}

enum err billing_settle_run(const struct billing_settle *settle, const char **ret_attempt_key,
                            struct errmsg *msg)
{
    struct progress progress = {0};
    enum err err = ERR_OK;

    /* A row that was locked for too long is no answer: what Stripe did stands in the attempt. */
    while (err == ERR_DB_RETRY || (err == ERR_OK && !progress.is_applied)) {
        if (err == ERR_DB_RETRY)
            pause_for_lease();
        err = settle_once(settle, &progress, msg);
    }
    if (progress.is_unanswered)
        breaker_note(settle->flow->stripe_breaker, false, clock_monotonic_us());
    if (progress.refused_key != NULL)
        *ret_attempt_key = progress.refused_key;
    if (err != ERR_OK && err != ERR_PAYMENT_FAILED && err != ERR_SUBSCRIPTION_REQUIRED)
        billing_settle_release(settle);
    return err;
}
