#include "store/segment.h"

#include "base/arena.h"
#include "base/buf.h"
#include "edge/db.h"
#include "rule/segment_input.h"

/* The members of a bit set as SQL's SET wants them: "female,male". */
static const char *genders_as_set(struct arena *arena, unsigned bits)
{
    struct buf text;

    buf_init(&text, arena);
    for (unsigned i = 0; i < GENDER__MAX; i++)
        if (bits & (1U << i))
            buf_printf(&text, "%s%s", text.len == 0 ? "" : ",", gender_text((enum gender)i));
    return text.text;
}

static const char *follower_tiers_as_set(struct arena *arena, unsigned bits)
{
    struct buf text;

    buf_init(&text, arena);
    for (unsigned i = 0; i < FOLLOWER__MAX; i++)
        if (bits & (1U << i))
            buf_printf(&text, "%s%s", text.len == 0 ? "" : ",",
                       follower_tier_text((enum follower_tier)i));
    return text.text;
}

static bool has_label_before(const struct segment_input *segment, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (segment->labels[j].label_id == segment->labels[i].label_id)
            return true;
    return false;
}

static enum err add_labels(struct db *db, struct arena *arena, int64_t id,
                           const struct segment_input *segment, struct errmsg *msg)
{
    struct db_value *params = arena_array(arena, segment->label_count * 2, sizeof *params);
    struct db_result ignored;
    size_t count = 0;

    for (size_t i = 0; i < segment->label_count; i++) {
        if (has_label_before(segment, i))
            continue;
        params[count++] = db_int(id);
        params[count++] = db_int(segment->labels[i].label_id);
    }
    if (count == 0)
        return ERR_OK;
    return db_query(db, arena, STATEMENT_SEGMENT_ADD_LABEL, params, count, &ignored, msg);
}

enum err segment_find(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                      struct segment_name *ret_segment, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(id)};
    struct db_result rows;
    enum err err =
        db_query(db, arena, STATEMENT_SEGMENT_FIND, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    *ret_segment = (struct segment_name){0};
    if (rows.row_count > 0)
        *ret_segment = (struct segment_name){
            .id = db_result_get(&rows, 0, 0)->integer,
            .name = db_result_get(&rows, 0, 1)->bytes,
            .description = db_result_get(&rows, 0, 2)->bytes,
        };
    return ERR_OK;
}

enum err segment_add(struct db *db, struct arena *arena, int64_t team_id,
                     const struct segment_input *segment, int64_t now_us, int64_t *ret_id,
                     struct errmsg *msg)
{
    const struct db_value params[] = {
        db_int(team_id),
        db_text(segment->name),
        db_text(segment->description),
        db_text(genders_as_set(arena, segment->gender_values)),
        db_text(follower_tiers_as_set(arena, segment->follower_count_tiers)),
        db_time(now_us),
    };
    struct db_result rows;
    int64_t id;
    enum err err = db_query(db, arena, STATEMENT_SEGMENT_ADD, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    id = db_result_get(&rows, 0, 0)->integer;
    err = add_labels(db, arena, id, segment, msg);
    if (err == ERR_OK)
        *ret_id = id;
    return err;
}

enum err segment_remove(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                        struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(id)};
    struct db_result ignored;

    return db_query(db, arena, STATEMENT_SEGMENT_REMOVE, params, HW_COUNT(params), &ignored, msg);
}
