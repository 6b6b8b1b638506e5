/* Checks of the rights that the service's user has in the database. */
#include <stdio.h>
#include <string.h>

#include "admin/doctor.h"
#include "admin/finding.h"
#include "admin/session.h"
#include "edge/statement.h"
#include "store/schema.h"

/* Statements of this noun are of `headwater migrate`, but for one, which was run by then. */
#define OWNERS_NOUN "schema_migration_"

/* A right on a table or column is missing; the words are the server's, in its language. Source:
 * MariaDB's errors 1142 and 1143. */
static const char *const refusals[] = {"database error 1142", "database error 1143"};

/* What the service needs, and all that it needs. */
static const char *const rights[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

const char doctor_grant_advice[] = "As an administrator of the database, GRANT the service's user "
                                   "what sql/grants.sql says.";

bool doctor_is_denied(const struct errmsg *msg)
{
    for (size_t i = 0; i < HW_COUNT(refusals); i++)
        if (strstr(msg->text, refusals[i]) != NULL)
            return true;
    return false;
}

void doctor_query_fail(struct finding *finding)
{
    finding->state = FINDING_FAIL;
    finding_advise(finding, "%s",
                   doctor_is_denied(&finding->message)
                       ? doctor_grant_advice
                       : "Look into the log of the database server.");
}

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

/* Adds what a refusal says is missing, "UPDATE on `headwater`.`stream`"; in another language, the
 * statement. */
static void refusal_add(const char *message, const char *statement, char *names, size_t size)
{
    const char *denied = strstr(message, " command denied");
    const char *table = strstr(message, "for table ");
    const char *right = denied;
    char name[200];

    while (right != NULL && right > message && right[-1] != ' ')
        right--;
    if (right == NULL || table == NULL)
        snprintf(name, sizeof name, "for %.150s", statement);
    else
        snprintf(name, sizeof name, "%.*s on %.150s", (int)(denied - right), right,
                 table + strlen("for table "));
    name_add(names, size, name);
}

/* The rights that are needed and not there: the server itself says so of each statement, however
 * they were granted, when it prepares it. */
static enum err missing_find(struct doctor *doctor, char *names, size_t size, struct errmsg *msg)
{
    for (unsigned i = 0; i < STATEMENT__MAX; i++) {
        enum err err;

        if (strncmp(statements[i].name, OWNERS_NOUN, strlen(OWNERS_NOUN)) == 0)
            continue;
        err = db_prepare(doctor->session->db, doctor->session->arena, (enum statement_name)i, msg);
        if (err != ERR_OK && !doctor_is_denied(msg))
            return err;
        if (err != ERR_OK)
            refusal_add(msg->text, statements[i].name, names, size);
    }
    return ERR_OK;
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
    struct session *session = doctor->session;
    char missing[300] = "", spare[300] = "";
    struct schema_grant *grants;
    size_t count;
    enum err err = missing_find(doctor, missing, sizeof missing, &finding->message);

    if (err == ERR_OK)
        err = schema_list_grants(session->db, session->arena, &grants, &count, &finding->message);
    if (err != ERR_OK) {
        doctor_query_fail(finding);
        return;
    }
    spare_find(grants, count, spare, sizeof spare);
    if (missing[0] != '\0') {
        finding_set(finding, FINDING_FAIL, "The service's user lacks rights: %s.", missing);
        finding_advise(finding, "%s", doctor_grant_advice);
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
