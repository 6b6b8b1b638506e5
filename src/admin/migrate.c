#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/progress_line.h"
#include "admin/session.h"
#include "edge/migration.h"
#include "flow/schema_migrate.h"

static const struct output_column columns[] = {
    {.member = "version", .title = "VERSION"},
    {.member = "name", .title = "NAME"},
    {.member = "state", .title = "STATE"},
};

static const struct output_column status_columns[] = {
    {.member = "version", .title = "VERSION"},
    {.member = "name", .title = "NAME"},
    {.member = "state", .title = "STATE"},
    {.member = "appliedAt", .title = "APPLIED"},
};

static enum err run_shown(struct session *session, size_t *ret_first, struct errmsg *msg)
{
    enum err err;

    progress_line_begin();
    err = schema_migrate_run(session->db, session->arena, ret_first, msg);
    progress_line_end();
    return err;
}

static enum err migrate_run(struct session *session, struct errmsg *msg)
{
    struct output output;
    size_t first = 0;
    enum err err = session_open(session, DB_OWNER, msg);

    if (err == ERR_OK)
        err = run_shown(session, &first, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    for (size_t i = 0; i < migration_count; i++) {
        output_add_int(&output, migrations[i].version);
        output_add_text(&output, migrations[i].name);
        output_add_text(&output, i >= first ? "applied now" : "applied");
    }
    output_write_list(&output, "migrations", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const char *state_text(const struct schema_migrate_state *state)
{
    if (!state->is_known)
        return "unknown to this program";
    if (!state->is_as_expected)
        return "changed since";
    return state->applied_us == 0 ? "pending" : "applied";
}

static enum err migrate_run_status(struct session *session, struct errmsg *msg)
{
    struct schema_migrate_state *states;
    struct output output;
    size_t count;
    enum err err = session_open(session, DB_DOCTOR, msg);

    if (err == ERR_OK)
        err = schema_migrate_list(session->db, session->arena, &states, &count, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, status_columns, HW_COUNT(status_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_int(&output, states[i].version);
        output_add_text(&output, states[i].name);
        output_add_text(&output, state_text(&states[i]));
        output_add_time(&output, states[i].applied_us);
        if (states[i].applied_us == 0 || !states[i].is_as_expected)
            session->exit_code = SESSION_EXIT_SCHEMA;
    }
    output_write_list(&output, "migrations", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"migrate", NULL, NULL, 0, OPTION_BIT(OPTION_DEFAULTS_FILE),
     "Bring the database to the schema of this program. The file (my.cnf format) has the\n"
     "      owner's rights; without it the configured one is used.",
     migrate_run},
    {"migrate", "status", NULL, 0, OPTION_BIT(OPTION_DEFAULTS_FILE),
     "Show which migrations are applied, since when, which are pending, and whether their texts\n"
     "      are those of this program. Exit code 3 if the schema is not the one of this program.",
     migrate_run_status},
};

const struct command_list migrate_commands = {commands, HW_COUNT(commands)};
