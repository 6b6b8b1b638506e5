#include "store/pair.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "edge/db.h"

static const char *const origin_texts[PAIR__MAX] = {"known", "new", "woken"};

static enum pair_origin origin_of(const char *text)
{
    for (size_t i = 0; i < HW_COUNT(origin_texts); i++)
        if (strcmp(origin_texts[i], text) == 0)
            return (enum pair_origin)i;
    abort();
}

enum err pair_add(struct db *db, struct arena *arena, int64_t team_id, int64_t stream_id,
                  struct pair *pairs, size_t count, struct errmsg *msg)
{
    enum { WIDTH = 4 };
    struct db_value *params = arena_array(arena, count * WIDTH, sizeof *params);
    struct db_result rows;
    enum err err;

    for (size_t i = 0; i < count; i++) {
        params[i * WIDTH] = db_int(team_id);
        params[i * WIDTH + 1] = db_int(stream_id);
        params[i * WIDTH + 2] = db_int(pairs[i].account_id);
        params[i * WIDTH + 3] = db_text(origin_texts[pairs[i].origin]);
    }
    err = db_query(db, arena, STATEMENT_PAIR_ADD, params, count * WIDTH, &rows, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        pairs[i].id = db_result_get(&rows, i, 0)->integer;
    return ERR_OK;
}

static struct pair pair_of_row(const struct db_result *rows, size_t i)
{
    struct pair pair = {
        .id = db_result_get(rows, i, 0)->integer,
        .account_id = db_result_get(rows, i, 1)->integer,
        .origin = origin_of(db_result_get(rows, i, 2)->bytes),
        .handle = db_result_get(rows, i, 3)->bytes,
        .account_is_pending = strcmp(db_result_get(rows, i, 5)->bytes, "pending") == 0,
    };

    if (!tier_find(db_result_get(rows, i, 4)->bytes, &pair.tier))
        abort();
    return pair;
}

enum err pair_list(struct db *db, struct arena *arena, int64_t team_id, int64_t stream_id,
                   struct pair **ret_pairs, size_t *ret_count, struct errmsg *msg)
{
    const struct db_value params[] = {db_int(team_id), db_int(stream_id)};
    struct db_result rows;
    struct pair *pairs;
    enum err err = db_query(db, arena, STATEMENT_PAIR_LIST, params, HW_COUNT(params), &rows, msg);

    if (err != ERR_OK)
        return err;
    pairs = arena_array(arena, rows.row_count, sizeof *pairs);
    for (size_t i = 0; i < rows.row_count; i++)
        pairs[i] = pair_of_row(&rows, i);
    *ret_pairs = pairs;
    *ret_count = rows.row_count;
    return ERR_OK;
}
