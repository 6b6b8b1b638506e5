#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "edge/migration.h"
#include "flow/schema_migrate.h"

static const struct output_column columns[] = {
    {.member = "version", .title = "VERSION"},
    {.member = "name", .title = "NAME"},
    {.member = "applied", .title = "STATE", .yes = "applied now", .no = "was there"},
};

static enum err migrate_run(struct session *session, struct errmsg *msg)
{
    struct output output;
    size_t first = 0;
    enum err err = session_open(session, DB_OWNER, msg);

    if (err == ERR_OK)
        err = schema_migrate_run(session->db, session->arena, &first, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    for (size_t i = 0; i < migration_count; i++) {
        output_add_int(&output, migrations[i].version);
        output_add_text(&output, migrations[i].name);
        output_add_bool(&output, i >= first);
    }
    output_write_list(&output, "migrations", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"migrate", NULL, NULL, 0, OPTION_BIT(OPTION_DEFAULTS_FILE),
     "Bring the database to the schema of this program. The file (my.cnf format) has the\n"
     "      owner's rights; without it the configured one is used.",
     migrate_run},
};

const struct command_list migrate_commands = {commands, HW_COUNT(commands)};
