#include <inttypes.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "admin/team.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/zone.h"
#include "edge/tz.h"
#include "rule/email_address.h"
#include "store/team.h"
#include "store/user.h"

#define CHANGE_OPTIONS                                                                             \
    (OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_EMAIL) | OPTION_BIT(OPTION_TIMEZONE))

static const char email_fault[] = "--email must be an e-mail address, such as ada@example.com.";

#define EMAIL_IS_TAKEN "There is a user with the e-mail address %s already; give another one."

static const struct output_column list_columns[] = {
    {.member = "id", .title = "USER"},
    {.member = "teamId", .title = "TEAM"},
    {.member = "name", .title = "NAME"},
    {.member = "email", .title = "E-MAIL"},
    {.member = "timezone", .title = "TIME ZONE"},
};

static const struct output_column columns[] = {
    {.member = "id", .title = "user"},
    {.member = "teamId", .title = "team"},
    {.member = "name", .title = "name"},
    {.member = "email", .title = "e-mail"},
    {.member = "timezone", .title = "time zone"},
};

static void user_add_cells(struct output *output, const struct user *user)
{
    output_add_int(output, user->id);
    output_add_int(output, user->team_id);
    output_add_text(output, user->name);
    output_add_text(output, user->email);
    output_add_text(output, user->timezone);
}

static void user_write(const struct session *session, const struct user *user)
{
    struct output output;

    output_init(&output, session->arena, columns, HW_COUNT(columns));
    user_add_cells(&output, user);
    output_write_one(&output, "user", options_has(session->options, OPTION_JSON));
}

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
        return errmsg_set(msg, ERR_USAGE, "%s", email_fault);
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
        return errmsg_set(msg, err, EMAIL_IS_TAKEN, user->email);
    return err;
}

static enum err user_run_create(struct session *session, struct errmsg *msg)
{
    struct user user = {0};
    enum err err = user_read(session, &user, msg);

    if (err == ERR_OK)
        err = zone_check(session, user.timezone, msg);
    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = user_create(session, &user, msg);
    if (err != ERR_OK)
        return err;
    user_write(session, &user);
    return ERR_OK;
}

static enum err user_require(struct session *session, int64_t id, struct user *ret_user,
                             struct errmsg *msg)
{
    enum err err = user_find(session->db, session->arena, id, ret_user, msg);

    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err,
                          "There is no user %" PRId64 "; `headwater user list --team ID` shows a "
                          "team's.",
                          id);
    return err;
}

static enum err user_run_list(struct session *session, struct errmsg *msg)
{
    struct user *users;
    struct output output;
    int64_t team_id;
    size_t count;
    enum err err = options_get_id(session->options, OPTION_TEAM, &team_id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = team_require(session, team_id, msg);
    if (err == ERR_OK)
        err = user_list(session->db, session->arena, team_id, &users, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < count; i++)
        user_add_cells(&output, &users[i]);
    output_write_list(&output, "users", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err user_run_show(struct session *session, struct errmsg *msg)
{
    struct user user;
    int64_t id;
    enum err err = options_get_id_word(session->options, &id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = user_require(session, id, &user, msg);
    if (err == ERR_OK)
        user_write(session, &user);
    return err;
}

/* Reads what is to be changed into USER; what is not given stays NULL. */
static enum err change_read(struct session *session, struct user *user, struct errmsg *msg)
{
    const struct options *options = session->options;
    enum err err = options_get_id_word(options, &user->id, msg);

    if (err == ERR_OK)
        err = options_require_any(options, CHANGE_OPTIONS, msg);
    if (err == ERR_OK && options_has(options, OPTION_NAME))
        err = options_get_name(options, session->arena, &user->name, msg);
    if (err != ERR_OK)
        return err;
    user->email = options->text[OPTION_EMAIL];
    user->timezone = options->text[OPTION_TIMEZONE];
    if (user->email != NULL && !email_address_check(user->email))
        return errmsg_set(msg, ERR_USAGE, "%s", email_fault);
    return zone_check(session, user->timezone, msg);
}

/* Changes the user, and reads it as it is then. */
static enum err user_change(struct session *session, struct user *user, struct errmsg *msg)
{
    struct user found;
    enum err err = user_require(session, user->id, &found, msg);

    if (err != ERR_OK)
        return err;
    user->team_id = found.team_id;
    err = user_set(session->db, session->arena, user, msg);
    if (err == ERR_DB_DUPLICATE)
        return errmsg_set(msg, err, EMAIL_IS_TAKEN, user->email);
    return err == ERR_OK ? user_require(session, user->id, user, msg) : err;
}

static enum err user_run_set(struct session *session, struct errmsg *msg)
{
    struct user user = {0};
    enum err err = change_read(session, &user, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = user_change(session, &user, msg);
    if (err == ERR_OK)
        user_write(session, &user);
    return err;
}

static const struct command commands[] = {
    {"user", "create", NULL,
     OPTION_BIT(OPTION_TEAM) | OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_EMAIL),
     OPTION_BIT(OPTION_TIMEZONE),
     "Add a user to a team. The zone (IANA name) is the default for streams.", user_run_create},
    {"user", "list", NULL, OPTION_BIT(OPTION_TEAM), 0, "List the users of a team.", user_run_list},
    {"user", "show", "ID", 0, 0, "Show a user.", user_run_show},
    {"user", "set", "ID", 0, CHANGE_OPTIONS,
     "Change a user's name, e-mail address or time zone; streams that exist keep their zone.",
     user_run_set},
};

const struct command_list user_commands = {commands, HW_COUNT(commands)};
