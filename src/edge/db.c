#include "edge/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "base/clock.h"
#include "base/fault.h"
#include "edge/db_link.h"
#include "edge/migration.h"
#include "edge/statement.h"

#define CONNECT_TIMEOUT_S 2
#define READ_TIMEOUT_S 6 /* above max_statement_time, so that the server speaks first */
#define WRITE_TIMEOUT_S 5
#define BACKOFF_MIN_US (100 * CLOCK_MS_US)
#define BACKOFF_MAX_US (5 * CLOCK_S_US)

/* Error numbers that the headers of the connector do not name. */
#define SERVER_CHECKREAD 1020
#define SERVER_CONNECTION_KILLED 1927
#define SERVER_IDLE_TIMEOUT 4031

#define SQL_MODE                                                                                   \
    "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY"

#define SERVICE_SESSION                                                                            \
    "SET SESSION tx_isolation = 'READ-COMMITTED', sql_mode = '" SQL_MODE "', "                     \
    "time_zone = '+00:00', innodb_lock_wait_timeout = 3, "                                         \
    "idle_write_transaction_timeout = 10, idle_transaction_timeout = 30, max_statement_time = 5"

static const char *const session_of_role[] = {
    [DB_SERVICE] = SERVICE_SESSION,
    [DB_DOCTOR] = SERVICE_SESSION,
    [DB_OWNER] = "SET SESSION tx_isolation = 'READ-COMMITTED', sql_mode = '" SQL_MODE "', "
                 "time_zone = '+00:00'",
};

struct db *db_new(const char *defaults_file, const char *group, enum db_role role)
{
    struct db *db = calloc(1, sizeof *db);

    if (db == NULL)
        abort();
    db->defaults_file = defaults_file;
    db->group = group;
    db->role = role;
    db->backoff_us = BACKOFF_MIN_US;
    return db;
}

void db_free(struct db *db)
{
    if (db == NULL)
        return;
    db_close(db);
    free(db);
}

void db_close(struct db *db)
{
    if (db->link == NULL)
        return;
    if (db->forget_prepared != NULL)
        db->forget_prepared(db);
    mysql_close(db->link);
    db->link = NULL;
}

struct db_counts db_counts(const struct db *db)
{
    return db->counts;
}

static bool is_lost(unsigned int number)
{
    switch (number) {
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_UNKNOWN_HOST: /* for the moment, names are not resolved */
    case CR_SERVER_LOST_EXTENDED:
    case CR_COMMANDS_OUT_OF_SYNC:
    case ER_SERVER_SHUTDOWN:
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case SERVER_CONNECTION_KILLED:
    case SERVER_IDLE_TIMEOUT:
        return true;
    default:
        return false;
    }
}

static enum err err_of_number(unsigned int number)
{
    switch (number) {
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case SERVER_CHECKREAD:
    case ER_NO_REFERENCED_ROW_2: /* what was read a moment ago is gone: read again */
        return ERR_DB_RETRY;
    case ER_DUP_ENTRY:
        return ERR_DB_DUPLICATE;
    default:
        return is_lost(number) ? ERR_DB_LOST : ERR_DB;
    }
}

enum err db_fail(struct db *db, unsigned int number, const char *text, const char *what,
                 struct errmsg *msg)
{
    enum err err = err_of_number(number);

    /* A duplicate key's text quotes the value, which is not for the log. */
    errmsg_set(msg, err, "%s: database error %u%s%s", what, number,
               err == ERR_DB_DUPLICATE ? "" : ": ", err == ERR_DB_DUPLICATE ? "" : text);
    if (err == ERR_DB_LOST)
        db_close(db);
    return err;
}

static void set_connection_options(MYSQL *link, const struct db *db)
{
    const unsigned int connect_s = CONNECT_TIMEOUT_S;
    const unsigned int read_s = READ_TIMEOUT_S;
    const unsigned int write_s = WRITE_TIMEOUT_S;
    const my_bool no = 0;

    mysql_options(link, MYSQL_READ_DEFAULT_FILE, db->defaults_file);
    mysql_options(link, MYSQL_READ_DEFAULT_GROUP, db->group);
    mysql_options(link, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(link, MYSQL_OPT_RECONNECT, &no);
    mysql_options(link, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(link, MYSQL_INIT_COMMAND, session_of_role[db->role]);
    if (db->role == DB_OWNER)
        return;
    mysql_options(link, MYSQL_OPT_READ_TIMEOUT, &read_s);
    mysql_options(link, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
}

/* Without one, only the first statement that needs it would fail, with the server's words. */
static enum err database_require(struct db *db, struct errmsg *msg)
{
    const char *name = NULL;

    if (mariadb_get_infov(db->link, MARIADB_CONNECTION_SCHEMA, (void *)&name) == 0 &&
        name != NULL && name[0] != '\0')
        return ERR_OK;
    db_close(db);
    return errmsg_set(msg, ERR_DB,
                      "No database is named: write database = ... below [%.60s] in %.300s.",
                      db->group, db->defaults_file);
}

static enum err db_connect(struct db *db, struct errmsg *msg)
{
    MYSQL *link = mysql_init(NULL);
    enum err err;

    if (link == NULL)
        abort();
    set_connection_options(link, db);
    if (FAULT_POINT("connect", NULL, "before")) {
        mysql_close(link);
        return errmsg_set(msg, ERR_DB_LOST, FAULT_TEXT);
    }
    /* FOUND_ROWS: "affected" means matched, so that a guard's count does not depend on old values.
     */
    if (mysql_real_connect(link, NULL, NULL, NULL, NULL, 0, NULL, CLIENT_FOUND_ROWS) == NULL) {
        err = err_of_number(mysql_errno(link)) == ERR_DB_LOST ? ERR_DB_LOST : ERR_DB;
        errmsg_set(msg, err, "cannot connect to the database: %s", mysql_error(link));
        mysql_close(link);
        return err;
    }
    db->link = link;
    return database_require(db, msg);
}

/* One applied migration: version, name, checksum, and the session's isolation level. */
static enum err schema_row_check(MYSQL_ROW row, const struct migration *known, struct errmsg *msg)
{
    if (strtoll(row[0], NULL, 10) != known->version || strcmp(row[1], known->name) != 0)
        return errmsg_set(msg, ERR_DB_SCHEMA,
                          "the schema has a migration \"%s\" that this program does not know",
                          row[1]);
    if (strcmp(row[3], "READ-COMMITTED") != 0)
        return errmsg_set(msg, ERR_DB, "the database did not grant READ COMMITTED");
    return ERR_OK;
}

static enum err schema_rows_check(MYSQL_RES *rows, struct errmsg *msg)
{
    size_t count = (size_t)mysql_num_rows(rows);
    enum err err = ERR_OK;

    if (count < migration_count)
        return errmsg_set(msg, ERR_DB_SCHEMA,
                          "the schema is older than this program: version %zu of %zu "
                          "(run `headwater migrate`)",
                          count, migration_count);
    if (count > migration_count)
        return errmsg_set(msg, ERR_DB_SCHEMA,
                          "the schema is newer than this program: version %zu, known %zu "
                          "(upgrade headwater)",
                          count, migration_count);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = schema_row_check(mysql_fetch_row(rows), &migrations[i], msg);
    return err;
}

/* The service runs on exactly the schema it was built for. Asked as plain text: preparing a
 * statement is for an open connection, and this one is not open yet. */
static enum err schema_check(MYSQL *link, struct errmsg *msg)
{
    const char *text = statements[STATEMENT_SCHEMA_MIGRATION_LIST].text;
    MYSQL_RES *rows = NULL;
    enum err err;

    if (mysql_real_query(link, text, strlen(text)) == 0)
        rows = mysql_store_result(link);
    if (rows == NULL && mysql_errno(link) == ER_NO_SUCH_TABLE)
        return errmsg_set(msg, ERR_DB_SCHEMA,
                          "the database has no schema (run `headwater migrate`)");
    if (rows == NULL)
        return errmsg_set(msg, err_of_number(mysql_errno(link)), "cannot read the schema: %s",
                          mysql_error(link));
    err = schema_rows_check(rows, msg);
    mysql_free_result(rows);
    return err;
}

static enum err db_connect_checked(struct db *db, struct errmsg *msg)
{
    enum err err = db_connect(db, msg);

    if (err != ERR_OK || db->role != DB_SERVICE)
        return err;
    err = schema_check(db->link, msg);
    if (err != ERR_OK)
        db_close(db);
    return err;
}

enum err db_open(struct db *db, struct errmsg *msg)
{
    enum err err;

    if (db->link != NULL)
        return ERR_OK;
    if (db->in_transaction)
        return errmsg_set(msg, ERR_DB_LOST, "the connection was lost in a transaction");
    if (clock_monotonic_us() < db->retry_us)
        return errmsg_set(msg, db->refusal == ERR_DB_SCHEMA ? ERR_DB_SCHEMA : ERR_DB_LOST,
                          "%s, a moment ago", db->refusal_msg.text);
    err = db_connect_checked(db, msg);
    if (err == ERR_OK) {
        db->backoff_us = BACKOFF_MIN_US;
        return ERR_OK;
    }
    db->refusal = err;
    db->refusal_msg = *msg;
    db->retry_us = clock_monotonic_us() + db->backoff_us;
    db->backoff_us = db->backoff_us * 2 < BACKOFF_MAX_US ? db->backoff_us * 2 : BACKOFF_MAX_US;
    return err;
}

enum err db_run_text(struct db *db, const char *text, struct errmsg *msg)
{
    enum err err = db_open(db, msg);

    if (err != ERR_OK)
        return err;
    if (FAULT_POINT(text, db->last_statement, "before"))
        return db_fail(db, CR_SERVER_LOST, FAULT_TEXT, "running SQL text", msg);
    db->counts.statement_count++;
    db->counts.round_trip_count++;
    if (mysql_real_query(db->link, text, strlen(text)) != 0)
        return db_fail(db, mysql_errno(db->link), mysql_error(db->link), "running SQL text", msg);
    mysql_free_result(mysql_store_result(db->link));
    if (FAULT_POINT(text, db->last_statement, "after"))
        return db_fail(db, CR_SERVER_LOST, FAULT_TEXT, "running SQL text", msg);
    return ERR_OK;
}
