#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "flow/team_create.h"
#include "rule/subscription_status.h"

#define STRIPE_ID_BYTES_MAX 255

static const char status_fault[] =
    "--subscription-status must be one of Stripe's words: active, trialing, past_due, unpaid, "
    "paused, incomplete, incomplete_expired or canceled.";

static const struct output_column columns[] = {
    {.member = "id", .title = "team"},
    {.member = "name", .title = "name"},
    {.member = "plan", .title = "plan"},
    {.member = "subscription", .title = "subscription"},
    {.member = "subscriptionStatus", .title = "status"},
};

static bool is_stripe_id(const char *text, const char *prefix)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t len = strlen(text);

    return len <= STRIPE_ID_BYTES_MAX && len > strlen(prefix) &&
           strncmp(text, prefix, strlen(prefix)) == 0 && strspn(text, allowed) == len;
}

/* The tier that "starter=si_..." begins with; TIER__MAX if none that is paid for. */
static enum tier item_tier(const char *item)
{
    for (unsigned i = TIER_STARTER; i < TIER__MAX; i++) {
        const char *name = tier_text((enum tier)i);
        size_t len = strlen(name);

        if (strncmp(item, name, len) == 0 && item[len] == '=')
            return (enum tier)i;
    }
    return TIER__MAX;
}

static enum err item_read(const char *item, struct team_create *create, struct errmsg *msg)
{
    enum tier tier = item_tier(item);
    const char *id = tier == TIER__MAX ? "" : strchr(item, '=') + 1;

    if (!is_stripe_id(id, "si_"))
        return errmsg_set(msg, ERR_USAGE,
                          "--item must be starter=, growth= or pro= with the id of a Stripe "
                          "subscription item, such as starter=si_1A2b3C.");
    if (create->items[tier] != NULL)
        return errmsg_set(msg, ERR_USAGE, "Give one --item for the tier %s, not two.",
                          tier_text(tier));
    create->items[tier] = id;
    return ERR_OK;
}

static enum err free_read(const struct options *options, struct errmsg *msg)
{
    if (options_has(options, OPTION_SUBSCRIPTION) ||
        options_has(options, OPTION_SUBSCRIPTION_STATUS) || options_has(options, OPTION_ITEM))
        return errmsg_set(msg, ERR_USAGE,
                          "A free team is not billed: leave out --subscription, "
                          "--subscription-status and --item, or say --plan paid.");
    return ERR_OK;
}

/* What a paid team has and the others have not. */
static enum err paid_read(const struct options *options, struct team_create *create,
                          struct errmsg *msg)
{
    const char *status = options->text[OPTION_SUBSCRIPTION_STATUS];
    const char *id = options->text[OPTION_SUBSCRIPTION];
    enum err err = ERR_OK;

    if (id == NULL || options->items.count == 0)
        return errmsg_set(
            msg, ERR_USAGE, "A paid team needs %s%s%s.", id == NULL ? "--subscription sub_..." : "",
            id == NULL && options->items.count == 0 ? " and " : "",
            options->items.count == 0 ? "at least one --item TIER=si_... to be billed by" : "");
    if (!is_stripe_id(id, "sub_"))
        return errmsg_set(msg, ERR_USAGE,
                          "--subscription must be the id of a Stripe subscription, "
                          "such as sub_1A2b3C.");
    if (status != NULL && !subscription_status_is_known(status))
        return errmsg_set(msg, ERR_USAGE, "%s", status_fault);
    create->team.subscription_id = id;
    create->team.subscription_status = status == NULL ? "active" : status;
    for (size_t i = 0; i < options->items.count && err == ERR_OK; i++)
        err = item_read(options->items.texts[i], create, msg);
    return err;
}

static enum err team_read(const struct session *session, struct team_create *create,
                          struct errmsg *msg)
{
    const struct options *options = session->options;
    const char *plan = options->text[OPTION_PLAN];
    enum err err = options_get_name(options, session->arena, &create->team.name, msg);

    if (err != ERR_OK)
        return err;
    create->team.is_free = strcmp(plan, "free") == 0;
    if (create->team.is_free)
        return free_read(options, msg);
    if (strcmp(plan, "paid") != 0)
        return errmsg_set(msg, ERR_USAGE, "--plan must be free or paid.");
    return paid_read(options, create, msg);
}

static enum err team_run_create(struct session *session, struct errmsg *msg)
{
    struct team_create create = {0};
    struct output output;
    enum err err = team_read(session, &create, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = team_create_run(session->db, session->arena, &create, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    output_add_int(&output, create.team.id);
    output_add_text(&output, create.team.name);
    output_add_text(&output, create.team.is_free ? "free" : "paid");
    output_add_text(&output, create.team.subscription_id);
    output_add_text(&output, create.team.subscription_status);
    output_write_one(&output, "team", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"team", "create", NULL, OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_PLAN),
     OPTION_BIT(OPTION_SUBSCRIPTION) | OPTION_BIT(OPTION_ITEM) |
         OPTION_BIT(OPTION_SUBSCRIPTION_STATUS),
     "Add a team. A paid one needs its Stripe subscription, an item for each tier it may\n"
     "      use, and Stripe's word for the subscription's status (default: active).",
     team_run_create},
};

const struct command_list team_commands = {commands, HW_COUNT(commands)};
