#include "admin/team.h"

#include <inttypes.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "store/account.h"
#include "store/api_key.h"
#include "store/billing.h"
#include "store/stream.h"
#include "store/team.h"
#include "store/user.h"

static const struct output_column list_columns[] = {
    {.member = "id", .title = "TEAM"},
    {.member = "name", .title = "NAME"},
    {.member = "plan", .title = "PLAN"},
    {.member = "subscription", .title = "SUBSCRIPTION"},
    {.member = "subscriptionStatus", .title = "STATUS"},
    {.member = "createdAt", .title = "CREATED"},
};

static const struct output_column show_columns[] = {
    {.member = "id", .title = "team"},
    {.member = "name", .title = "name"},
    {.member = "plan", .title = "plan"},
    {.member = "subscription", .title = "subscription"},
    {.member = "subscriptionStatus", .title = "status"},
    {.member = "createdAt", .title = "created"},
    {.member = "streams", .title = "streams"},
    {.member = "streamsPending", .title = "of those pending"},
    {.member = "streamsArchived", .title = "of those archived"},
};

static const struct output_column user_columns[] = {
    {.member = "id", .title = "USER"},
    {.member = "name", .title = "NAME"},
    {.member = "email", .title = "E-MAIL"},
    {.member = "timezone", .title = "TIME ZONE"},
};

static const struct output_column key_columns[] = {
    {.member = "publicId", .title = "KEY"},
    {.member = "userId", .title = "USER"},
    {.member = "name", .title = "NAME"},
    {.member = "createdAt", .title = "CREATED"},
    {.member = "lastUsedAt", .title = "LAST USED"},
    {.member = "revokedAt", .title = "REVOKED"},
};

static const struct output_column tier_columns[] = {
    {.member = "tier", .title = "TIER"},
    {.member = "accounts", .title = "ACCOUNTS"},
    {.member = "sleeping", .title = "SLEEPING"},
    {.member = "item", .title = "STRIPE ITEM"},
    {.member = "quantity", .title = "CONFIRMED"},
    {.member = "isSettled", .title = "SETTLED"},
    {.member = "lastAttemptAt", .title = "LAST CHANGE"},
    {.member = "auditedAt", .title = "COMPARED"},
};

/* All that is shown of a team, but the team. */
struct sections {
    struct output users, keys, tiers;
    struct stream_counts streams;
};

static void team_add_cells(struct output *output, const struct team *team)
{
    output_add_int(output, team->id);
    output_add_text(output, team->name);
    output_add_text(output, team->is_free ? "free" : "paid");
    output_add_text(output, team->subscription_id);
    output_add_text(output, team->subscription_status);
    output_add_time(output, team->created_us);
}

enum err team_require(struct session *session, int64_t id, struct errmsg *msg)
{
    struct team team;
    enum err err = team_find(session->db, session->arena, id, &team, msg);

    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err,
                          "There is no team %" PRId64 "; `headwater team list` shows all.", id);
    return err;
}

static enum err users_read(struct session *session, int64_t team_id, struct output *ret_users,
                           struct errmsg *msg)
{
    struct user *users;
    size_t count;
    enum err err = user_list(session->db, session->arena, team_id, &users, &count, msg);

    if (err != ERR_OK)
        return err;
    output_init(ret_users, session->arena, user_columns, HW_COUNT(user_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_int(ret_users, users[i].id);
        output_add_text(ret_users, users[i].name);
        output_add_text(ret_users, users[i].email);
        output_add_text(ret_users, users[i].timezone);
    }
    return ERR_OK;
}

static enum err keys_read(struct session *session, int64_t team_id, struct output *ret_keys,
                          struct errmsg *msg)
{
    struct api_key_row *keys;
    size_t count;
    enum err err = api_key_list(session->db, session->arena, team_id, &keys, &count, msg);

    if (err != ERR_OK)
        return err;
    output_init(ret_keys, session->arena, key_columns, HW_COUNT(key_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_text(ret_keys, keys[i].public_id);
        output_add_int(ret_keys, keys[i].user_id);
        output_add_text(ret_keys, keys[i].name);
        output_add_time(ret_keys, keys[i].created_us);
        output_add_time(ret_keys, keys[i].last_used_us);
        output_add_time(ret_keys, keys[i].revoked_us);
    }
    return ERR_OK;
}

/* A tier of the team: with accounts, or with an item to bill them by. */
static void tier_add_cells(struct output *output, enum tier tier, const struct account_count *count,
                           const struct billing_state *row)
{
    static const struct billing_state none;

    if (row == NULL && count->all == 0)
        return;
    output_add_text(output, tier_text(tier));
    output_add_int(output, count->all);
    output_add_int(output, count->sleeping);
    output_add_text(output, row == NULL ? NULL : row->item_id);
    row = row == NULL ? &none : row;
    output_add_count(output, row->applied_quantity);
    output_add_bool(output, row->applied_version == row->desired_version && !row->has_attempt);
    output_add_time(output, row->last_attempt_us);
    output_add_time(output, row->audited_us);
}

static enum err tiers_read(struct session *session, int64_t team_id, struct output *ret_tiers,
                           struct errmsg *msg)
{
    struct account_count counts[TIER__MAX];
    struct billing_state *rows;
    size_t count;
    enum err err = account_count_by_tier(session->db, session->arena, team_id, counts, msg);

    if (err == ERR_OK)
        err = billing_list(session->db, session->arena, team_id, &rows, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(ret_tiers, session->arena, tier_columns, HW_COUNT(tier_columns));
    for (unsigned tier = 0; tier < TIER__MAX; tier++) {
        const struct billing_state *row = NULL;

        for (size_t i = 0; i < count; i++)
            if (rows[i].tier == (enum tier)tier)
                row = &rows[i];
        tier_add_cells(ret_tiers, (enum tier)tier, &counts[tier], row);
    }
    return ERR_OK;
}

static enum err sections_read(struct session *session, int64_t team_id,
                              struct sections *ret_sections, struct errmsg *msg)
{
    enum err err = users_read(session, team_id, &ret_sections->users, msg);

    if (err == ERR_OK)
        err = keys_read(session, team_id, &ret_sections->keys, msg);
    if (err == ERR_OK)
        err = tiers_read(session, team_id, &ret_sections->tiers, msg);
    if (err == ERR_OK)
        err = stream_count_by_state(session->db, session->arena, team_id, &ret_sections->streams,
                                    msg);
    return err;
}

enum err team_write_all(struct session *session, int64_t id, struct errmsg *msg)
{
    struct sections sections;
    struct output output;
    struct team team;
    enum err err = team_require(session, id, msg);

    if (err == ERR_OK)
        err = team_find(session->db, session->arena, id, &team, msg);
    if (err == ERR_OK)
        err = sections_read(session, id, &sections, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, show_columns, HW_COUNT(show_columns));
    team_add_cells(&output, &team);
    output_add_int(&output, sections.streams.all);
    output_add_int(&output, sections.streams.pending);
    output_add_int(&output, sections.streams.archived);
    output_write_show(&output, "team",
                      (const struct output_section[]){{"users", "Users", &sections.users},
                                                      {"keys", "Keys", &sections.keys},
                                                      {"tiers", "Accounts", &sections.tiers}},
                      3, options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err team_run_show(struct session *session, struct errmsg *msg)
{
    int64_t id;
    enum err err = options_get_id_word(session->options, &id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    return err == ERR_OK ? team_write_all(session, id, msg) : err;
}

static enum err team_run_list(struct session *session, struct errmsg *msg)
{
    int64_t limit = 0, after;
    struct team *teams;
    struct output output;
    size_t count, shown;
    enum err err = options_get_page(session->options, &limit, &after, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = team_list(session->db, session->arena, after, limit + 1, &teams, &count, msg);
    if (err != ERR_OK)
        return err;
    shown = count > (size_t)limit ? (size_t)limit : count;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < shown; i++)
        team_add_cells(&output, &teams[i]);
    output_write_page(&output, "teams", shown < count ? teams[shown - 1].id : 0,
                      options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"team", "create", NULL, OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_PLAN),
     OPTION_BIT(OPTION_SUBSCRIPTION) | OPTION_BIT(OPTION_ITEM) |
         OPTION_BIT(OPTION_SUBSCRIPTION_STATUS),
     "Add a team. A paid one needs its Stripe subscription, an --item for each tier it may\n"
     "      use, and Stripe's word for the subscription's status (default: active).",
     team_run_create},
    {"team", "list", NULL, 0, OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_AFTER),
     "List teams by their ids, a page of 100 or --limit; --after ID begins behind that one.",
     team_run_list},
    {"team", "show", "ID", 0, 0,
     "Show a team with its users, keys, streams, and accounts by tier: those that it tracks, and\n"
     "      the quantity that Stripe has confirmed.",
     team_run_show},
    {"team", "set", "ID", 0,
     OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_PLAN) | OPTION_BIT(OPTION_SUBSCRIPTION) |
         OPTION_BIT(OPTION_SUBSCRIPTION_STATUS) | OPTION_BIT(OPTION_ITEM) | OPTION_BIT(OPTION_TIER),
     "Change a team. --plan paid makes a free team pay: it needs --subscription and --item, and\n"
     "      its account becomes starter, or --tier. --item adds a tier, or puts another item in\n"
     "      the place of one that was made anew at Stripe; another --subscription needs an --item\n"
     "      for each tier. Both are refused while a stream is pending or Stripe is being told a\n"
     "      quantity; the right quantity is then set by the reconciler. A status that is set here\n"
     "      gives way to Stripe's next event.",
     team_run_set},
};

const struct command_list team_commands = {commands, HW_COUNT(commands)};
