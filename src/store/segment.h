/* Tables segment and segment_label: whom a stream looks for. */
#ifndef HW_STORE_SEGMENT_H
#define HW_STORE_SEGMENT_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;
struct segment_input;

/* A team's segment as far as a create needs it. */
struct segment_name {
    int64_t id;       /* 0 = the team has no such segment, or it is archived */
    const char *name; /* NULL if none */
    const char *description;
};

/* The team's segment with this id; id 0 in the result if there is none, or it is archived. */
enum err segment_find(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                      struct segment_name *ret_segment, struct errmsg *msg) HW_MUST_CHECK;

/* Adds a segment with its labels, all of which the catalogue must know. Comes before accounts are
 * locked: its foreign key takes a shared lock on the team. */
enum err segment_add(struct db *db, struct arena *arena, int64_t team_id,
                     const struct segment_input *segment, int64_t now_us, int64_t *ret_id,
                     struct errmsg *msg) HW_MUST_CHECK;

/* Removes a segment unless a stream uses it. */
enum err segment_remove(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                        struct errmsg *msg) HW_MUST_CHECK;

#endif
