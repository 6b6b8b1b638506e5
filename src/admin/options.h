/*
 * The command line of `headwater`: one set of options for all commands. Which of them a command
 * takes stands in its row of the table of its noun (admin/command.h).
 */
#ifndef HW_ADMIN_OPTIONS_H
#define HW_ADMIN_OPTIONS_H

#include "base/base.h"
#include "base/err.h"

struct arena;

enum option_id {
    OPTION_CONFIG,
    OPTION_JSON,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_DEFAULTS_FILE,
    OPTION_NAME,
    OPTION_PLAN,
    OPTION_SUBSCRIPTION,
    OPTION_SUBSCRIPTION_STATUS,
    OPTION_ITEM,
    OPTION_TIER,
    OPTION_TEAM,
    OPTION_USER,
    OPTION_EMAIL,
    OPTION_TIMEZONE,
    OPTION_CAP,
    OPTION_CATEGORY,
    OPTION_TITLE,
    OPTION_ALIAS,
    OPTION_NO_ALIAS,
    OPTION_LIMIT,
    OPTION_AFTER,
    OPTION_ONCE,
    OPTION_EVERY,
    OPTION_OLDER_THAN,
    OPTION_NO_AUDIT,
    OPTION_WEB_USER,
    OPTION_SERVICE_USER,
    OPTION__MAX
};

/* A set of options: OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_PLAN). */
#define OPTION_BIT(id) (UINT64_C(1) << (id))

_Static_assert(OPTION__MAX <= 64, "a set of options is one number of 64 bits");

#define OPTIONS_REPEAT_MAX 16

/* The values of an option that may be repeated. */
struct option_list {
    const char *texts[OPTIONS_REPEAT_MAX];
    size_t count;
};

struct options {
    uint64_t given;                /* the set of those on the command line */
    const char *text[OPTION__MAX]; /* their values; NULL if not given or without a value */
    struct option_list items;      /* --item */
    struct option_list aliases;    /* --alias */
    struct option_list no_aliases; /* --no-alias */
    char **words;                  /* what is no option: noun, verb, and what it is about */
    size_t word_count;
};

/* Reads the command line; ARGV is reordered and must outlive OPTIONS. OPTIONS is filled as far as
 * the reading came even on failure, so that the caller knows whether JSON was asked for. ERR_USAGE
 * for an option that is unknown, lacks its value or is given twice. */
enum err options_read(int argc, char **argv, struct options *ret_options,
                      struct errmsg *msg) HW_MUST_CHECK;

/* Refuses options outside ALLOWED (--config, --json and --help always are), and asks for those of
 * REQUIRED that are missing. ERR_USAGE. */
enum err options_check(const struct options *options, uint64_t allowed, uint64_t required,
                       struct errmsg *msg) HW_MUST_CHECK;

/* Asks for one at least of the set CHOICE, for a command that changes what is named. ERR_USAGE. */
enum err options_require_any(const struct options *options, uint64_t choice,
                             struct errmsg *msg) HW_MUST_CHECK;

/* The option as a line of help shows it, "--name NAME", on ARENA. */
const char *options_write_usage(struct arena *arena, enum option_id id);

/* Whether the option is on the command line. */
bool options_has(const struct options *options, enum option_id id);

/* The value of an option that is a number, from MIN to MAX; STANDARD if it is not given. ERR_USAGE.
 */
enum err options_get_number(const struct options *options, enum option_id id, int64_t min,
                            int64_t max, int64_t standard, int64_t *ret_number,
                            struct errmsg *msg) HW_MUST_CHECK;

/* The value of an option that is a number of seconds, from MIN to a day; STANDARD if it is not
 * given. ERR_USAGE. */
enum err options_get_seconds(const struct options *options, enum option_id id, int64_t min,
                             int64_t standard, int64_t *ret_seconds,
                             struct errmsg *msg) HW_MUST_CHECK;

/* The value of an option that is an id: a positive integer. ERR_USAGE. */
enum err options_get_id(const struct options *options, enum option_id id, int64_t *ret_number,
                        struct errmsg *msg) HW_MUST_CHECK;

/* The word behind noun and verb, which is an id: a positive integer. ERR_USAGE. */
enum err options_get_id_word(const struct options *options, int64_t *ret_number,
                             struct errmsg *msg) HW_MUST_CHECK;

/* The value of --name, trimmed, on ARENA: 1 to 200 characters of UTF-8, no control characters.
 * ERR_USAGE. */
enum err options_get_name(const struct options *options, struct arena *arena, const char **ret_name,
                          struct errmsg *msg) HW_MUST_CHECK;

/* The page that a list is to show: at most LIMIT rows (--limit, 100 if it is not given) with ids
 * above AFTER (--after, 0). ERR_USAGE. */
enum err options_get_page(const struct options *options, int64_t *ret_limit, int64_t *ret_after,
                          struct errmsg *msg) HW_MUST_CHECK;

#endif
