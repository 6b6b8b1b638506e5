#include "admin/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

#define NAME_LENGTH_MAX 200
#define SECONDS_MAX 86400
#define ID_MAX INT64_C(999999999999999999)

/* Above all characters, so that getopt's own '?' and ':' are never mistaken for an option. */
#define FIRST_ID 256

#define OPTIONS_EVERYWHERE                                                                         \
    (OPTION_BIT(OPTION_CONFIG) | OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_HELP))

#define LIMIT_MAX 10000
#define LIMIT_STANDARD 100

/* What getopt does not know of an option. */
struct usage {
    const char *value; /* what stands for its value in help; NULL if it takes none */
    size_t list;       /* offset in struct options of its values, if it may be repeated; else 0 */
};

/* Both tables are in the order of the enum. */
static const struct option long_options[] = {
    {"config", required_argument, NULL, FIRST_ID + OPTION_CONFIG},
    {"json", no_argument, NULL, FIRST_ID + OPTION_JSON},
    {"help", no_argument, NULL, FIRST_ID + OPTION_HELP},
    {"version", no_argument, NULL, FIRST_ID + OPTION_VERSION},
    {"defaults-file", required_argument, NULL, FIRST_ID + OPTION_DEFAULTS_FILE},
    {"name", required_argument, NULL, FIRST_ID + OPTION_NAME},
    {"plan", required_argument, NULL, FIRST_ID + OPTION_PLAN},
    {"subscription", required_argument, NULL, FIRST_ID + OPTION_SUBSCRIPTION},
    {"subscription-status", required_argument, NULL, FIRST_ID + OPTION_SUBSCRIPTION_STATUS},
    {"item", required_argument, NULL, FIRST_ID + OPTION_ITEM},
    {"tier", required_argument, NULL, FIRST_ID + OPTION_TIER},
    {"team", required_argument, NULL, FIRST_ID + OPTION_TEAM},
    {"user", required_argument, NULL, FIRST_ID + OPTION_USER},
    {"email", required_argument, NULL, FIRST_ID + OPTION_EMAIL},
    {"timezone", required_argument, NULL, FIRST_ID + OPTION_TIMEZONE},
    {"cap", required_argument, NULL, FIRST_ID + OPTION_CAP},
    {"category", required_argument, NULL, FIRST_ID + OPTION_CATEGORY},
    {"title", required_argument, NULL, FIRST_ID + OPTION_TITLE},
    {"alias", required_argument, NULL, FIRST_ID + OPTION_ALIAS},
    {"no-alias", required_argument, NULL, FIRST_ID + OPTION_NO_ALIAS},
    {"limit", required_argument, NULL, FIRST_ID + OPTION_LIMIT},
    {"after", required_argument, NULL, FIRST_ID + OPTION_AFTER},
    {"once", no_argument, NULL, FIRST_ID + OPTION_ONCE},
    {"every", required_argument, NULL, FIRST_ID + OPTION_EVERY},
    {"older-than", required_argument, NULL, FIRST_ID + OPTION_OLDER_THAN},
    {"no-audit", no_argument, NULL, FIRST_ID + OPTION_NO_AUDIT},
    {"web-user", required_argument, NULL, FIRST_ID + OPTION_WEB_USER},
    {"service-user", required_argument, NULL, FIRST_ID + OPTION_SERVICE_USER},
    {NULL, 0, NULL, 0},
};

static const struct usage usages[OPTION__MAX] = {
    [OPTION_CONFIG] = {"FILE", 0},
    [OPTION_DEFAULTS_FILE] = {"FILE", 0},
    [OPTION_NAME] = {"NAME", 0},
    [OPTION_PLAN] = {"free|paid", 0},
    [OPTION_SUBSCRIPTION] = {"sub_...", 0},
    [OPTION_SUBSCRIPTION_STATUS] = {"STATUS", 0},
    [OPTION_ITEM] = {"TIER=si_...", offsetof(struct options, items)},
    [OPTION_TIER] = {"TIER", 0},
    [OPTION_TEAM] = {"ID", 0},
    [OPTION_USER] = {"ID", 0},
    [OPTION_EMAIL] = {"ADDRESS", 0},
    [OPTION_TIMEZONE] = {"ZONE", 0},
    [OPTION_CAP] = {"N", 0},
    [OPTION_CATEGORY] = {"CATEGORY", 0},
    [OPTION_TITLE] = {"TITLE", 0},
    [OPTION_ALIAS] = {"ALIAS", offsetof(struct options, aliases)},
    [OPTION_NO_ALIAS] = {"ALIAS", offsetof(struct options, no_aliases)},
    [OPTION_LIMIT] = {"N", 0},
    [OPTION_AFTER] = {"ID", 0},
    [OPTION_EVERY] = {"SECONDS", 0},
    [OPTION_OLDER_THAN] = {"SECONDS", 0},
    [OPTION_WEB_USER] = {"USER", 0},
    [OPTION_SERVICE_USER] = {"USER", 0},
};

static const char *option_text(enum option_id id)
{
    return long_options[id].name;
}

bool options_has(const struct options *options, enum option_id id)
{
    return (options->given & OPTION_BIT(id)) != 0;
}

const char *options_write_usage(struct arena *arena, enum option_id id)
{
    const char *value = usages[id].value;

    return arena_printf(arena, "--%s%s%s", option_text(id), value == NULL ? "" : " ",
                        value == NULL ? "" : value);
}

static enum err list_add(struct option_list *list, enum option_id id, const char *value,
                         struct errmsg *msg)
{
    if (list->count == OPTIONS_REPEAT_MAX)
        return errmsg_set(msg, ERR_USAGE, "Give --%s at most %d times in one call.",
                          option_text(id), OPTIONS_REPEAT_MAX);
    list->texts[list->count++] = value;
    return ERR_OK;
}

static enum err option_add(struct options *options, enum option_id id, const char *value,
                           struct errmsg *msg)
{
    void *list = (char *)options + usages[id].list; /* if it is one that may be repeated */
    enum err err = ERR_OK;

    if (usages[id].list != 0)
        err = list_add(list, id, value, msg);
    else if (options_has(options, id) && value != NULL)
        err = errmsg_set(msg, ERR_USAGE, "Give --%s once, not twice.", option_text(id));
    if (err != ERR_OK)
        return err;
    options->given |= OPTION_BIT(id);
    options->text[id] = value;
    return ERR_OK;
}

/* What getopt found wrong. WORD is the argument it was looking at. */
static enum err option_refuse(int found, const char *word, struct errmsg *msg)
{
    if (found == ':')
        return errmsg_set(msg, ERR_USAGE, "%.100s needs a value.", word);
    return errmsg_set(msg, ERR_USAGE,
                      "There is no option %.100s, or it is ambiguous or takes no value; see "
                      "`headwater --help`.",
                      word);
}

enum err options_read(int argc, char **argv, struct options *ret_options, struct errmsg *msg)
{
    enum err first_err = ERR_OK;
    int found;

    *ret_options = (struct options){0};
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        struct errmsg fault;
        enum err err =
            found < FIRST_ID
                ? option_refuse(found, argv[optind - 1], &fault)
                : option_add(ret_options, (enum option_id)(found - FIRST_ID), optarg, &fault);

        if (err != ERR_OK && first_err == ERR_OK)
            *msg = fault;
        if (first_err == ERR_OK)
            first_err = err;
    }
    ret_options->words = argv + optind;
    ret_options->word_count = (size_t)(argc - optind);
    return first_err;
}

enum err options_check(const struct options *options, uint64_t allowed, uint64_t required,
                       struct errmsg *msg)
{
    uint64_t strange = options->given & ~(allowed | required | OPTIONS_EVERYWHERE);
    uint64_t missing = required & ~options->given;

    for (unsigned id = 0; id < OPTION__MAX; id++)
        if ((strange & OPTION_BIT(id)) != 0)
            return errmsg_set(msg, ERR_USAGE, "This command takes no --%s.",
                              option_text((enum option_id)id));
    for (unsigned id = 0; id < OPTION__MAX; id++)
        if ((missing & OPTION_BIT(id)) != 0)
            return errmsg_set(msg, ERR_USAGE, "This command needs --%s.",
                              option_text((enum option_id)id));
    return ERR_OK;
}

enum err options_require_any(const struct options *options, uint64_t choice, struct errmsg *msg)
{
    char names[300] = "";

    if ((options->given & choice) != 0)
        return ERR_OK;
    for (unsigned id = 0; id < OPTION__MAX; id++) {
        size_t len = strlen(names);

        if ((choice & OPTION_BIT(id)) != 0)
            snprintf(names + len, sizeof names - len, "%s--%s", len == 0 ? "" : ", ",
                     option_text((enum option_id)id));
    }
    return errmsg_set(msg, ERR_USAGE, "Say what to change: %s.", names);
}

/* A number without sign; -1 for any other text. */
static int64_t number_read(const char *text)
{
    size_t len = strlen(text);

    if (len < 1 || len > 18 || strspn(text, "0123456789") != len)
        return -1;
    return strtoll(text, NULL, 10);
}

enum err options_get_id(const struct options *options, enum option_id id, int64_t *ret_number,
                        struct errmsg *msg)
{
    int64_t number = number_read(options->text[id]);

    if (number < 1)
        return errmsg_set(msg, ERR_USAGE, "--%s must be an id, a positive integer.",
                          option_text(id));
    *ret_number = number;
    return ERR_OK;
}

enum err options_get_id_word(const struct options *options, int64_t *ret_number, struct errmsg *msg)
{
    int64_t number = number_read(options->words[2]);

    if (number < 1)
        return errmsg_set(msg, ERR_USAGE,
                          "The word behind `headwater %.20s %.20s` must be an id, a positive "
                          "integer.",
                          options->words[0], options->words[1]);
    *ret_number = number;
    return ERR_OK;
}

enum err options_get_number(const struct options *options, enum option_id id, int64_t min,
                            int64_t max, int64_t standard, int64_t *ret_number, struct errmsg *msg)
{
    int64_t number = options_has(options, id) ? number_read(options->text[id]) : standard;

    if (number < min || number > max)
        return errmsg_set(msg, ERR_USAGE, "--%s must be a whole number, %lld to %lld.",
                          option_text(id), (long long)min, (long long)max);
    *ret_number = number;
    return ERR_OK;
}

enum err options_get_seconds(const struct options *options, enum option_id id, int64_t min,
                             int64_t standard, int64_t *ret_seconds, struct errmsg *msg)
{
    int64_t number = options_has(options, id) ? number_read(options->text[id]) : standard;

    if (number < min || number > SECONDS_MAX)
        return errmsg_set(msg, ERR_USAGE, "--%s must be a number of seconds, %lld to %d.",
                          option_text(id), (long long)min, SECONDS_MAX);
    *ret_seconds = number;
    return ERR_OK;
}

enum err options_get_page(const struct options *options, int64_t *ret_limit, int64_t *ret_after,
                          struct errmsg *msg)
{
    enum err err =
        options_get_number(options, OPTION_LIMIT, 1, LIMIT_MAX, LIMIT_STANDARD, ret_limit, msg);

    if (err != ERR_OK)
        return err;
    return options_get_number(options, OPTION_AFTER, 0, ID_MAX, 0, ret_after, msg);
}

enum err options_get_name(const struct options *options, struct arena *arena, const char **ret_name,
                          struct errmsg *msg)
{
    const char *text = options->text[OPTION_NAME];
    const char *name;

    if (!text_is_utf8(text, strlen(text)))
        return errmsg_set(msg, ERR_USAGE, "--name must be UTF-8.");
    if (text_has_control(text))
        return errmsg_set(msg, ERR_USAGE, "--name must not hold control characters.");
    name = text_trim(arena, text);
    if (name[0] == '\0' || text_length(name) > NAME_LENGTH_MAX)
        return errmsg_set(msg, ERR_USAGE, "--name must have 1 to %d characters.", NAME_LENGTH_MAX);
    *ret_name = name;
    return ERR_OK;
}
