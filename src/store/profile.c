#include "store/profile.h"

#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "edge/db.h"
#include "rule/lookup.h"

static void answer_lookup(struct lookup *const *lookups, size_t count, const struct db_result *rows,
                          size_t row)
{
    const char *handle = db_result_get(rows, row, 0)->bytes;

    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(lookups[i]->handle, handle) != 0)
            continue;
        lookups[i]->outcome = LOOKUP_FOUND;
        lookups[i]->profile = (struct profile){
            .x_user_id = db_result_get(rows, row, 1)->integer,
            .handle = db_result_get(rows, row, 2)->bytes,
            .is_protected = db_result_get(rows, row, 3)->integer != 0,
        };
    }
}

enum err profile_find(struct db *db, struct arena *arena, struct lookup *const *lookups,
                      size_t count, int64_t oldest_us, struct errmsg *msg)
{
    struct db_value *params = arena_array(arena, 1 + count, sizeof *params);
    struct db_result rows;
    enum err err;

    params[0] = db_time(oldest_us);
    for (size_t i = 0; i < count; i++)
        params[1 + i] = db_text(lookups[i]->handle);
    err = db_query(db, arena, STATEMENT_PROFILE_FIND, params, 1 + count, &rows, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < rows.row_count; i++)
        answer_lookup(lookups, count, &rows, i);
    return ERR_OK;
}

static int by_handle(const void *a, const void *b)
{
    const struct lookup *const *first = a;
    const struct lookup *const *second = b;

    return strcasecmp((*first)->handle, (*second)->handle);
}

enum err profile_put(struct db *db, struct arena *arena, struct lookup *const *lookups,
                     size_t count, int64_t now_us, struct errmsg *msg)
{
    enum { WIDTH = 5 };
    struct db_value *params = arena_array(arena, count * WIDTH, sizeof *params);
    const struct lookup **found = arena_array(arena, count, sizeof(*found));
    size_t found_count = 0;
    struct db_result ignored;

    for (size_t i = 0; i < count; i++)
        if (lookups[i]->outcome == LOOKUP_FOUND)
            found[found_count++] = lookups[i];
    if (found_count == 0)
        return ERR_OK;
    qsort(found, found_count, sizeof(*found), by_handle);
    for (size_t i = 0; i < found_count; i++) {
        struct db_value *row = params + i * WIDTH;

        row[0] = db_text(found[i]->handle);
        row[1] = db_int(found[i]->profile.x_user_id);
        row[2] = db_text(found[i]->profile.handle);
        row[3] = db_bool(found[i]->profile.is_protected);
        row[4] = db_time(now_us);
    }
    return db_query(db, arena, STATEMENT_PROFILE_PUT, params, found_count * WIDTH, &ignored, msg);
}
