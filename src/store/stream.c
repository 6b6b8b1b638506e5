#include "store/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "edge/db.h"

/* Addresses hold no space (rule/email_address.h), so a space can part them. */
static const char *join_addresses(struct arena *arena, const char *const *addresses, size_t count)
{
    struct buf text;

    if (count == 0)
        return NULL;
    buf_init(&text, arena);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i == 0 ? "" : " ", addresses[i]);
    return text.text;
}

static size_t split_addresses(struct arena *arena, const char *text, const char ***ret_addresses)
{
    size_t count = 0;
    const char **addresses;

    if (text == NULL)
        return 0;
    addresses = arena_array(arena, strlen(text) / 2 + 1, sizeof *addresses);
    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        addresses[count++] = arena_text(arena, text, len);
        text += text[len] == ' ' ? len + 1 : len;
    }
    *ret_addresses = addresses;
    return count;
}

static struct db_value telegram_value(enum telegram_override telegram)
{
    return telegram == TELEGRAM_NONE ? db_null() : db_bool(telegram == TELEGRAM_TRUE);
}

enum err stream_add(struct db *db, struct arena *arena, struct stream *stream, struct errmsg *msg)
{
    const struct csv_recipients *csv = stream->csv;
    const struct db_value params[] = {
        db_int(stream->team_id),
        db_int(stream->segment_id),
        db_bytes(stream->run_id, sizeof stream->run_id),
        db_text(stream->name),
        db_text(stream->is_pending ? "pending" : "active"),
        db_int(stream->billing_version),
        db_bool(stream->segment_created),
        db_int((int64_t)stream->pair_count),
        db_text(stream->timezone),
        db_bool(stream->auto_enrich_linkedin),
        db_bool(stream->auto_enrich_email),
        db_text(email_mode_text(stream->email_mode)),
        db_text(email_digest_text(stream->email_digest)),
        telegram_value(stream->telegram),
        db_text(delivery_text(stream->delivery)),
        db_text(stream->webhook_url),
        db_text(csv == NULL ? NULL : join_addresses(arena, csv->to, csv->to_count)),
        db_text(csv == NULL ? NULL : join_addresses(arena, csv->cc, csv->cc_count)),
        db_text(csv == NULL ? NULL : csv_format_text(csv->format)),
        db_time(stream->created_us),
    };
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_STREAM_ADD, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        stream->id = db_result_get(&rows, 0, 0)->integer;
    return err;
}

enum err stream_add_slots(struct db *db, struct arena *arena, const struct stream *stream,
                          struct errmsg *msg)
{
    struct db_value *params = arena_array(arena, stream->slot_count * 2, sizeof *params);
    struct db_result ignored;

    for (size_t i = 0; i < stream->slot_count; i++) {
        params[i * 2] = db_int(stream->id);
        params[i * 2 + 1] = db_int(stream->slots[i]);
    }
    return db_query(db, arena, STATEMENT_STREAM_ADD_SLOT, params, stream->slot_count * 2, &ignored,
                    msg);
}

/* The member of a parallel table of names; the schema allows no other text. */
static int index_of(const char *text, const char *(*name_of)(int), int count)
{
    for (int i = 0; i < count; i++)
        if (name_of(i) != NULL && strcmp(name_of(i), text) == 0)
            return i;
    abort();
}

static const char *email_mode_name(int i)
{
    return email_mode_text((enum email_mode)i);
}

static const char *email_digest_name(int i)
{
    return email_digest_text((enum email_digest)i);
}

static const char *delivery_name(int i)
{
    return delivery_text((enum delivery)i);
}

static const char *csv_format_name(int i)
{
    return csv_format_text((enum csv_format)i);
}

static const struct csv_recipients *csv_of_row(struct arena *arena, const struct db_result *rows)
{
    const char *format = db_result_get(rows, 0, 19)->bytes;
    struct csv_recipients *csv;

    if (format == NULL)
        return NULL;
    csv = arena_alloc(arena, sizeof *csv);
    csv->to_count = split_addresses(arena, db_result_get(rows, 0, 17)->bytes, &csv->to);
    csv->cc_count = split_addresses(arena, db_result_get(rows, 0, 18)->bytes, &csv->cc);
    csv->format = (enum csv_format)index_of(format, csv_format_name, CSV__MAX);
    return csv;
}

/* Reads "9,37,95". */
static size_t slots_of_text(const char *text, uint8_t slots[STREAM_SLOT_MAX])
{
    size_t count = 0;

    while (text != NULL && *text != '\0' && count < STREAM_SLOT_MAX) {
        char *end;

        slots[count++] = (uint8_t)strtoul(text, &end, 10);
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

static enum telegram_override telegram_of(const struct db_value *value)
{
    if (value->kind == DB_NULL)
        return TELEGRAM_NONE;
    return value->integer != 0 ? TELEGRAM_TRUE : TELEGRAM_FALSE;
}

static void stream_of_row(struct arena *arena, const struct db_result *rows, struct stream *stream)
{
    const char *digest = db_result_get(rows, 0, 13)->bytes;

    stream->id = db_result_get(rows, 0, 0)->integer;
    stream->segment_id = db_result_get(rows, 0, 1)->integer;
    stream->name = db_result_get(rows, 0, 2)->bytes;
    stream->is_pending = strcmp(db_result_get(rows, 0, 3)->bytes, "pending") == 0;
    stream->billing_version = db_result_get(rows, 0, 4)->integer;
    stream->is_active = db_result_get(rows, 0, 5)->integer != 0;
    stream->is_archived = db_result_get(rows, 0, 6)->integer != 0;
    stream->segment_created = db_result_get(rows, 0, 7)->integer != 0;
    stream->pair_count = (size_t)db_result_get(rows, 0, 8)->integer;
    stream->timezone = db_result_get(rows, 0, 9)->bytes;
    stream->auto_enrich_linkedin = db_result_get(rows, 0, 10)->integer != 0;
    stream->auto_enrich_email = db_result_get(rows, 0, 11)->integer != 0;
    stream->email_mode = (enum email_mode)index_of(db_result_get(rows, 0, 12)->bytes,
                                                   email_mode_name, EMAIL_MODE__MAX);
    stream->email_digest =
        digest == NULL ? EMAIL_DIGEST_NONE
                       : (enum email_digest)index_of(digest, email_digest_name, EMAIL_DIGEST__MAX);
    stream->telegram = telegram_of(db_result_get(rows, 0, 14));
    stream->delivery =
        (enum delivery)index_of(db_result_get(rows, 0, 15)->bytes, delivery_name, DELIVERY__MAX);
    stream->webhook_url = db_result_get(rows, 0, 16)->bytes;
    stream->csv = csv_of_row(arena, rows);
    stream->created_us = db_result_get(rows, 0, 20)->integer;
    stream->slot_count = slots_of_text(db_result_get(rows, 0, 21)->bytes, stream->slots);
}

enum err stream_find(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                     struct stream *ret_stream, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_STREAM_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the team has no stream with this id");
    *ret_stream = (struct stream){.team_id = team_id};
    stream_of_row(arena, &rows, ret_stream);
    return ERR_OK;
}

enum err stream_find_by_run(struct db *db, struct arena *arena, int64_t team_id,
                            const unsigned char run_id[STREAM_RUN_BYTES], int64_t *ret_id,
                            struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_bytes(run_id, STREAM_RUN_BYTES)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_FIND_BY_RUN, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "this run has stored no stream");
    *ret_id = db_result_get(&rows, 0, 0)->integer;
    return ERR_OK;
}

enum err stream_set_active(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                           struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(id)};
    struct db_result result;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_SET_ACTIVE, params, HW_COUNT(params), &result, msg);

    if (err == ERR_OK && result.affected_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the stream has been taken out again");
    return err;
}

enum err stream_count_pending(struct db *db, struct arena *arena, int64_t team_id,
                              int64_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_COUNT_PENDING, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_count = db_result_get(&rows, 0, 0)->integer;
    return err;
}

enum err stream_list_pending(struct db *db, struct arena *arena, int64_t before_us,
                             size_t count_max, struct stream_place **ret_places, size_t *ret_count,
                             struct errmsg *msg)
{
    const struct db_value params[] = {db_time(before_us), db_int((int64_t)count_max)};
    struct db_result rows;
    struct stream_place *places;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_LIST_PENDING, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    places = arena_array(arena, rows.row_count, sizeof *places);
    for (size_t i = 0; i < rows.row_count; i++) {
        places[i].team_id = db_result_get(&rows, i, 0)->integer;
        places[i].id = db_result_get(&rows, i, 1)->integer;
    }
    *ret_places = places;
    *ret_count = rows.row_count;
    return ERR_OK;
}

enum err stream_lock(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                     struct stream *ret_stream, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_STREAM_LOCK, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the stream is gone");
    *ret_stream = (struct stream){
        .id = id,
        .team_id = team_id,
        .is_pending = strcmp(db_result_get(&rows, 0, 0)->bytes, "pending") == 0,
        .segment_id = db_result_get(&rows, 0, 1)->integer,
        .segment_created = db_result_get(&rows, 0, 2)->integer != 0,
    };
    return ERR_OK;
}

enum err stream_remove(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                       struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_STREAM_REMOVE, params, HW_COUNT(params), &ignored, msg);
}

static enum err list_read(struct arena *arena, const struct db_result *rows,
                          struct stream **ret_streams, size_t *ret_count)
{
    struct stream *streams = arena_array(arena, rows->row_count, sizeof *streams);

    for (size_t i = 0; i < rows->row_count; i++)
        streams[i] = (struct stream){
            .id = db_result_get(rows, i, 0)->integer,
            .team_id = db_result_get(rows, i, 1)->integer,
            .name = db_result_get(rows, i, 2)->bytes,
            .is_pending = strcmp(db_result_get(rows, i, 3)->bytes, "pending") == 0,
            .is_active = db_result_get(rows, i, 4)->integer != 0,
            .is_archived = db_result_get(rows, i, 5)->integer != 0,
            .pair_count = (size_t)db_result_get(rows, i, 6)->integer,
            .created_us = db_result_get(rows, i, 7)->integer,
        };
    *ret_streams = streams;
    *ret_count = rows->row_count;
    return ERR_OK;
}

enum err stream_list(struct db *db, struct arena *arena, int64_t team_id, int64_t after_id,
                     int64_t limit, struct stream **ret_streams, size_t *ret_count,
                     struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(after_id), db_int(limit)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_STREAM_LIST, params, HW_COUNT(params), &rows, msg);

    return err == ERR_OK ? list_read(arena, &rows, ret_streams, ret_count) : err;
}

enum err stream_list_all(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                         struct stream **ret_streams, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(after_id), db_int(limit)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_LIST_ALL, params, HW_COUNT(params), &rows, msg);

    return err == ERR_OK ? list_read(arena, &rows, ret_streams, ret_count) : err;
}

enum err stream_find_team(struct db *db, struct arena *arena, int64_t id, int64_t *ret_team_id,
                          struct errmsg *msg)
{
    const struct db_value params[] = {db_int(id)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_FIND_TEAM, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "there is no stream with this id");
    *ret_team_id = db_result_get(&rows, 0, 0)->integer;
    return ERR_OK;
}

enum err stream_count_by_state(struct db *db, struct arena *arena, int64_t team_id,
                               struct stream_counts *ret_counts, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_STREAM_COUNT_BY_STATE, params, HW_COUNT(params), &rows, msg);

    if (err == ERR_OK)
        *ret_counts = (struct stream_counts){.all = db_result_get(&rows, 0, 0)->integer,
                                             .pending = db_result_get(&rows, 0, 1)->integer,
                                             .archived = db_result_get(&rows, 0, 2)->integer};
    return err;
}
