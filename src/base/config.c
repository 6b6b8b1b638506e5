#include "base/config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/service_url.h"
#include "base/text.h"

#define TEXT(field) CONFIG_TEXT, offsetof(struct config, field)
#define TEXT_OR_EMPTY(field) CONFIG_TEXT_OR_EMPTY, offsetof(struct config, field)
#define BOOL(field) CONFIG_BOOL, offsetof(struct config, field)
#define INT(field) CONFIG_INT, offsetof(struct config, field)

#define DAY_S 86400
#define HOUR_MS 3600000

const struct config_option config_options[] = {
    {"headwater", "sandbox", BOOL(sandbox), "no", 0, 0,
     "Outside services may be plain http and on private addresses; for tests and demos only."},
    {"headwater", "zoneinfo_dir", TEXT(zoneinfo_dir), "/usr/share/zoneinfo", 0, 0,
     "Directory of the time zone data, with tzdata.zi (Debian package tzdata)."},
    {"headwater", "log_level", TEXT(log_level), "info", 0, 0,
     "What is logged: error, warning, info or debug, each with all before it."},
    {"headwater", "log_file", TEXT_OR_EMPTY(log_file), "", 0, 0,
     "File to which headwaterd logs, anew once it is moved away; empty for standard error."},

    {"server", "socket", TEXT(socket_path), "/run/headwater/headwater.sock", 0, 0,
     "The socket that nginx connects to; unused when systemd hands one over."},
    {"server", "quick_socket", TEXT_OR_EMPTY(quick_socket_path),
     "/run/headwater/headwater-quick.sock", 0, 0,
     "The socket for requests that never call an outside service; empty for none."},
    {"server", "socket_group", TEXT_OR_EMPTY(socket_group), "", 0, 0,
     "Group that may connect to the sockets; empty for the service's own group."},
    {"server", "workers", INT(worker_count), "8", 1, 256,
     "Number of worker processes, each serving one request at a time."},
    {"server", "backlog", INT(backlog), "128", 1, 4096,
     "Number of connections that may wait for a worker; more are refused."},
    {"server", "max_requests", INT(max_requests), "10000", 1, 100000000,
     "Requests after which a worker is replaced by a new one, give or take a tenth."},
    {"server", "deadline_ms", INT(deadline_ms), "20000", 100, HOUR_MS,
     "Milliseconds that one request may take."},
    {"server", "kill_ms", INT(kill_ms), "45000", 100, HOUR_MS,
     "Milliseconds after which a worker stuck in one request is killed."},
    {"server", "drain_ms", INT(drain_ms), "30000", 0, HOUR_MS,
     "Milliseconds that a stop waits for running requests."},
    {"server", "breaker_pause_ms", INT(breaker_pause_ms), "15000", 100, HOUR_MS,
     "Milliseconds for which an outside service that does not answer is left alone."},

    {"reconcile", "every_s", INT(reconcile_every_s), "5", 0, 300,
     "Seconds between two passes of the reconciler under headwaterd; 0 for none."},

    {"database", "defaults_file", TEXT(db_defaults_file), "/etc/headwater/db.cnf", 0, 0,
     "File in my.cnf format that says how to reach the database."},
    {"database", "group", TEXT(db_group), "headwater", 0, 0, "Group that is read in that file."},

    {"scrapebadger", "url", TEXT(scrapebadger_url), "https://scrapebadger.com", 0, 0,
     "Base URL of the service that looks up X accounts."},
    {"scrapebadger", "key_file", TEXT(scrapebadger_key_file), "/etc/headwater/scrapebadger.key", 0,
     0, "File with its API key, mode 0640 or stricter."},
    {"scrapebadger", "deadline_ms", INT(scrapebadger_deadline_ms), "5000", 100, HOUR_MS,
     "Milliseconds that all look-ups of one request may take together."},
    {"scrapebadger", "profile_max_age_s", INT(profile_max_age_s), "86400", 0, 365 * DAY_S,
     "Seconds for which a profile that was looked up is used again."},

    {"stripe", "url", TEXT(stripe_url), "https://api.stripe.com", 0, 0,
     "Base URL of Stripe's API."},
    {"stripe", "key_file", TEXT(stripe_key_file), "/etc/headwater/stripe.key", 0, 0,
     "File with the restricted API key, mode 0640 or stricter."},
    {"stripe", "version", TEXT(stripe_version), "2026-07-29.dahlia", 0, 0,
     "Version of Stripe's API that is asked for."},
    {"stripe", "webhook_secret_file", TEXT_OR_EMPTY(stripe_webhook_secret_file), "", 0, 0,
     "File with the signing secret of the webhook endpoint; empty to take no events."},
    {"stripe", "timeout_ms", INT(stripe_timeout_ms), "8000", 100, HOUR_MS,
     "Milliseconds that one call may take."},
};

const size_t config_option_count = HW_COUNT(config_options);

/* Reads "yes" or "no". */
static bool bool_read(const char *text, bool *ret_bool)
{
    *ret_bool = strcmp(text, "yes") == 0;
    return *ret_bool || strcmp(text, "no") == 0;
}

/* Reads digits alone, within the option's bounds. No option is below zero. */
static bool int_read(const struct config_option *option, const char *text, int64_t *ret_number)
{
    size_t len = strlen(text);

    if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
        return false;
    *ret_number = strtoll(text, NULL, 10);
    return *ret_number >= option->min && *ret_number <= option->max;
}

static void *option_field(const struct config_option *option, struct config *config)
{
    return (char *)config + option->offset;
}

void config_init(struct config *config)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        void *field = option_field(option, config);
        bool fine = true;

        if (option->kind == CONFIG_BOOL)
            fine = bool_read(option->standard, field);
        else if (option->kind == CONFIG_INT)
            fine = int_read(option, option->standard, field);
        else
            *(const char **)field = option->standard;
        assert(fine);
        (void)fine;
    }
}

static const struct config_option *option_find(const char *section, const char *name)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (strcmp(config_options[i].section, section) == 0 &&
            strcmp(config_options[i].name, name) == 0)
            return &config_options[i];
    return NULL;
}

/* Adds WORD to a list in words, unless it does not fit. */
static void list_add(char *list, size_t size, const char *word)
{
    size_t len = strlen(list);

    if (len + strlen(word) + 3 < size)
        snprintf(list + len, size - len, "%s%s", len == 0 ? "" : ", ", word);
}

/* Says which options or, for an unknown section, which sections there are. */
static enum err unknown_option(const char *section, const char *name, struct errmsg *msg)
{
    char names[300] = "";
    char sections[100] = "";
    const char *last = "";

    for (size_t i = 0; i < config_option_count; i++) {
        if (strcmp(config_options[i].section, section) == 0)
            list_add(names, sizeof names, config_options[i].name);
        if (strcmp(config_options[i].section, last) != 0)
            list_add(sections, sizeof sections, config_options[i].section);
        last = config_options[i].section;
    }
    if (names[0] == '\0')
        return errmsg_set(msg, ERR_USAGE, "There is no section [%.60s]; there are %s.", section,
                          sections);
    return errmsg_set(msg, ERR_USAGE, "There is no option \"%.60s\" in [%s]; there are %s.", name,
                      section, names);
}

static enum err set_text(const struct config_option *option, struct arena *arena,
                         const char **field, const char *value, struct errmsg *msg)
{
    if (value[0] == '\0' && option->kind == CONFIG_TEXT)
        return errmsg_set(msg, ERR_USAGE, "[%s] %s must not be empty.", option->section,
                          option->name);
    if (!text_is_utf8(value, strlen(value)) || text_has_control(value))
        return errmsg_set(msg, ERR_USAGE, "[%s] %s must be UTF-8 without control characters.",
                          option->section, option->name);
    *field = arena_text(arena, value, strlen(value));
    return ERR_OK;
}

enum err config_set(struct config *config, struct arena *arena, const char *section,
                    const char *name, const char *value, struct errmsg *msg)
{
    const struct config_option *option = option_find(section, name);
    int64_t number;
    bool boolean;

    if (option == NULL)
        return unknown_option(section, name, msg);
    if (option->kind == CONFIG_TEXT || option->kind == CONFIG_TEXT_OR_EMPTY)
        return set_text(option, arena, option_field(option, config), value, msg);
    if (option->kind == CONFIG_BOOL) {
        if (!bool_read(value, &boolean))
            return errmsg_set(msg, ERR_USAGE, "[%s] %s must be yes or no, not \"%.60s\".", section,
                              name, value);
        *(bool *)option_field(option, config) = boolean;
        return ERR_OK;
    }
    if (!int_read(option, value, &number))
        return errmsg_set(msg, ERR_USAGE,
                          "[%s] %s must be a whole number from %" PRId64 " to %" PRId64
                          ", not \"%.60s\".",
                          section, name, option->min, option->max, value);
    *(int64_t *)option_field(option, config) = number;
    return ERR_OK;
}

const char *config_write_value(const struct config *config, const struct config_option *option,
                               struct arena *arena)
{
    const void *field = (const char *)config + option->offset;

    if (option->kind == CONFIG_BOOL)
        return *(const bool *)field ? "yes" : "no";
    if (option->kind == CONFIG_INT)
        return arena_printf(arena, "%" PRId64, *(const int64_t *)field);
    return *(const char *const *)field;
}

/* A credential has the file name of the key that it stands for (base/secret.h). */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static enum err check_key_files(const struct config *config, struct errmsg *msg)
{
    const char *const names[] = {file_name(config->scrapebadger_key_file),
                                 file_name(config->stripe_key_file),
                                 file_name(config->stripe_webhook_secret_file)};

    for (size_t i = 0; i < HW_COUNT(names); i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0)
                return errmsg_set(msg, ERR_USAGE,
                                  "Files with secrets need different names, as credentials go by "
                                  "them; two are called %.100s.",
                                  names[i]);
    return ERR_OK;
}

static enum err check_url(const char *section, const char *url, bool sandbox, struct errmsg *msg)
{
    const char *fault = service_url_fault(url, sandbox);

    if (fault == NULL)
        return ERR_OK;
    return errmsg_set(msg, ERR_USAGE, "[%s] url %s.", section, fault);
}

/* An inner deadline must end before the one around it, or it can never be told from it. */
static enum err check_deadlines(const struct config *config, struct errmsg *msg)
{
    const struct {
        const char *inner_name, *outer_name;
        int64_t inner, outer;
    } pairs[] = {
        {"[scrapebadger] deadline_ms", "[server] deadline_ms", config->scrapebadger_deadline_ms,
         config->deadline_ms},
        {"[stripe] timeout_ms and a second", "[server] deadline_ms",
         config->stripe_timeout_ms + CONFIG_SPARE_MS, config->deadline_ms},
        {"Two [stripe] timeout_ms and a second", "the billing lease",
         2 * config->stripe_timeout_ms + CONFIG_SPARE_MS, CONFIG_LEASE_MS},
        {"[server] deadline_ms", "[server] kill_ms", config->deadline_ms, config->kill_ms},
        {"[server] kill_ms", "the claim on an idempotency key", config->kill_ms, CONFIG_CLAIM_MS},
    };

    for (size_t i = 0; i < HW_COUNT(pairs); i++)
        if (pairs[i].inner >= pairs[i].outer)
            return errmsg_set(
                msg, ERR_USAGE, "%s (%" PRId64 ") must be less than %s (%" PRId64 ").",
                pairs[i].inner_name, pairs[i].inner, pairs[i].outer_name, pairs[i].outer);
    return ERR_OK;
}

enum err config_check(const struct config *config, struct errmsg *msg)
{
    enum log_level level;
    enum err err;

    if (!log_level_find(config->log_level, &level))
        return errmsg_set(msg, ERR_USAGE,
                          "[headwater] log_level must be error, warning, info or debug, not "
                          "\"%.60s\".",
                          config->log_level);
    if (strcmp(config->socket_path, config->quick_socket_path) == 0)
        return errmsg_set(msg, ERR_USAGE, "[server] socket and quick_socket must differ.");
    err = check_key_files(config, msg);
    if (err == ERR_OK)
        err = check_url("scrapebadger", config->scrapebadger_url, config->sandbox, msg);
    if (err == ERR_OK)
        err = check_url("stripe", config->stripe_url, config->sandbox, msg);
    if (err == ERR_OK)
        err = check_deadlines(config, msg);
    return err;
}
