#include "store/idempotency_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "edge/db.h"

static enum idempotency_state state_of(const char *text)
{
    if (strcmp(text, "started") == 0)
        return IDEMPOTENCY_STARTED;
    return strcmp(text, "reserved") == 0 ? IDEMPOTENCY_RESERVED : IDEMPOTENCY_FINISHED;
}

static struct db_value owner_value(const struct idempotency_place *place)
{
    return db_bytes(place->owner, IDEMPOTENCY_OWNER_BYTES);
}

static bool bytes_are(const struct db_value *value, const void *bytes, size_t len)
{
    return value->len == len && memcmp(value->bytes, bytes, len) == 0;
}

/* State, stream, status and body from column FIRST on. */
static void read_answer(const struct db_result *rows, size_t first, struct idempotency_key *ret_key)
{
    const struct db_value *body = db_result_get(rows, 0, first + 3);

    ret_key->state = state_of(db_result_get(rows, 0, first)->bytes);
    ret_key->stream_id = db_result_get(rows, 0, first + 1)->integer;
    ret_key->status = (int)db_result_get(rows, 0, first + 2)->integer;
    ret_key->body = body->bytes;
    ret_key->body_len = body->len;
}

enum err idempotency_key_claim(struct db *db, struct arena *arena,
                               const struct idempotency_place *place,
                               const unsigned char hash[DIGEST_BYTES], int64_t now_us,
                               int64_t until_us, struct idempotency_key *ret_key,
                               struct errmsg *msg)
{
    const struct db_value params[] = {
        db_int(place->team_id), db_text(place->key), db_bytes(hash, DIGEST_BYTES),
        owner_value(place),     db_time(until_us),   db_time(now_us),
        db_time(now_us)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_IDEMPOTENCY_KEY_CLAIM, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    ret_key->is_same_body = bytes_are(db_result_get(&rows, 0, 0), hash, DIGEST_BYTES);
    ret_key->is_ours = bytes_are(db_result_get(&rows, 0, 1), place->owner, IDEMPOTENCY_OWNER_BYTES);
    read_answer(&rows, 2, ret_key);
    return ERR_OK;
}

/* Runs a statement whose last parameters are team, key and owner. */
static enum err query_place(struct db *db, struct arena *arena, enum statement_name statement,
                            const struct db_value *lead, size_t lead_count,
                            const struct idempotency_place *place, struct db_result *ret_result,
                            struct errmsg *msg)
{
    struct db_value params[8];
    size_t count = 0;

    while (count < lead_count) {
        params[count] = lead[count];
        count++;
    }
    params[count++] = db_int(place->team_id);
    params[count++] = db_text(place->key);
    params[count++] = owner_value(place);
    return db_query(db, arena, statement, params, count, ret_result, msg);
}

static enum err lost_to_another(struct errmsg *msg)
{
    return errmsg_set(msg, ERR_REQUEST_IN_PROGRESS, "another run has taken the key over");
}

enum err idempotency_key_find(struct db *db, struct arena *arena, int64_t team_id, const char *key,
                              struct idempotency_key *ret_key, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_text(key)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_IDEMPOTENCY_KEY_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "the team has no such idempotency key");
    *ret_key = (struct idempotency_key){0};
    read_answer(&rows, 0, ret_key);
    return ERR_OK;
}

enum err idempotency_key_find_by_stream(struct db *db, struct arena *arena, int64_t team_id,
                                        int64_t stream_id, const char **ret_key,
                                        const unsigned char **ret_owner, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(stream_id)};
    struct db_result rows;
    enum err err = db_query(db, arena, STATEMENT_IDEMPOTENCY_KEY_FIND_BY_STREAM, params,
                            HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    if (rows.row_count == 0)
        return errmsg_set(msg, ERR_NOT_FOUND, "no key is reserved for the stream");
    *ret_key = db_result_get(&rows, 0, 0)->bytes;
    *ret_owner = (const unsigned char *)db_result_get(&rows, 0, 1)->bytes;
    return ERR_OK;
}

enum err idempotency_key_lock(struct db *db, struct arena *arena,
                              const struct idempotency_place *place, struct errmsg *msg)
{
    struct db_result rows;
    enum err err =
        query_place(db, arena, STATEMENT_IDEMPOTENCY_KEY_LOCK, NULL, 0, place, &rows, msg);

    if (err == ERR_OK && rows.row_count == 0)
        return lost_to_another(msg);
    return err;
}

enum err idempotency_key_set_reserved(struct db *db, struct arena *arena,
                                      const struct idempotency_place *place, int64_t stream_id,
                                      struct errmsg *msg)
{
    const struct db_value lead[] = {db_int(stream_id)};
    struct db_result result;
    enum err err = query_place(db, arena, STATEMENT_IDEMPOTENCY_KEY_SET_RESERVED, lead,
                               HW_COUNT(lead), place, &result, msg);

    if (err == ERR_OK && result.affected_count != 1)
        return lost_to_another(msg);
    return err;
}

enum err idempotency_key_set_finished(struct db *db, struct arena *arena,
                                      const struct idempotency_place *place, int64_t stream_id,
                                      int status, const char *body, size_t body_len,
                                      struct errmsg *msg)
{
    const struct db_value lead[] = {stream_id == 0 ? db_null() : db_int(stream_id), db_int(status),
                                    db_bytes(body, body_len), db_time(clock_now_us())};
    struct db_result result;
    enum err err = query_place(db, arena, STATEMENT_IDEMPOTENCY_KEY_SET_FINISHED, lead,
                               HW_COUNT(lead), place, &result, msg);

    if (err == ERR_OK && result.affected_count != 1)
        return lost_to_another(msg);
    return err;
}

enum err idempotency_key_remove(struct db *db, struct arena *arena,
                                const struct idempotency_place *place, struct errmsg *msg)
{
    struct db_result ignored;

    return query_place(db, arena, STATEMENT_IDEMPOTENCY_KEY_REMOVE, NULL, 0, place, &ignored, msg);
}

enum err idempotency_key_release(struct db *db, struct arena *arena,
                                 const struct idempotency_place *place, int64_t now_us,
                                 struct errmsg *msg)
{
    const struct db_value lead[] = {db_time(now_us)};
    struct db_result ignored;

    return query_place(db, arena, STATEMENT_IDEMPOTENCY_KEY_RELEASE, lead, HW_COUNT(lead), place,
                       &ignored, msg);
}

enum err idempotency_key_remove_old(struct db *db, struct arena *arena, int64_t now_us,
                                    int64_t started_before_us, int64_t finished_before_us,
                                    int64_t count_max, int64_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_time(now_us), db_time(started_before_us),
                                      db_time(finished_before_us), db_int(count_max)};
    struct db_result result;
    enum err err = db_query(db, arena, STATEMENT_IDEMPOTENCY_KEY_REMOVE_OLD, params,
                            HW_COUNT(params), &result, msg);

    if (err == ERR_OK)
        *ret_count = result.affected_count;
    return err;
}
