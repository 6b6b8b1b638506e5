/* Checks of the database, and of what the reconciler has left in it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "admin/finding.h"
#include "admin/session.h"
#include "base/clock.h"
#include "base/config.h"
#include "edge/migration.h"
#include "flow/schema_migrate.h"
#include "store/reconciler.h"
#include "store/schema.h"

/* The reconciler finishes a stream within seconds, unless Stripe is silent. */
#define OVERDUE_US (300 * CLOCK_S_US)

/* The role takes any schema, so that the schema gets a line of its own. */
void doctor_check_database(struct doctor *doctor, struct finding *finding)
{
    struct session *session = doctor->session;
    const struct config *config = session->config;
    enum err err = session_open(session, DB_DOCTOR, &finding->message);

    if (err == ERR_OK) {
        finding_set(finding, FINDING_OK, "The database lets us in.");
        return;
    }
    session_clear(session);
    finding->state = FINDING_FAIL;
    if (err == ERR_IO)
        finding_advise(finding,
                       "Write the file (my.cnf format) with user, database, password, and "
                       "socket or host below [%.60s]; the service's user must be able to read it.",
                       config->db_group);
    else if (strstr(finding->message.text, "to database") != NULL)
        finding_advise(finding, "%s", doctor_grant_advice);
    else if (err == ERR_DB_LOST)
        finding_advise(finding, "Start MariaDB, or mend socket or host below [%.60s] in %.200s.",
                       config->db_group, config->db_defaults_file);
    else
        finding_advise(finding,
                       "Mend user, password and database below [%.60s] in %.200s, or the user in "
                       "the database (sql/grants.sql)%s.",
                       config->db_group, config->db_defaults_file,
                       geteuid() == 0 ? "; without a password, name the service's user with "
                                        "--service-user"
                                      : "");
}

void doctor_check_schema(struct doctor *doctor, struct finding *finding)
{
    struct session *session = doctor->session;
    size_t count;
    enum err err = schema_migrate_check(session->db, session->arena, &count, &finding->message);

    if (err != ERR_OK) {
        doctor_query_fail(finding);
        if (!doctor_is_denied(&finding->message))
            finding_advise(finding, "`headwater migrate status` shows what was applied, and when.");
    } else if (count < migration_count) {
        finding_set(finding, FINDING_FAIL, "%zu of %zu migrations are applied.", count,
                    migration_count);
        finding_advise(finding, "Run `headwater migrate` with the owner's rights "
                                "(--defaults-file).");
    } else {
        finding_set(finding, FINDING_OK, "Version %" PRId64 ", as this program needs it.",
                    migrations[migration_count - 1].version);
    }
}

/* MODIFY says all of a column anew but for its default, of which text columns have none. */
static void columns_fail(const struct schema_column *columns, size_t count, struct finding *finding)
{
    const struct schema_column *first = &columns[0];

    finding_set(finding, FINDING_FAIL,
                "%zu columns are not as migrated, the first is %.64s.%.64s (%.64s).", count,
                first->table, first->name, first->collation);
    finding_advise(finding,
                   "With the owner's rights, for each: ALTER TABLE %.64s MODIFY %.64s %.200s "
                   "CHARACTER SET %.32s COLLATE %.64s %s",
                   first->table, first->name, first->type, first->wanted_charset, first->wanted,
                   first->is_nullable ? "NULL" : "NOT NULL");
}

static void tables_fail(const struct schema_table *tables, size_t count, struct finding *finding)
{
    finding_set(finding, FINDING_FAIL,
                "%zu tables are not as migrated, the first is %.64s (%.64s, %.64s).", count,
                tables[0].name, tables[0].engine,
                tables[0].collation == NULL ? "unknown" : tables[0].collation);
    finding_advise(finding,
                   "With the owner's rights, for each: ALTER TABLE %.64s ENGINE=InnoDB, "
                   "CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
                   tables[0].name);
}

/* A table's character set is only the default of columns to come: the columns count. */
void doctor_check_charset(struct doctor *doctor, struct finding *finding)
{
    struct session *session = doctor->session;
    struct schema_column *columns;
    struct schema_table *tables;
    size_t column_count, table_count = 0;
    enum err err = schema_list_odd_columns(session->db, session->arena, &columns, &column_count,
                                           &finding->message);

    if (err == ERR_OK)
        err = schema_list_odd_tables(session->db, session->arena, &tables, &table_count,
                                     &finding->message);
    if (err != ERR_OK)
        doctor_query_fail(finding);
    else if (column_count > 0)
        columns_fail(columns, column_count, finding);
    else if (table_count > 0)
        tables_fail(tables, table_count, finding);
    else
        finding_set(finding, FINDING_OK,
                    "All tables are InnoDB, and all columns have the collation they were made "
                    "with.");
}

void doctor_check_isolation(struct doctor *doctor, struct finding *finding)
{
    const char *level;
    enum err err = schema_get_isolation(doctor->session->db, doctor->session->arena, &level,
                                        &finding->message);

    if (err != ERR_OK) {
        doctor_query_fail(finding);
    } else if (strcmp(level, "READ-COMMITTED") != 0) {
        finding_set(finding, FINDING_FAIL, "A session asks for READ COMMITTED and gets %.40s.",
                    level);
        finding_advise(finding, "Find out what sets it back on the server: init_connect, a proxy.");
    } else {
        finding_set(finding, FINDING_OK, "Sessions run in READ COMMITTED.");
    }
}

/* ---- the reconciler ---- */

static void pending_fail(const struct reconciler_backlog *backlog, struct finding *finding)
{
    char oldest[CLOCK_RFC3339_BYTES];

    clock_write_rfc3339(backlog->oldest_us, oldest);
    finding_set(finding, FINDING_FAIL,
                "Pending streams: %" PRId64 ", the oldest since %s; five minutes are too long.",
                backlog->pending_count, oldest);
    finding_advise(finding, "Run `headwater reconcile`: it finishes them, or logs why it cannot. "
                            "Then see whether headwaterd or headwater-reconciler.service runs.");
}

/* Whoever runs the passes: headwaterd, a service of its own, a timer. */
static void pass_judge(int64_t pass_us, int64_t now_us, struct finding *finding)
{
    char last[CLOCK_RFC3339_BYTES];

    clock_write_rfc3339(pass_us, last);
    if (pass_us == 0) {
        finding_set(finding, FINDING_OK, "No stream waits; the reconciler has not run yet.");
    } else if (pass_us >= now_us - RECONCILER_LATE_S * CLOCK_S_US) {
        finding_set(finding, FINDING_OK, "No stream has been pending for more than five minutes.");
    } else {
        finding_set(finding, FINDING_WARN, "The reconciler has not ended a pass since %s.", last);
        finding_advise(finding, "Start what runs it, headwaterd ([reconcile] every_s) or "
                                "headwater-reconciler.service, or see in its log what is wrong.");
    }
}

void doctor_check_reconciler(struct doctor *doctor, struct finding *finding)
{
    int64_t now_us = clock_now_us();
    struct reconciler_backlog backlog;
    struct reconciler done = {0};
    enum err err = reconciler_get(doctor->session->db, doctor->session->arena, &done, &backlog,
                                  &finding->message);

    if (err != ERR_OK)
        doctor_query_fail(finding);
    else if (backlog.oldest_us != 0 && backlog.oldest_us < now_us - OVERDUE_US)
        pending_fail(&backlog, finding);
    else
        pass_judge(done.pass_us, now_us, finding);
}
