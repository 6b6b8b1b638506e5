#include <string.h>

#include "admin/bill.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "admin/team.h"
#include "flow/team_create.h"

static const struct output_column columns[] = {
    {.member = "id", .title = "team"},
    {.member = "name", .title = "name"},
    {.member = "plan", .title = "plan"},
    {.member = "subscription", .title = "subscription"},
    {.member = "subscriptionStatus", .title = "status"},
    {.member = "createdAt", .title = "created"},
};

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
    bool has_id = options_has(options, OPTION_SUBSCRIPTION);
    bool has_item = options_has(options, OPTION_ITEM);
    struct bill bill;
    enum err err;

    if (!has_id || !has_item)
        return errmsg_set(msg, ERR_USAGE, "A paid team needs %s%s%s.",
                          has_id ? "" : "--subscription sub_...",
                          !has_id && !has_item ? " and " : "",
                          has_item ? "" : "at least one --item TIER=si_... to be billed by");
    err = bill_read(options, &bill, msg);
    if (err != ERR_OK)
        return err;
    create->team.subscription_id = bill.subscription_id;
    create->team.subscription_status =
        bill.subscription_status == NULL ? "active" : bill.subscription_status;
    for (size_t i = 0; i < TIER__MAX; i++)
        create->items[i] = bill.items[i];
    return ERR_OK;
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

enum err team_run_create(struct session *session, struct errmsg *msg)
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
    output_add_time(&output, create.team.created_us);
    output_write_one(&output, "team", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}
