#include "flow/billing_attempt.h"

#include "base/clock.h"
#include "edge/db_tx.h"
#include "edge/digest.h"
#include "flow/billing_settle.h"
#include "flow/flow.h"
#include "rule/billing_pace.h"
#include "store/account.h"

/* What the transaction needs and makes. */
struct new_attempt {
    const struct billing_settle *settle;
    struct billing billing; /* the locked row with the attempt */
    const char *key;
    int64_t now_us;
};

/* Stripe has confirmed this number, and no other was sent since; or it never took one, and there is
 * none to be set. Who wants an account billed has Stripe say so all the same. */
static bool is_confirmed(const struct new_attempt *new_attempt)
{
    const struct billing *billing = &new_attempt->billing;

    return new_attempt->settle->trusts_row &&
           billing->applied_quantity == billing->attempt_quantity;
}

/* Counts under the row's lock: whoever adds an account has raised the version under it. */
static enum err write_attempt(void *arg, struct errmsg *msg)
{
    struct new_attempt *new_attempt = arg;
    const struct billing_settle *settle = new_attempt->settle;
    struct billing *billing = &new_attempt->billing;
    struct db *db = settle->flow->db;
    enum err err = billing_lock(db, settle->arena, &settle->place, billing, msg);

    if (err == ERR_OK)
        err = account_count_billable(db, settle->arena, settle->place.team_id, settle->place.tier,
                                     &billing->attempt_quantity, msg);
    if (err != ERR_OK)
        return err;
    billing->attempt_key = is_confirmed(new_attempt) ? NULL : new_attempt->key;
    if (billing->attempt_key == NULL)
        return billing_set_confirmed(db, settle->arena, &settle->place, msg);
    billing->attempt_version = billing->desired_version;
    billing->attempt_us = new_attempt->now_us;
    return billing_add_attempt(db, settle->arena, &settle->place, billing,
                               new_attempt->now_us - BILLING_PACE_WINDOW_US, msg);
}

enum err billing_attempt_add(const struct billing_settle *settle, struct billing *billing,
                             struct errmsg *msg)
{
    struct new_attempt new_attempt = {.settle = settle,
                                      .billing = *billing,
                                      .key = digest_random_name(settle->arena),
                                      .now_us = clock_now_us()};
    enum err err = db_tx_run(settle->flow->db, write_attempt, &new_attempt, msg);

    if (err == ERR_OK)
        *billing = new_attempt.billing;
    return err;
}
