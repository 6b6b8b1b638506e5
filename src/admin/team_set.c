#include <string.h>

#include "admin/bill.h"
#include "admin/options.h"
#include "admin/session.h"
#include "admin/team.h"
#include "flow/team_set.h"

#define BILL_OPTIONS                                                                               \
    (OPTION_BIT(OPTION_PLAN) | OPTION_BIT(OPTION_SUBSCRIPTION) | OPTION_BIT(OPTION_ITEM) |         \
     OPTION_BIT(OPTION_SUBSCRIPTION_STATUS))

static enum err plan_read(const struct options *options, struct team_set *set, struct errmsg *msg)
{
    const char *plan = options->text[OPTION_PLAN];

    if (plan == NULL)
        return ERR_OK;
    if (strcmp(plan, "free") == 0)
        return errmsg_set(msg, ERR_USAGE,
                          "A team is not made free: its accounts would go on for nothing. End its "
                          "subscription at Stripe, or say --subscription-status canceled: then it "
                          "can create nothing.");
    if (strcmp(plan, "paid") != 0)
        return errmsg_set(msg, ERR_USAGE, "--plan must be paid.");
    set->begins_to_pay = true;
    return ERR_OK;
}

static enum err tier_read(const struct options *options, struct team_set *set, struct errmsg *msg)
{
    const char *text = options->text[OPTION_TIER];

    set->tier = TIER_STARTER;
    if (text == NULL)
        return ERR_OK;
    if (!set->begins_to_pay)
        return errmsg_set(msg, ERR_USAGE,
                          "--tier goes with --plan paid: it says what the accounts become.");
    if (!tier_find(text, &set->tier) || set->tier == TIER_FREE)
        return errmsg_set(msg, ERR_USAGE, "--tier must be starter, growth or pro.");
    set->has_tier = true;
    return ERR_OK;
}

static enum err set_read(const struct session *session, struct team_set *set, struct errmsg *msg)
{
    const struct options *options = session->options;
    struct bill bill;
    enum err err = options_get_id_word(options, &set->team_id, msg);

    if (err == ERR_OK)
        err = options_require_any(options, OPTION_BIT(OPTION_NAME) | BILL_OPTIONS, msg);
    if (err == ERR_OK && options_has(options, OPTION_NAME))
        err = options_get_name(options, session->arena, &set->name, msg);
    if (err == ERR_OK)
        err = plan_read(options, set, msg);
    if (err == ERR_OK)
        err = tier_read(options, set, msg);
    if (err == ERR_OK)
        err = bill_read(options, &bill, msg);
    if (err != ERR_OK)
        return err;
    set->subscription_id = bill.subscription_id;
    set->subscription_status = bill.subscription_status;
    for (size_t i = 0; i < TIER__MAX; i++)
        set->items[i] = bill.items[i];
    return ERR_OK;
}

enum err team_run_set(struct session *session, struct errmsg *msg)
{
    struct team_set set = {0};
    enum err err = set_read(session, &set, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = team_set_run(session->db, session->arena, &set, msg);
    return err == ERR_OK ? team_write_all(session, set.team_id, msg) : err;
}
