#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/secret.h"
#include "base/zone.h"
#include "edge/migration.h"
#include "edge/tz.h"
#include "flow/schema_migrate.h"
#include "store/schema.h"

/* What must have succeeded for a check to make sense. */
enum need { NEED_NOTHING, NEED_CONFIG, NEED_DATABASE };

/* One thing to look at. On success RUN writes into MSG what it found, on failure what to do. */
struct check {
    const char *name;
    enum need need;
    enum err (*run)(struct session *session, struct errmsg *msg);
};

static const struct output_column columns[] = {
    {.member = "name", .title = "CHECK"},
    {.member = "ok", .title = "STATE", .yes = "ok", .no = "FAIL"},
    {.member = "message", .title = "MESSAGE"},
};

static enum err config_look(struct session *session, struct errmsg *msg)
{
    enum err err = session_read_config(session, msg);

    if (err == ERR_OK)
        return errmsg_set(msg, err, "%.400s is fine.", session->config_path);
    return err;
}

static enum err secret_look(const char *path, struct errmsg *msg)
{
    struct secret secret;
    enum err err = secret_read(path, &secret, msg);

    if (err != ERR_OK)
        return err;
    secret_clear(&secret);
    return errmsg_set(msg, err, "%.400s is fine.", path);
}

static enum err scrapebadger_key_look(struct session *session, struct errmsg *msg)
{
    return secret_look(session->config->scrapebadger_key_file, msg);
}

static enum err stripe_key_look(struct session *session, struct errmsg *msg)
{
    return secret_look(session->config->stripe_key_file, msg);
}

static enum err zones_look(struct session *session, struct errmsg *msg)
{
    struct zone_list zones;
    enum err err = tz_list_read(session->arena, session->config->zoneinfo_dir, &zones, msg);

    if (err == ERR_OK)
        return errmsg_set(msg, err, "%zu time zones are known.", zones.count);
    return err;
}

/* The owner's role takes any schema, so that the schema gets a line of its own. */
static enum err database_look(struct session *session, struct errmsg *msg)
{
    enum err err = session_open(session, DB_OWNER, msg);

    if (err == ERR_OK)
        return errmsg_set(msg, err, "The database lets us in.");
    session_clear(session);
    return err;
}

static enum err schema_look(struct session *session, struct errmsg *msg)
{
    size_t count;
    enum err err = schema_migrate_check(session->db, session->arena, &count, msg);

    if (err != ERR_OK)
        return err;
    if (count < migration_count)
        return errmsg_set(msg, ERR_DB,
                          "%zu of %zu migrations are applied; run `headwater migrate`.", count,
                          migration_count);
    return errmsg_set(msg, ERR_OK, "Version %" PRId64 ", as this program needs it.",
                      migrations[migration_count - 1].version);
}

static enum err charset_look(struct session *session, struct errmsg *msg)
{
    struct schema_table *tables;
    size_t count;
    enum err err = schema_list_odd_tables(session->db, session->arena, &tables, &count, msg);

    if (err != ERR_OK)
        return err;
    if (count > 0)
        return errmsg_set(msg, ERR_DB,
                          "%zu tables are not as migrated, the first is %.64s (%.64s, %.64s); "
                          "alter them to ENGINE=InnoDB COLLATE=utf8mb4_nopad_bin.",
                          count, tables[0].name, tables[0].engine,
                          tables[0].collation == NULL ? "unknown" : tables[0].collation);
    return errmsg_set(msg, ERR_OK, "All tables are InnoDB and utf8mb4_nopad_bin.");
}

static enum err isolation_look(struct session *session, struct errmsg *msg)
{
    const char *level;
    enum err err = schema_get_isolation(session->db, session->arena, &level, msg);

    if (err != ERR_OK)
        return err;
    if (strcmp(level, "READ-COMMITTED") != 0)
        return errmsg_set(msg, ERR_DB,
                          "A session asks for READ COMMITTED and gets %.40s; find out what sets it "
                          "back on the server (init_connect, a proxy).",
                          level);
    return errmsg_set(msg, ERR_OK, "Sessions run in READ COMMITTED.");
}

static const struct check checks[] = {
    {"configuration", NEED_NOTHING, config_look},
    {"scrapebadger key", NEED_CONFIG, scrapebadger_key_look},
    {"stripe key", NEED_CONFIG, stripe_key_look},
    {"time zones", NEED_CONFIG, zones_look},
    {"database", NEED_CONFIG, database_look},
    {"schema", NEED_DATABASE, schema_look},
    {"charset", NEED_DATABASE, charset_look},
    {"isolation", NEED_DATABASE, isolation_look},
};

static enum err check_look(const struct check *check, struct session *session, bool has_config,
                           struct errmsg *msg)
{
    if (check->need != NEED_NOTHING && !has_config)
        return errmsg_set(msg, ERR_IO, "Not looked at: mend the configuration first.");
    if (check->need == NEED_DATABASE && session->db == NULL)
        return errmsg_set(msg, ERR_DB, "Not looked at: mend the connection first.");
    return check->run(session, msg);
}

enum err check_run(struct session *session, struct errmsg *msg)
{
    bool has_config = false;
    struct output output;

    (void)msg; /* what is wrong is this command's answer, not its failure */
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    for (size_t i = 0; i < HW_COUNT(checks); i++) {
        struct errmsg found = {0};
        bool ok = check_look(&checks[i], session, has_config, &found) == ERR_OK;

        has_config = has_config || ok;
        session->has_failed = session->has_failed || !ok;
        output_add_text(&output, checks[i].name);
        output_add_bool(&output, ok);
        output_add_text(&output, arena_text(session->arena, found.text, strlen(found.text)));
    }
    output_write_list(&output, "checks", options_has(session->options, OPTION_JSON));
    return ERR_OK;
}
