/* headwater, the operator's command: finds the command in its table and runs it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/arena.h"

#define HELP_COLUMNS 99

#define CONFIG_PATH HW_SYSCONFDIR "/headwater/headwater.conf"

/* In the order in which an operator meets them, and help shows them. */
static const struct command_list *const nouns[] = {
    &migrate_commands, &doctor_commands, &config_commands,   &reconcile_commands,
    &team_commands,    &user_commands,   &key_commands,      &stream_commands,
    &tier_commands,    &label_commands,  &category_commands,
};

static const char help_foot[] =
    "\n"
    "Everywhere:\n"
    "  --config FILE   read this configuration (default: " CONFIG_PATH ")\n"
    "  --json          answer in JSON\n"
    "  --help          print help on the command, or on all, and end\n"
    "  --version       print the version and end\n"
    "\n"
    "Exit code: 0 done, 1 failed, 2 the command line cannot be used, 3 the database has not the\n"
    "schema of this program, 4 the database cannot be reached.\n";

static size_t command_word_count(const struct command *command)
{
    return 1 + (size_t)(command->verb != NULL) + (size_t)(command->about != NULL);
}

/* True if the words on the command line lead to this command; no words lead to all. */
static bool command_is_named(const struct command *command, const struct options *options)
{
    if (options->word_count >= 1 && strcmp(options->words[0], command->noun) != 0)
        return false;
    if (options->word_count < 2)
        return true;
    return command->verb != NULL && strcmp(options->words[1], command->verb) == 0;
}

/* ---- help ---- */

/* Adds a word to a line of help, or begins another line. */
static void usage_add(size_t *column, const char *word)
{
    size_t len = strlen(word);

    if (*column + 1 + len > HELP_COLUMNS) {
        printf("\n     ");
        *column = 5;
    }
    printf(" %s", word);
    *column += 1 + len;
}

/* The options of a command, made from its row: those it needs, then those it may have. */
static void usage_write(const struct command *command, struct arena *arena)
{
    size_t column = 1;

    putchar(' ');
    usage_add(&column, "headwater");
    usage_add(&column, command->noun);
    if (command->verb != NULL)
        usage_add(&column, command->verb);
    if (command->about != NULL)
        usage_add(&column, command->about);
    for (unsigned id = 0; id < OPTION__MAX; id++)
        if ((command->required & OPTION_BIT(id)) != 0)
            usage_add(&column, options_write_usage(arena, (enum option_id)id));
    for (unsigned id = 0; id < OPTION__MAX; id++)
        if ((command->allowed & OPTION_BIT(id)) != 0)
            usage_add(&column,
                      arena_printf(arena, "[%s]", options_write_usage(arena, (enum option_id)id)));
    printf("\n      %s\n", command->help);
}

/* Help on the commands that the words lead to. False if there are none. */
static bool help_write(const struct options *options, struct arena *arena)
{
    bool found = false;

    for (size_t i = 0; i < HW_COUNT(nouns); i++) {
        for (size_t k = 0; k < nouns[i]->count; k++) {
            if (!command_is_named(&nouns[i]->items[k], options))
                continue;
            if (!found)
                puts("usage: headwater COMMAND [OPTION]...\n");
            found = true;
            usage_write(&nouns[i]->items[k], arena);
        }
    }
    if (found)
        fputs(help_foot, stdout);
    return found;
}

/* ---- the command ---- */

static const struct command_list *noun_find(const char *noun)
{
    for (size_t i = 0; i < HW_COUNT(nouns); i++)
        if (strcmp(nouns[i]->items[0].noun, noun) == 0)
            return nouns[i];
    return NULL;
}

/* The command of the verb that the second word is; without one, the command without a verb. */
static const struct command *verb_find(const struct command_list *noun,
                                       const struct options *options)
{
    const struct command *bare = NULL;

    for (size_t i = 0; noun != NULL && i < noun->count; i++) {
        if (noun->items[i].verb == NULL)
            bare = &noun->items[i];
        else if (options->word_count > 1 && strcmp(noun->items[i].verb, options->words[1]) == 0)
            return &noun->items[i];
    }
    return bare;
}

/* Says which commands there are that begin as this one does. */
static enum err command_refuse(const struct command_list *noun, const struct options *options,
                               struct errmsg *msg)
{
    const char *verb = options->word_count < 2 ? NULL : options->words[1];
    char verbs[100] = "";

    if (noun == NULL)
        return errmsg_set(msg, ERR_USAGE,
                          "There is no command `headwater %.60s`; see `headwater --help`.",
                          options->words[0]);
    for (size_t i = 0; i < noun->count; i++) {
        size_t len = strlen(verbs);

        snprintf(verbs + len, sizeof verbs - len, "%s%s", len == 0 ? "" : ", ",
                 noun->items[i].verb);
    }
    return errmsg_set(msg, ERR_USAGE,
                      "There is no command `headwater %s%s%.60s`; there is %s. See "
                      "`headwater %s --help`.",
                      options->words[0], verb == NULL ? "" : " ", verb == NULL ? "" : verb, verbs,
                      options->words[0]);
}

static enum err command_find(const struct options *options, const struct command **ret_command,
                             struct errmsg *msg)
{
    const struct command_list *noun;
    const struct command *found;

    if (options->word_count == 0)
        return errmsg_set(msg, ERR_USAGE, "Name a command; see `headwater --help`.");
    noun = noun_find(options->words[0]);
    found = verb_find(noun, options);
    if (found == NULL)
        return command_refuse(noun, options, msg);
    if (options->word_count < command_word_count(found))
        return errmsg_set(msg, ERR_USAGE, "This command needs %s %s; see `headwater %s %s --help`.",
                          strchr("AEIOU", found->about[0]) == NULL ? "a" : "an", found->about,
                          found->noun, found->verb);
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

/* A sentence of the database's own says what is wrong, but not what to do. */
static void database_advise(enum err err, struct errmsg *msg)
{
    static const char advice[] = "; see `headwater doctor`.";
    size_t len = strlen(msg->text);

    if (err != ERR_DB_LOST && err != ERR_DB)
        return;
    if (len > 0 && msg->text[len - 1] != '.' && len + sizeof advice <= sizeof msg->text)
        memcpy(msg->text + len, advice, sizeof advice);
}

static int exit_code_of(enum err err)
{
    switch (err) {
    case ERR_OK:
        return EXIT_SUCCESS;
    case ERR_USAGE:
        return SESSION_EXIT_USAGE;
    case ERR_DB_SCHEMA:
        return SESSION_EXIT_SCHEMA;
    case ERR_DB_LOST:
        return SESSION_EXIT_UNREACHABLE;
    default:
        return EXIT_FAILURE;
    }
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
        return session.exit_code;
    database_advise(err, &msg);
    output_write_failure(arena, &msg, options_has(options, OPTION_JSON));
    return exit_code_of(err);
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
    if (err == ERR_OK && options_has(&options, OPTION_HELP) && help_write(&options, arena))
        return EXIT_SUCCESS;
    if (err == ERR_OK)
        err = command_find(&options, &command, &msg);
    if (err == ERR_OK)
        return command_run(command, &options, arena);
    output_write_failure(arena, &msg, options_has(&options, OPTION_JSON));
    return SESSION_EXIT_USAGE;
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
