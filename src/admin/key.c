#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "admin/team.h"
#include "base/clock.h"
#include "edge/digest.h"
#include "rule/api_key.h"
#include "store/api_key.h"

#define STANDARD_NAME "API key"

/* Two keys with one public id are next to impossible; a new draw settles it. */
#define DRAW_MAX 3

struct new_key {
    char public_id[API_KEY_ID_LEN + 1];
    char secret[API_KEY_LEN + 1];
    int64_t user_id;
    const char *name;
};

static const struct output_column create_columns[] = {
    {.member = "publicId", .title = "key"},
    {.member = "userId", .title = "user"},
    {.member = "name", .title = "name"},
    {.member = "secret", .title = "secret"},
};

static const struct output_column list_columns[] = {
    {.member = "publicId", .title = "KEY"},
    {.member = "userId", .title = "USER"},
    {.member = "name", .title = "NAME"},
    {.member = "createdAt", .title = "CREATED"},
    {.member = "lastUsedAt", .title = "LAST USED"},
    {.member = "revokedAt", .title = "REVOKED"},
};

static const struct output_column show_columns[] = {
    {.member = "publicId", .title = "key"},      {.member = "teamId", .title = "team"},
    {.member = "userId", .title = "user"},       {.member = "name", .title = "name"},
    {.member = "createdAt", .title = "created"}, {.member = "lastUsedAt", .title = "last used"},
    {.member = "revokedAt", .title = "revoked"},
};

static const struct output_column revoke_columns[] = {
    {.member = "publicId", .title = "key"},
    {.member = "revokedAt", .title = "revoked"},
};

static enum err new_key_read(const struct session *session, struct new_key *key, struct errmsg *msg)
{
    enum err err = options_get_id(session->options, OPTION_USER, &key->user_id, msg);

    if (err != ERR_OK)
        return err;
    key->name = STANDARD_NAME;
    if (!options_has(session->options, OPTION_NAME))
        return ERR_OK;
    return options_get_name(session->options, session->arena, &key->name, msg);
}

static void new_key_draw(struct new_key *key)
{
    unsigned char random[2 * API_KEY_RANDOM_BYTES];

    do
        digest_random(random, sizeof random);
    while (!api_key_write(random, sizeof random, key->secret) ||
           !api_key_read(key->secret, key->public_id));
}

static enum err new_key_add(struct session *session, struct new_key *key, struct errmsg *msg)
{
    unsigned char hash[DIGEST_BYTES];
    enum err err = ERR_DB_DUPLICATE;

    for (int i = 0; i < DRAW_MAX && err == ERR_DB_DUPLICATE; i++) {
        new_key_draw(key);
        digest_sha256(key->secret, strlen(key->secret), hash);
        err = api_key_add(session->db, session->arena, key->public_id, hash, key->user_id,
                          key->name, clock_now_us(), msg);
    }
    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err,
                          "There is no user %" PRId64 "; `headwater user create` makes one.",
                          key->user_id);
    return err;
}

static enum err key_run_create(struct session *session, struct errmsg *msg)
{
    bool json = options_has(session->options, OPTION_JSON);
    struct new_key key;
    struct output output;
    enum err err = new_key_read(session, &key, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = new_key_add(session, &key, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, create_columns, HW_COUNT(create_columns));
    output_add_text(&output, key.public_id);
    output_add_int(&output, key.user_id);
    output_add_text(&output, key.name);
    output_add_text(&output, key.secret);
    output_write_one(&output, "key", json);
    if (!json)
        puts("\nKeep the secret now: it is stored nowhere and is not shown again.");
    return ERR_OK;
}

static enum err key_run_list(struct session *session, struct errmsg *msg)
{
    struct api_key_row *keys;
    struct output output;
    int64_t team_id;
    size_t count;
    enum err err = options_get_id(session->options, OPTION_TEAM, &team_id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = team_require(session, team_id, msg);
    if (err == ERR_OK)
        err = api_key_list(session->db, session->arena, team_id, &keys, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_text(&output, keys[i].public_id);
        output_add_int(&output, keys[i].user_id);
        output_add_text(&output, keys[i].name);
        output_add_time(&output, keys[i].created_us);
        output_add_time(&output, keys[i].last_used_us);
        output_add_time(&output, keys[i].revoked_us);
    }
    output_write_list(&output, "keys", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

/* The sentence does not repeat what was given: it may be a whole key. */
static enum err public_id_check(const char *text, struct errmsg *msg)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    if (strlen(text) == API_KEY_ID_LEN && strspn(text, digits) == API_KEY_ID_LEN)
        return ERR_OK;
    return errmsg_set(msg, ERR_USAGE,
                      "Name the key by its public id, the %d letters and digits behind "
                      "\"" API_KEY_PREFIX "\", as `headwater key list` shows it.",
                      API_KEY_ID_LEN);
}

static enum err key_run_revoke(struct session *session, struct errmsg *msg)
{
    const char *public_id = session->options->words[2];
    int64_t now_us = clock_now_us();
    struct output output;
    enum err err = public_id_check(public_id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = api_key_revoke(session->db, session->arena, public_id, now_us, msg);
    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err, "There is no live key %s; `headwater key list` shows a team's.",
                          public_id);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, revoke_columns, HW_COUNT(revoke_columns));
    output_add_text(&output, public_id);
    output_add_time(&output, now_us);
    output_write_one(&output, "key", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err key_write(struct session *session, const char *public_id, struct errmsg *msg)
{
    struct api_key_row key;
    struct output output;
    enum err err = api_key_get(session->db, session->arena, public_id, &key, msg);

    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err, "There is no key %s; `headwater key list` shows a team's.",
                          public_id);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, show_columns, HW_COUNT(show_columns));
    output_add_text(&output, key.public_id);
    output_add_int(&output, key.team_id);
    output_add_int(&output, key.user_id);
    output_add_text(&output, key.name);
    output_add_time(&output, key.created_us);
    output_add_time(&output, key.last_used_us);
    output_add_time(&output, key.revoked_us);
    output_write_one(&output, "key", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static enum err key_run_show(struct session *session, struct errmsg *msg)
{
    const char *public_id = session->options->words[2];
    enum err err = public_id_check(public_id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    return err == ERR_OK ? key_write(session, public_id, msg) : err;
}

static enum err key_run_set(struct session *session, struct errmsg *msg)
{
    const char *public_id = session->options->words[2];
    const char *name;
    enum err err = public_id_check(public_id, msg);

    if (err == ERR_OK)
        err = options_get_name(session->options, session->arena, &name, msg);
    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK)
        err = api_key_set_name(session->db, session->arena, public_id, name, msg);
    return err == ERR_OK || err == ERR_NOT_FOUND ? key_write(session, public_id, msg) : err;
}

static const struct command commands[] = {
    {"key", "create", NULL, OPTION_BIT(OPTION_USER), OPTION_BIT(OPTION_NAME),
     "Add an API key of a user; its secret is shown this once.", key_run_create},
    {"key", "list", NULL, OPTION_BIT(OPTION_TEAM), 0, "List the API keys of a team.", key_run_list},
    {"key", "show", "PUBLIC_ID", 0, 0, "Show an API key, but for its secret.", key_run_show},
    {"key", "set", "PUBLIC_ID", OPTION_BIT(OPTION_NAME), 0, "Give an API key another name.",
     key_run_set},
    {"key", "revoke", "PUBLIC_ID", 0, 0, "End an API key for good.", key_run_revoke},
};

const struct command_list key_commands = {commands, HW_COUNT(commands)};
