#include "base/config.h"

#include <string.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/arena.h"
#include "edge/ini.h"

static const struct output_column columns[] = {
    {.member = "section", .title = "SECTION"},     {.member = "name", .title = "OPTION"},
    {.member = "value", .title = "VALUE"},         {.member = "source", .title = "SOURCE"},
    {.member = "isReadable", .title = "READABLE"},
};

/* Files that hold secrets: their paths are shown, and whether we may read them. */
static bool is_secret_file(const struct config_option *option)
{
    static const char *const names[] = {"defaults_file", "key_file", "webhook_secret_file"};

    for (size_t i = 0; i < HW_COUNT(names); i++)
        if (strcmp(option->name, names[i]) == 0)
            return true;
    return false;
}

/* A URL may hold a password before its host. */
static const char *value_mask(struct arena *arena, const char *value)
{
    const char *host = strstr(value, "://");
    const char *at;

    if (host == NULL)
        return value;
    host += 3;
    at = memchr(host, '@', strcspn(host, "/?#"));
    return at == NULL ? value : arena_printf(arena, "%.*s***%s", (int)(host - value), value, at);
}

static void option_add_cells(const struct session *session, const struct config_option *option,
                             int line, struct output *output)
{
    struct arena *arena = session->arena;
    const char *value = config_write_value(session->config, option, arena);

    output_add_text(output, option->section);
    output_add_text(output, option->name);
    output_add_text(output, value_mask(arena, value));
    output_add_text(output, line == 0 ? "default"
                                      : arena_printf(arena, "%s:%d", session->config_path, line));
    if (is_secret_file(option) && value[0] != '\0')
        output_add_bool(output, access(value, R_OK) == 0);
    else
        output_add_text(output, NULL);
}

static enum err config_run_show(struct session *session, struct errmsg *msg)
{
    const int *lines;
    struct output output;

    session->config = arena_alloc(session->arena, sizeof *session->config);
    if (ini_read_lines(session->config_path, session->arena, session->config, &lines, msg) !=
        ERR_OK)
        return ERR_IO;
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    for (size_t i = 0; i < config_option_count; i++)
        option_add_cells(session, &config_options[i], lines[i], &output);
    output_write_list(&output, "options", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"config", "show", NULL, 0, 0,
     "Show every option with the value that is in force and where it comes from: the default, or\n"
     "      file and line. Secrets are not shown, only whether their files can be read.",
     config_run_show},
};

const struct command_list config_commands = {commands, HW_COUNT(commands)};
