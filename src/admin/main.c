/* headwater, the operator's command: finds the command in the table and runs it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/arena.h"

#define EXIT_USAGE 2

#define CONFIG_PATH HW_SYSCONFDIR "/headwater/headwater.conf"

#define BILL_OPTIONS                                                                               \
    (OPTION_BIT(OPTION_SUBSCRIPTION) | OPTION_BIT(OPTION_SUBSCRIPTION_STATUS) |                    \
     OPTION_BIT(OPTION_ITEM))

struct command {
    const char *noun;
    const char *verb;  /* NULL: the noun stands alone */
    const char *about; /* what it is about, a word behind the verb; NULL = none */
    unsigned required; /* sets of options */
    unsigned allowed;
    const char *usage; /* its own options */
    const char *help;
    enum err (*run)(struct session *session, struct errmsg *msg);
};

static const struct command commands[] = {
    {"migrate", NULL, NULL, 0, OPTION_BIT(OPTION_DEFAULTS_FILE), " [--defaults-file FILE]",
     "Bring the database to the schema of this program. The file (my.cnf format) has the\n"
     "      owner's rights; without it the configured one is used.",
     migrate_run},
    {"check", NULL, NULL, 0, 0, "", "Look at all the service needs, and say what to mend.",
     check_run},
    {"reconcile", NULL, NULL, 0,
     OPTION_BIT(OPTION_ONCE) | OPTION_BIT(OPTION_EVERY) | OPTION_BIT(OPTION_OLDER_THAN) |
         OPTION_BIT(OPTION_NO_AUDIT),
     " [--once [--no-audit] | --every SECONDS] [--older-than SECONDS]",
     "Finish streams that were left pending, settle quantities that Stripe has not confirmed,\n"
     "      remove old idempotency keys, and compare all quantities with Stripe's, five a second.\n"
     "      Once; or again and again until it is stopped, and then each quantity once an hour.\n"
     "      Streams younger than 15 seconds, or than SECONDS, are left to their own request. Two\n"
     "      at once do no harm. Needs what headwaterd needs.",
     reconcile_command_run},
    {"team", "create", NULL, OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_PLAN), BILL_OPTIONS,
     " --name NAME --plan free|paid\n"
     "      [--subscription sub_... --item starter=si_... --item growth=si_... --item pro=si_...]\n"
     "      [--subscription-status STATUS]",
     "Add a team. A paid one needs its Stripe subscription, an item for each tier it may\n"
     "      use, and Stripe's word for the subscription's status (default: active).",
     team_run_create},
    {"user", "create", NULL,
     OPTION_BIT(OPTION_TEAM) | OPTION_BIT(OPTION_NAME) | OPTION_BIT(OPTION_EMAIL),
     OPTION_BIT(OPTION_TIMEZONE), " --team ID --name NAME --email ADDRESS [--timezone ZONE]",
     "Add a user to a team. The zone (IANA name) is the default for streams.", user_run_create},
    {"key", "create", NULL, OPTION_BIT(OPTION_USER), OPTION_BIT(OPTION_NAME),
     " --user ID [--name NAME]", "Add an API key of a user; its secret is shown this once.",
     key_run_create},
    {"key", "list", NULL, OPTION_BIT(OPTION_TEAM), 0, " --team ID", "List the API keys of a team.",
     key_run_list},
    {"key", "revoke", "PUBLIC_ID", 0, 0, "", "End an API key for good.", key_run_revoke},
};

static const char help_foot[] =
    "\n"
    "Everywhere:\n"
    "  --config FILE   read this configuration (default: " CONFIG_PATH ")\n"
    "  --json          answer in JSON\n"
    "  --help          print help on the command, or on all, and end\n"
    "  --version       print the version and end\n"
    "\n"
    "Exit code: 0 done, 1 failed, 2 the command line cannot be used.\n";

/* True if the words on the command line lead to this command; no words lead to all. */
static bool command_is_named(const struct command *command, const struct options *options)
{
    if (options->word_count >= 1 && strcmp(options->words[0], command->noun) != 0)
        return false;
    return options->word_count < 2 || command->verb == NULL ||
           strcmp(options->words[1], command->verb) == 0;
}

static size_t command_word_count(const struct command *command)
{
    return 1 + (size_t)(command->verb != NULL) + (size_t)(command->about != NULL);
}

/* Help on the commands that the words lead to. False if there are none. */
static bool help_write(const struct options *options)
{
    bool found = false;

    for (size_t i = 0; i < HW_COUNT(commands); i++) {
        const struct command *command = &commands[i];

        if (!command_is_named(command, options))
            continue;
        if (!found)
            puts("usage: headwater COMMAND [OPTION]...\n");
        found = true;
        printf("  headwater %s%s%s%s%s%s\n      %s\n", command->noun,
               command->verb == NULL ? "" : " ", command->verb == NULL ? "" : command->verb,
               command->about == NULL ? "" : " ", command->about == NULL ? "" : command->about,
               command->usage, command->help);
    }
    if (found)
        fputs(help_foot, stdout);
    return found;
}

static enum err command_find(const struct options *options, const struct command **ret_command,
                             struct errmsg *msg)
{
    const struct command *found = NULL;

    if (options->word_count == 0)
        return errmsg_set(msg, ERR_USAGE, "Name a command; see `headwater --help`.");
    for (size_t i = 0; i < HW_COUNT(commands) && found == NULL; i++)
        if (command_is_named(&commands[i], options))
            found = &commands[i];
    if (found == NULL || (found->verb != NULL && options->word_count < 2))
        return errmsg_set(msg, ERR_USAGE,
                          "There is no command `headwater %.60s%s%.60s`; see "
                          "`headwater --help`.",
                          options->words[0], options->word_count < 2 ? "" : " ",
                          options->word_count < 2 ? "" : options->words[1]);
    if (options->word_count < command_word_count(found))
        return errmsg_set(msg, ERR_USAGE, "This command needs a %s; see `headwater %s %s --help`.",
                          found->about, found->noun, found->verb);
    if (options->word_count > command_word_count(found))
        return errmsg_set(msg, ERR_USAGE, "One word too many: \"%.60s\".",
                          options->words[command_word_count(found)]);
    *ret_command = found;
    return options_check(options, found->allowed, found->required, msg);
}

/* An answer that did not arrive, say on a full disk, is a failure. */
static enum err stdout_check(struct errmsg *msg)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return ERR_OK;
    return errmsg_set(msg, ERR_IO, "The command was run, but its answer could not be written.");
}

static int command_run(const struct command *command, const struct options *options,
                       struct arena *arena)
{
    const char *config = options->text[OPTION_CONFIG];
    struct session session = {
        .arena = arena, .options = options, .config_path = config == NULL ? CONFIG_PATH : config};
    struct errmsg msg;
    enum err err = command->run(&session, &msg);

    session_clear(&session);
    if (err == ERR_OK)
        err = stdout_check(&msg);
    if (err == ERR_OK)
        return session.has_failed ? EXIT_FAILURE : EXIT_SUCCESS;
    output_write_failure(arena, &msg, options_has(options, OPTION_JSON));
    return err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILURE;
}

static int headwater_run(int argc, char **argv, struct arena *arena)
{
    const struct command *command = NULL;
    struct options options;
    struct errmsg msg;
    enum err err = options_read(argc, argv, &options, &msg);

    if (err == ERR_OK && options_has(&options, OPTION_VERSION)) {
        puts("headwater " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    }
    if (err == ERR_OK && options_has(&options, OPTION_HELP) && help_write(&options))
        return EXIT_SUCCESS;
    if (err == ERR_OK)
        err = command_find(&options, &command, &msg);
    if (err == ERR_OK)
        return command_run(command, &options, arena);
    output_write_failure(arena, &msg, options_has(&options, OPTION_JSON));
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    int code;

    /* A reader that goes away must not end a migration half-way. */
    signal(SIGPIPE, SIG_IGN);
    code = headwater_run(argc, argv, arena);
    arena_free(arena);
    return code;
}
