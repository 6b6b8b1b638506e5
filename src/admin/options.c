#include "admin/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

#define NAME_LENGTH_MAX 200
#define SECONDS_MAX 86400

/* Above all characters, so that getopt's own '?' and ':' are never mistaken for an option. */
#define FIRST_ID 256

#define OPTIONS_EVERYWHERE                                                                         \
    (OPTION_BIT(OPTION_CONFIG) | OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_HELP))

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
    {"team", required_argument, NULL, FIRST_ID + OPTION_TEAM},
    {"user", required_argument, NULL, FIRST_ID + OPTION_USER},
    {"email", required_argument, NULL, FIRST_ID + OPTION_EMAIL},
    {"timezone", required_argument, NULL, FIRST_ID + OPTION_TIMEZONE},
    {"once", no_argument, NULL, FIRST_ID + OPTION_ONCE},
    {"every", required_argument, NULL, FIRST_ID + OPTION_EVERY},
    {"older-than", required_argument, NULL, FIRST_ID + OPTION_OLDER_THAN},
    {"no-audit", no_argument, NULL, FIRST_ID + OPTION_NO_AUDIT},
    {NULL, 0, NULL, 0},
};

/* The rows of the table are in the order of the enum. */
static const char *option_text(enum option_id id)
{
    return long_options[id].name;
}

bool options_has(const struct options *options, enum option_id id)
{
    return (options->given & OPTION_BIT(id)) != 0;
}

static enum err option_add(struct options *options, enum option_id id, const char *value,
                           struct errmsg *msg)
{
    if (id == OPTION_ITEM) {
        if (options->item_count == OPTIONS_ITEM_MAX)
            return errmsg_set(msg, ERR_USAGE, "Give --item once for each tier, not more often.");
        options->items[options->item_count++] = value;
    } else if (options_has(options, id) && value != NULL) {
        return errmsg_set(msg, ERR_USAGE, "Give --%s once, not twice.", option_text(id));
    }
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

enum err options_check(const struct options *options, unsigned allowed, unsigned required,
                       struct errmsg *msg)
{
    unsigned strange = options->given & ~(allowed | required | OPTIONS_EVERYWHERE);
    unsigned missing = required & ~options->given;

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
