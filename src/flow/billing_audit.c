#include "flow/billing_audit.h"

#include "base/breaker.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "edge/db_tx.h"
#include "edge/digest.h"
#include "flow/billing_level.h"
#include "flow/flow.h"
#include "remote/stripe.h"
#include "store/account.h"
#include "store/billing.h"
#include "store/caller.h"
#include "store/team.h"

struct audit {
    struct flow *flow;
    struct arena *arena;
    const struct billing_due *due;
    struct billing_place place;
    struct billing row;        /* as it was before Stripe was asked */
    struct stripe_answer item; /* what Stripe has */
    int64_t accounts;          /* what it should have */
    int64_t version;           /* with which a drift is set right */
    enum audit_verdict verdict;
};

/* Asks Stripe, unless it is known to be down. True if the item could be read. How that went says
 * nothing of whether changes are taken: the breaker is not told, and its probe is left to those. */
static bool read_item(struct audit *audit)
{
    struct flow *flow = audit->flow;
    int64_t until_us = clock_monotonic_us() + flow->config->stripe_timeout_ms * CLOCK_MS_US;

    if (!breaker_is_closed(flow->stripe_breaker))
        return false;
    stripe_item_find(flow->stripe, audit->arena, audit->row.item_id, until_us, &audit->item);
    return audit->item.outcome != STRIPE_UNKNOWN && audit->item.outcome != STRIPE_FAILED;
}

static void log_drift(const struct audit *audit)
{
    struct log_line line;

    log_line_init(&line, LOG_ERROR, "stripe quantity drifted");
    log_line_add_int(&line, "team", audit->due->team_id);
    log_line_add_text(&line, "tier", tier_text(audit->due->tier));
    log_line_add_text(&line, "item", audit->row.item_id);
    log_line_add_int(&line, "quantity", audit->item.quantity);
    log_line_add_int(&line, "accounts", audit->accounts);
    log_line_add_int(&line, "confirmed", audit->row.applied_quantity);
    log_line_add_text(&line, "stripeRequestId", audit->item.request_id);
    log_line_write(&line);
}

/* Under the locks nobody changes the set of accounts, so the verdict is certain. */
static enum err judge(void *arg, struct errmsg *msg)
{
    struct audit *audit = arg;
    struct db *db = audit->flow->db;
    struct caller caller = {.team_id = audit->due->team_id};
    struct billing now;
    enum err err = team_lock(db, audit->arena, &caller, msg);

    audit->verdict = AUDIT_NONE;
    if (err == ERR_OK)
        err = billing_lock_team(db, audit->arena, audit->due->team_id, &audit->version, msg);
    if (err == ERR_OK)
        err = billing_find(db, audit->arena, &audit->place, &now, msg);
    if (err == ERR_OK)
        err = account_count_billable(db, audit->arena, audit->due->team_id, audit->due->tier,
                                     &audit->accounts, msg);
    if (err != ERR_OK)
        return err;
    if (now.attempt_key != NULL || now.desired_version != audit->row.desired_version ||
        now.applied_version != audit->row.desired_version)
        return ERR_OK;
    audit->verdict = audit->item.quantity == audit->accounts ? AUDIT_EQUAL : AUDIT_DRIFT;
    if (audit->verdict == AUDIT_EQUAL)
        return ERR_OK;
    audit->version++;
    return billing_set_drifted(db, audit->arena, &audit->place, audit->item.quantity,
                               audit->version, msg);
}

/* What does not succeed now is left to the next pass: the row is not settled any more. */
static void set_right(struct audit *audit)
{
    const struct config *config = audit->flow->config;
    int64_t time_ms = 2 * (config->stripe_timeout_ms + CONFIG_SPARE_MS);
    struct errmsg msg;

    log_drift(audit);
    if (billing_level_run(audit->flow, audit->arena, &audit->place, audit->version,
                          clock_monotonic_us() + time_ms * CLOCK_MS_US, &msg) != ERR_OK)
        log_write(LOG_WARNING, "a drifted quantity is still to be set: %s", msg.text);
}

/* The cheap case first: nothing is locked while all is as it should be. */
static enum err compare(struct audit *audit, struct errmsg *msg)
{
    enum err err = account_count_billable(audit->flow->db, audit->arena, audit->due->team_id,
                                          audit->due->tier, &audit->accounts, msg);

    if (err != ERR_OK)
        return err;
    audit->verdict = AUDIT_EQUAL;
    if (audit->item.quantity == audit->accounts)
        return ERR_OK;
    return db_tx_run(audit->flow->db, judge, audit, msg);
}

/* An item that is gone is nothing that could be set right here: somebody has to look. */
static void note_gone(struct audit *audit)
{
    log_write(LOG_ERROR, "team %lld: Stripe does not give out its item %s (status %ld, code %s)",
              (long long)audit->due->team_id, audit->row.item_id, audit->item.status,
              audit->item.code == NULL ? "none" : audit->item.code);
    audit->verdict = AUDIT_DRIFT;
}

static enum err audit_row(struct audit *audit, struct errmsg *msg)
{
    enum err err = billing_find(audit->flow->db, audit->arena, &audit->place, &audit->row, msg);

    if (err != ERR_OK || !read_item(audit))
        return err;
    if (audit->item.outcome != STRIPE_APPLIED) {
        note_gone(audit);
        return ERR_OK;
    }
    err = compare(audit, msg);
    if (err == ERR_OK && audit->verdict == AUDIT_DRIFT)
        set_right(audit);
    return err;
}

enum err billing_audit_run(struct flow *flow, struct arena *arena, const struct billing_due *due,
                           enum audit_verdict *ret_verdict, struct errmsg *msg)
{
    unsigned char owner[BILLING_OWNER_BYTES];
    struct audit audit = {
        .flow = flow, .arena = arena, .due = due, .place = {due->team_id, due->tier, owner}};
    enum err err;

    digest_random(owner, sizeof owner);
    err = audit_row(&audit, msg);
    if (err != ERR_OK)
        return err;
    *ret_verdict = audit.verdict;
    if (audit.verdict == AUDIT_NONE)
        return ERR_OK;
    return billing_set_audited(flow->db, arena, &audit.place, clock_now_us(), msg);
}
