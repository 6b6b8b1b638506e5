/* Prepared statements: kept for the life of a connection, made when first used. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <errmsg.h>
#include <mysql.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "edge/db.h"
#include "edge/db_link.h"
#include "edge/statement.h"

#define COLUMN_MAX 32

struct db_prepared {
    MYSQL_STMT *stmt;
    size_t list_count; /* items its text has room for; 0 without a list */
};

/* One column of the row being fetched. */
struct column {
    MYSQL_TIME time;
    int64_t integer;
    unsigned long len;
    my_bool is_null;
    my_bool is_cut;
};

struct db_value db_null(void)
{
    return (struct db_value){.kind = DB_NULL};
}

struct db_value db_int(int64_t number)
{
    return (struct db_value){.kind = DB_INT, .integer = number};
}

struct db_value db_bool(bool boolean)
{
    return db_int(boolean ? 1 : 0);
}

struct db_value db_time(int64_t instant_us)
{
    return (struct db_value){.kind = DB_TIME, .integer = instant_us};
}

struct db_value db_bytes(const void *bytes, size_t len)
{
    return (struct db_value){.kind = DB_BYTES, .bytes = bytes, .len = len};
}

struct db_value db_text(const char *text)
{
    return text == NULL ? db_null() : db_bytes(text, strlen(text));
}

const struct db_value *db_result_get(const struct db_result *result, size_t row, size_t column)
{
    return &result->values[row * result->column_count + column];
}

static void forget_prepared(struct db *db)
{
    for (size_t i = 0; i < STATEMENT__MAX; i++) {
        for (size_t j = 0; j < 2; j++) {
            if (db->prepared[i][j] == NULL)
                continue;
            mysql_stmt_close(db->prepared[i][j]->stmt);
            free(db->prepared[i][j]);
            db->prepared[i][j] = NULL;
        }
    }
}

static size_t count_marks(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += text[i] == '?';
    return count;
}

/* How many items the list has that PARAM_COUNT leaves for the group in braces; 0 without a group.
 */
static size_t list_count_of(const char *text, size_t param_count)
{
    const char *open = strchr(text, '{');
    const char *close = open == NULL ? NULL : strchr(open, '}');
    size_t in_group, outside;

    if (close == NULL)
        return 0;
    in_group = count_marks(open, (size_t)(close - open));
    outside = count_marks(text, strlen(text)) - in_group;
    return param_count < outside ? 0 : (param_count - outside) / in_group;
}

/* The text with its group repeated LIST_COUNT times. */
static const char *expand_list(struct arena *arena, const char *text, size_t list_count)
{
    const char *open = strchr(text, '{');
    const char *close = open == NULL ? NULL : strchr(open, '}');
    struct buf expanded;

    if (close == NULL)
        return text;
    buf_init(&expanded, arena);
    buf_add(&expanded, text, (size_t)(open - text));
    for (size_t i = 0; i < list_count; i++) {
        buf_add(&expanded, ", ", i == 0 ? 0 : 2);
        buf_add(&expanded, open + 1, (size_t)(close - open - 1));
    }
    buf_add_text(&expanded, close + 1);
    return expanded.text;
}

/* An error that comes with the rows, as that of INSERT ... RETURNING does, is noted by the
 * connector on the connection and not on the statement. */
static enum err stmt_fail(struct db *db, MYSQL_STMT *stmt, const char *name, struct errmsg *msg)
{
    unsigned int number = mysql_stmt_errno(stmt);

    if (number == 0)
        return db_fail(db, mysql_errno(db->link), mysql_error(db->link), name, msg);
    return db_fail(db, number, mysql_stmt_error(stmt), name, msg);
}

static enum err prepare(struct db *db, struct arena *arena, const struct statement *statement,
                        size_t list_count, struct db_prepared **ret_prepared, struct errmsg *msg)
{
    const char *text = expand_list(arena, statement->text, list_count);
    MYSQL_STMT *stmt = mysql_stmt_init(db->link);
    struct db_prepared *prepared;
    enum err err;

    if (stmt == NULL || FAULT_ALLOC())
        abort();
    db->counts.round_trip_count++;
    if (mysql_stmt_prepare(stmt, text, strlen(text)) != 0) {
        unsigned int number = mysql_stmt_errno(stmt);
        char why[256] = "";

        strncat(why, mysql_stmt_error(stmt), sizeof why - 1);
        mysql_stmt_close(stmt);
        err = db_fail(db, number, why, statement->name, msg);
        return err;
    }
    prepared = calloc(1, sizeof *prepared);
    if (prepared == NULL)
        abort();
    prepared->stmt = stmt;
    prepared->list_count = list_count;
    db->forget_prepared = forget_prepared;
    *ret_prepared = prepared;
    return ERR_OK;
}

/* The prepared form for a list of this length: made now unless it is there. */
static enum err find_prepared(struct db *db, struct arena *arena, enum statement_name name,
                              size_t param_count, MYSQL_STMT **ret_stmt, struct errmsg *msg)
{
    size_t list_count = list_count_of(statements[name].text, param_count);
    struct db_prepared **place = &db->prepared[name][list_count > 1 ? 1 : 0];
    enum err err;

    if (*place != NULL && (*place)->list_count != list_count) {
        mysql_stmt_close((*place)->stmt);
        free(*place);
        *place = NULL;
    }
    if (*place == NULL) {
        err = prepare(db, arena, &statements[name], list_count, place, msg);
        if (err != ERR_OK)
            return err;
    }
    *ret_stmt = (*place)->stmt;
    return ERR_OK;
}

static MYSQL_TIME time_of_us(int64_t instant_us)
{
    time_t seconds = (time_t)(instant_us / CLOCK_S_US);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    return (MYSQL_TIME){.year = (unsigned)utc.tm_year + 1900,
                        .month = (unsigned)utc.tm_mon + 1,
                        .day = (unsigned)utc.tm_mday,
                        .hour = (unsigned)utc.tm_hour,
                        .minute = (unsigned)utc.tm_min,
                        .second = (unsigned)utc.tm_sec,
                        .second_part = (unsigned long)(instant_us % CLOCK_S_US),
                        .time_type = MYSQL_TIMESTAMP_DATETIME};
}

static int64_t us_of_time(const MYSQL_TIME *time)
{
    struct tm utc = {.tm_year = (int)time->year - 1900,
                     .tm_mon = (int)time->month - 1,
                     .tm_mday = (int)time->day,
                     .tm_hour = (int)time->hour,
                     .tm_min = (int)time->minute,
                     .tm_sec = (int)time->second};

    return (int64_t)timegm(&utc) * CLOCK_S_US + (int64_t)time->second_part;
}

static void bind_param(struct arena *arena, const struct db_value *value, MYSQL_BIND *ret_bind)
{
    switch (value->kind) {
    case DB_NULL:
        ret_bind->buffer_type = MYSQL_TYPE_NULL;
        return;
    case DB_INT:
        ret_bind->buffer_type = MYSQL_TYPE_LONGLONG;
        ret_bind->buffer = (void *)(uintptr_t)&value->integer;
        return;
    case DB_BYTES:
        ret_bind->buffer_type = MYSQL_TYPE_STRING;
        ret_bind->buffer = (void *)(uintptr_t)value->bytes;
        ret_bind->buffer_length = value->len;
        return;
    case DB_TIME:
        ret_bind->buffer_type = MYSQL_TYPE_DATETIME;
        ret_bind->buffer = arena_alloc(arena, sizeof(MYSQL_TIME));
        *(MYSQL_TIME *)ret_bind->buffer = time_of_us(value->integer);
        return;
    }
}

static void bind_column(enum enum_field_types type, struct column *column, MYSQL_BIND *ret_bind)
{
    ret_bind->length = &column->len;
    ret_bind->is_null = &column->is_null;
    ret_bind->error = &column->is_cut;
    switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
        ret_bind->buffer_type = MYSQL_TYPE_LONGLONG;
        ret_bind->buffer = &column->integer;
        return;
    case MYSQL_TYPE_DATETIME:
        ret_bind->buffer_type = MYSQL_TYPE_DATETIME;
        ret_bind->buffer = &column->time;
        ret_bind->buffer_length = sizeof column->time;
        return;
    default: /* its length is known after the fetch; then the bytes are asked for */
        ret_bind->buffer_type = MYSQL_TYPE_STRING;
        return;
    }
}

/* The value of column I of the row that was fetched last. */
static struct db_value take_value(MYSQL_STMT *stmt, struct arena *arena, MYSQL_BIND *bind,
                                  const struct column *column, unsigned int i)
{
    char *bytes;

    if (column->is_null)
        return db_null();
    if (bind->buffer_type == MYSQL_TYPE_LONGLONG)
        return db_int(column->integer);
    if (bind->buffer_type == MYSQL_TYPE_DATETIME)
        return db_time(us_of_time(&column->time));
    bytes = arena_alloc(arena, column->len + 1);
    bind->buffer = bytes;
    bind->buffer_length = column->len;
    if (column->len > 0 && mysql_stmt_fetch_column(stmt, bind, i, 0) != 0)
        abort();
    bind->buffer = NULL;
    bind->buffer_length = 0;
    return db_bytes(bytes, column->len);
}

/* Makes room for one more row behind the ROW_COUNT there are. */
static void grow_rows(struct arena *arena, struct db_result *result, size_t *room)
{
    size_t wanted = *room == 0 ? 4 : *room * 2;
    struct db_value *values;

    if (result->row_count < *room)
        return;
    values = arena_array(arena, wanted * result->column_count, sizeof *values);
    if (result->row_count > 0)
        memcpy(values, result->values, result->row_count * result->column_count * sizeof *values);
    result->values = values;
    *room = wanted;
}

static enum err fetch_rows(struct db *db, struct arena *arena, MYSQL_STMT *stmt, const char *name,
                           struct db_result *result, struct errmsg *msg)
{
    MYSQL_BIND binds[COLUMN_MAX] = {0};
    struct column columns[COLUMN_MAX];
    size_t room = 0;
    int fetched;

    for (size_t i = 0; i < result->column_count; i++)
        bind_column(stmt->fields[i].type, &columns[i], &binds[i]);
    if (mysql_stmt_bind_result(stmt, binds))
        return stmt_fail(db, stmt, name, msg);
    while ((fetched = mysql_stmt_fetch(stmt)) == 0 || fetched == MYSQL_DATA_TRUNCATED) {
        grow_rows(arena, result, &room);
        for (size_t i = 0; i < result->column_count; i++)
            result->values[result->row_count * result->column_count + i] =
                take_value(stmt, arena, &binds[i], &columns[i], (unsigned int)i);
        result->row_count++;
    }
    if (fetched != MYSQL_NO_DATA)
        return stmt_fail(db, stmt, name, msg);
    return ERR_OK;
}

/* Reads what the statement answers; afterwards it can be run again. */
static enum err take_result(struct db *db, struct arena *arena, MYSQL_STMT *stmt, const char *name,
                            struct db_result *ret_result, struct errmsg *msg)
{
    struct db_result result = {.column_count = mysql_stmt_field_count(stmt)};
    enum err err;

    if (result.column_count > COLUMN_MAX)
        return errmsg_set(msg, ERR_DB, "%s: more than %d columns", name, COLUMN_MAX);
    if (result.column_count == 0) {
        result.affected_count = (int64_t)mysql_stmt_affected_rows(stmt);
        *ret_result = result;
        return ERR_OK;
    }
    err = fetch_rows(db, arena, stmt, name, &result, msg);
    if (err != ERR_DB_LOST) /* or the statement is closed with its connection */
        mysql_stmt_free_result(stmt);
    if (err == ERR_OK)
        *ret_result = result;
    return err;
}

static enum err execute(struct db *db, struct arena *arena, MYSQL_STMT *stmt, const char *name,
                        const struct db_value *params, size_t param_count, struct errmsg *msg)
{
    MYSQL_BIND *binds = arena_array(arena, param_count, sizeof *binds);

    if (mysql_stmt_param_count(stmt) != param_count)
        return errmsg_set(msg, ERR_DB, "%s: %zu parameters for %lu places", name, param_count,
                          mysql_stmt_param_count(stmt));
    for (size_t i = 0; i < param_count; i++)
        bind_param(arena, &params[i], &binds[i]);
    db->counts.statement_count++;
    db->counts.round_trip_count++;
    if (mysql_stmt_bind_param(stmt, binds) || mysql_stmt_execute(stmt) != 0)
        return stmt_fail(db, stmt, name, msg);
    return ERR_OK;
}

enum err db_query(struct db *db, struct arena *arena, enum statement_name statement,
                  const struct db_value *params, size_t param_count, struct db_result *ret_result,
                  struct errmsg *msg)
{
    const char *name = statements[statement].name;
    MYSQL_STMT *stmt;
    enum err err = db_open(db, msg);

    db->last_statement = name;
    if (err == ERR_OK && FAULT_POINT("sql", name, "before"))
        err = db_fail(db, CR_SERVER_LOST, FAULT_TEXT, name, msg);
    if (err == ERR_OK)
        err = find_prepared(db, arena, statement, param_count, &stmt, msg);
    if (err == ERR_OK)
        err = execute(db, arena, stmt, name, params, param_count, msg);
    if (err == ERR_OK)
        err = take_result(db, arena, stmt, name, ret_result, msg);
    if (err == ERR_OK && FAULT_POINT("sql", name, "after"))
        err = db_fail(db, CR_SERVER_LOST, FAULT_TEXT, name, msg);
    return err;
}

enum err db_prepare(struct db *db, struct arena *arena, enum statement_name statement,
                    struct errmsg *msg)
{
    const char *text = statements[statement].text;
    MYSQL_STMT *ignored;
    enum err err = db_open(db, msg);

    if (err != ERR_OK)
        return err;
    return find_prepared(db, arena, statement, count_marks(text, strlen(text)), &ignored, msg);
}
