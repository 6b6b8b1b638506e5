#include "store/tier.h"

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"

static const struct output_column list_columns[] = {
    {.member = "tier", .title = "TIER"},
    {.member = "cap", .title = "CAP"},
    {.member = "accounts", .title = "ACCOUNTS"},
    {.member = "accountsAboveCap", .title = "ABOVE CAP"},
    {.member = "streamsMax", .title = "MOST STREAMS"},
};

static const struct output_column show_columns[] = {
    {.member = "tier", .title = "tier"},
    {.member = "cap", .title = "cap"},
    {.member = "accounts", .title = "accounts"},
    {.member = "accountsAboveCap", .title = "above the cap"},
    {.member = "streamsMax", .title = "most streams"},
};

static void tier_add_cells(struct output *output, const struct tier_row *row)
{
    output_add_text(output, tier_text(row->tier));
    output_add_int(output, row->cap);
    output_add_int(output, row->account_count);
    output_add_int(output, row->above_count);
    output_add_int(output, row->streams_max);
}

static enum err tier_run_list(struct session *session, struct errmsg *msg)
{
    struct tier_row *rows;
    struct output output;
    size_t count;
    enum err err = session_open(session, DB_SERVICE, msg);

    if (err == ERR_OK)
        err = tier_list(session->db, session->arena, &rows, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < count; i++)
        tier_add_cells(&output, &rows[i]);
    output_write_list(&output, "tiers", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err word_read(const struct options *options, enum tier *ret_tier, struct errmsg *msg)
{
    if (tier_find(options->words[2], ret_tier))
        return ERR_OK;
    return errmsg_set(msg, ERR_USAGE, "The tier must be free, starter, growth or pro.");
}

static enum err tier_write(struct session *session, enum tier tier, struct errmsg *msg)
{
    struct tier_row *rows;
    struct output output;
    size_t count;
    enum err err = tier_list(session->db, session->arena, &rows, &count, msg);

    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, show_columns, HW_COUNT(show_columns));
    for (size_t i = 0; i < count; i++)
        if (rows[i].tier == tier)
            tier_add_cells(&output, &rows[i]);
    output_write_one(&output, "tier", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err tier_run_show(struct session *session, struct errmsg *msg)
{
    enum tier tier;
    enum err err = word_read(session->options, &tier, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    return err == ERR_OK ? tier_write(session, tier, msg) : err;
}

static enum err tier_run_set(struct session *session, struct errmsg *msg)
{
    enum tier tier;
    int64_t cap;
    enum err err = word_read(session->options, &tier, msg);

    if (err == ERR_OK)
        err = options_get_number(session->options, OPTION_CAP, TIER_CAP_MIN, TIER_CAP_MAX, 0, &cap,
                                 msg);
    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = tier_set_cap(session->db, session->arena, tier, cap, msg);
    return err == ERR_OK ? tier_write(session, tier, msg) : err;
}

static const struct command commands[] = {
    {"tier", "list", NULL, 0, 0,
     "List the tiers: how many automated streams may use one account, and the accounts of all\n"
     "      teams. The tiers themselves are part of the program and of Stripe's prices: there is\n"
     "      no command to make one.",
     tier_run_list},
    {"tier", "show", "TIER", 0, 0, "Show a tier.", tier_run_show},
    {"tier", "set", "TIER", OPTION_BIT(OPTION_CAP), 0,
     "Set the cap of a tier, for all teams, from the next stream on. Below what an account is\n"
     "      used by now, it takes nothing away: the account keeps its streams and gets no more.",
     tier_run_set},
};

const struct command_list tier_commands = {commands, HW_COUNT(commands)};
