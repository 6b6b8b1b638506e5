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

/* The reconciler finishes a stream within seconds, unless Stripe is silent; it runs every few
 * seconds, or at every_s. */
#define OVERDUE_US (300 * CLOCK_S_US)

/* What the service needs, and all that it needs. */
static const char *const rights[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

/* A question to the database failed: the sentence says which. */
static void query_fail(struct finding *finding)
{
    finding->state = FINDING_FAIL;
    finding_advise(finding, "Look into the log of the database server.");
}

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
                       "socket or host below [%.60s]; run this as the service's user.",
                       config->db_group);
    else if (err == ERR_DB_LOST)
        finding_advise(finding, "Start MariaDB, or mend socket or host below [%.60s] in %.200s.",
                       config->db_group, config->db_defaults_file);
    else
        finding_advise(finding,
                       "Mend user, password and database below [%.60s] in %.200s, or the user in "
                       "the database (sql/grants.sql)%s.",
                       config->db_group, config->db_defaults_file,
                       geteuid() == 0 ? "; without a password, run this as the service's user, "
                                        "not as root"
                                      : "");
}

void doctor_check_schema(struct doctor *doctor, struct finding *finding)
{
    struct session *session = doctor->session;
    size_t count;
    enum err err = schema_migrate_check(session->db, session->arena, &count, &finding->message);

    if (err != ERR_OK) {
        finding->state = FINDING_FAIL;
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

void doctor_check_charset(struct doctor *doctor, struct finding *finding)
{
    struct schema_table *tables;
    size_t count;
    enum err err = schema_list_odd_tables(doctor->session->db, doctor->session->arena, &tables,
                                          &count, &finding->message);

    if (err != ERR_OK) {
        query_fail(finding);
    } else if (count > 0) {
        finding_set(finding, FINDING_FAIL,
                    "%zu tables are not as migrated, the first is %.64s (%.64s, %.64s).", count,
                    tables[0].name, tables[0].engine,
                    tables[0].collation == NULL ? "unknown" : tables[0].collation);
        finding_advise(finding,
                       "Run: ALTER TABLE %.64s ENGINE=InnoDB, CHARACTER SET utf8mb4 COLLATE "
                       "utf8mb4_nopad_bin",
                       tables[0].name);
    } else {
        finding_set(finding, FINDING_OK, "All tables are InnoDB and utf8mb4_nopad_bin.");
    }
}

void doctor_check_isolation(struct doctor *doctor, struct finding *finding)
{
    const char *level;
    enum err err = schema_get_isolation(doctor->session->db, doctor->session->arena, &level,
                                        &finding->message);

    if (err != ERR_OK) {
        query_fail(finding);
    } else if (strcmp(level, "READ-COMMITTED") != 0) {
        finding_set(finding, FINDING_FAIL, "A session asks for READ COMMITTED and gets %.40s.",
                    level);
        finding_advise(finding, "Find out what sets it back on the server: init_connect, a proxy.");
    } else {
        finding_set(finding, FINDING_OK, "Sessions run in READ COMMITTED.");
    }
}

/* ---- rights ---- */

static bool right_is_needed(const struct schema_grant *grant)
{
    for (size_t i = 0; i < HW_COUNT(rights); i++)
        if (strcmp(grant->privilege, rights[i]) == 0)
            return true;
    return false;
}

static void name_add(char *names, size_t size, const char *name)
{
    size_t len = strlen(names);

    if (len + strlen(name) + 3 < size && strstr(names, name) == NULL)
        snprintf(names + len, size - len, "%s%s", len == 0 ? "" : ", ", name);
}

/* The rights that are needed and not there. */
static void missing_find(const struct schema_grant *grants, size_t count, char *names, size_t size)
{
    for (size_t i = 0; i < HW_COUNT(rights); i++) {
        bool found = false;

        for (size_t k = 0; k < count; k++)
            found |= grants[k].is_ours && strcmp(grants[k].privilege, rights[i]) == 0;
        if (!found)
            name_add(names, size, rights[i]);
    }
}

/* The rights that are there and not needed. */
static void spare_find(const struct schema_grant *grants, size_t count, char *names, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        char name[200];

        if (right_is_needed(&grants[i]) && grants[i].is_ours && !grants[i].is_grantable &&
            strcmp(grants[i].scope, "*.*") != 0)
            continue;
        snprintf(name, sizeof name, "%s%s on %.130s", grants[i].privilege,
                 grants[i].is_grantable ? " (WITH GRANT OPTION)" : "", grants[i].scope);
        name_add(names, size, name);
    }
}

void doctor_check_rights(struct doctor *doctor, struct finding *finding)
{
    char missing[100] = "", spare[300] = "";
    struct schema_grant *grants;
    size_t count;
    enum err err = schema_list_grants(doctor->session->db, doctor->session->arena, &grants, &count,
                                      &finding->message);

    if (err != ERR_OK) {
        query_fail(finding);
        return;
    }
    missing_find(grants, count, missing, sizeof missing);
    spare_find(grants, count, spare, sizeof spare);
    if (missing[0] != '\0') {
        finding_set(finding, FINDING_FAIL, "The service's user lacks rights: %s.", missing);
        finding_advise(finding, "Grant SELECT, INSERT, UPDATE, DELETE on the database, as in "
                                "sql/grants.sql.");
    } else if (spare[0] != '\0') {
        finding_set(finding, FINDING_WARN, "The service's user may do more than it needs: %s.",
                    spare);
        finding_advise(finding, "Revoke that; sql/grants.sql has all that the service needs, and "
                                "`headwater migrate --defaults-file` takes another user.");
    } else {
        finding_set(finding, FINDING_OK,
                    "The service's user may read and write rows, and nothing else.");
    }
}

/* ---- the reconciler ---- */

static void pending_fail(const struct reconciler_backlog *backlog, int64_t every_s,
                         struct finding *finding)
{
    char oldest[CLOCK_RFC3339_BYTES];

    clock_write_rfc3339(backlog->oldest_us, oldest);
    finding_set(finding, FINDING_FAIL,
                "Pending streams: %" PRId64 ", the oldest since %s; five minutes are too long.",
                backlog->pending_count, oldest);
    finding_advise(finding,
                   "Run `headwater reconcile`: it finishes them, or logs why it cannot. %s",
                   every_s == 0 ? "[reconcile] every_s = 0: nothing else does."
                                : "Then see whether headwaterd runs.");
}

void doctor_check_reconciler(struct doctor *doctor, struct finding *finding)
{
    int64_t every_s = doctor->session->config->reconcile_every_s;
    int64_t now_us = clock_now_us();
    struct reconciler_backlog backlog;
    struct reconciler done = {0};
    char last[CLOCK_RFC3339_BYTES];
    enum err err = reconciler_get(doctor->session->db, doctor->session->arena, &done, &backlog,
                                  &finding->message);

    clock_write_rfc3339(done.pass_us, last);
    if (err != ERR_OK) {
        query_fail(finding);
    } else if (backlog.oldest_us != 0 && backlog.oldest_us < now_us - OVERDUE_US) {
        pending_fail(&backlog, every_s, finding);
    } else if (every_s > 0 && done.pass_us != 0 &&
               done.pass_us < now_us - OVERDUE_US - every_s * CLOCK_S_US) {
        finding_set(finding, FINDING_WARN, "The reconciler has not run since %s.", last);
        finding_advise(finding,
                       "Start headwaterd, under which it runs every %" PRId64
                       " seconds, or see in its log what is wrong.",
                       every_s);
    } else {
        finding_set(finding, FINDING_OK, "No stream has been pending for more than five minutes.");
    }
}
