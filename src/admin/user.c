#include <inttypes.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/zone.h"
#include "edge/tz.h"
#include "rule/email_address.h"
#include "store/team.h"
#include "store/user.h"

static const struct output_column columns[] = {
    {.member = "id", .title = "user"},
    {.member = "teamId", .title = "team"},
    {.member = "name", .title = "name"},
    {.member = "email", .title = "e-mail"},
    {.member = "timezone", .title = "time zone"},
};

static enum err user_read(const struct session *session, struct user *user, struct errmsg *msg)
{
    const struct options *options = session->options;
    enum err err = options_get_id(options, OPTION_TEAM, &user->team_id, msg);

    if (err == ERR_OK)
        err = options_get_name(options, session->arena, &user->name, msg);
    if (err != ERR_OK)
        return err;
    user->email = options->text[OPTION_EMAIL];
    user->timezone = options->text[OPTION_TIMEZONE];
    if (!email_address_check(user->email))
        return errmsg_set(msg, ERR_USAGE,
                          "--email must be an e-mail address, such as ada@example.com.");
    return ERR_OK;
}

/* The list of zones is tzdata's own, as for a request. */
static enum err zone_check(struct session *session, const char *name, struct errmsg *msg)
{
    struct zone_list zones;
    enum err err;

    if (name == NULL)
        return ERR_OK;
    err = session_read_config(session, msg);
    if (err == ERR_OK)
        err = tz_list_read(session->arena, session->config->zoneinfo_dir, &zones, msg);
    if (err == ERR_OK && !zone_is_known(&zones, name))
        return errmsg_set(msg, ERR_USAGE,
                          "--timezone must be a name of the IANA time zone database, exactly so "
                          "spelt, such as Europe/Berlin.");
    return err;
}

static enum err user_create(struct session *session, struct user *user, struct errmsg *msg)
{
    struct team team;
    enum err err = team_find(session->db, session->arena, user->team_id, &team, msg);

    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err,
                          "There is no team %" PRId64 "; `headwater team create` makes one.",
                          user->team_id);
    if (err == ERR_OK)
        err = user_add(session->db, session->arena, user, clock_now_us(), msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err,
                          "There is a user with the e-mail address %s already; give "
                          "another one.",
                          user->email);
    return err;
}

static enum err user_run_create(struct session *session, struct errmsg *msg)
{
    struct user user = {0};
    struct output output;
    enum err err = user_read(session, &user, msg);

    if (err == ERR_OK)
        err = zone_check(session, user.timezone, msg);
    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = user_create(session, &user, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    output_add_int(&output, user.id);
    output_add_int(&output, user.team_id);
    output_add_text(&output, user.name);
    output_add_text(&output, user.email);
    output_add_text(&output, user.timezone);
    output_write_one(&output, "user", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"user", "create", NULL,
     OPTION_BIT(OPTION_TEAM) | OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_EMAIL),
     OPTION_BIT(OPTION_TIMEZONE),
     "Add a user to a team. The zone (IANA name) is the default for streams.", user_run_create},
};

const struct command_list user_commands = {commands, HW_COUNT(commands)};
