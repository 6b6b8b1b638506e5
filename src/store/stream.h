/* Tables stream and stream_slot. */
#ifndef HW_STORE_STREAM_H
#define HW_STORE_STREAM_H

#include "base/base.h"
#include "base/err.h"
#include "rule/stream_input.h"

struct arena;
struct db;

#define STREAM_RUN_BYTES 16

struct stream {
    int64_t id;
    int64_t team_id;
    int64_t segment_id;
    unsigned char run_id[STREAM_RUN_BYTES]; /* of the run that created it; not read back */
    const char *name;
    bool is_pending;
    int64_t billing_version;
    bool is_active;
    bool is_archived;
    bool segment_created;
    size_t pair_count;
    const char *timezone;
    bool auto_enrich_linkedin;
    bool auto_enrich_email;
    enum email_mode email_mode;
    enum email_digest email_digest;
    enum telegram_override telegram;
    enum delivery delivery;
    const char *webhook_url;          /* NULL = none */
    const struct csv_recipients *csv; /* NULL = none */
    int64_t created_us;
    uint8_t slots[STREAM_SLOT_MAX]; /* ascending */
    size_t slot_count;
};

/* Adds the stream's row and sets its id; slots come with stream_add_slots. */
enum err stream_add(struct db *db, struct arena *arena, struct stream *stream,
                    struct errmsg *msg) HW_MUST_CHECK;

/* Adds the slots of a stream. */
enum err stream_add_slots(struct db *db, struct arena *arena, const struct stream *stream,
                          struct errmsg *msg) HW_MUST_CHECK;

/* A stream of the team with its slots, on ARENA. ERR_NOT_FOUND if the team has none with this id.
 */
enum err stream_find(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                     struct stream *ret_stream, struct errmsg *msg) HW_MUST_CHECK;

/* The stream that a run created. ERR_NOT_FOUND if its COMMIT did not take place. */
enum err stream_find_by_run(struct db *db, struct arena *arena, int64_t team_id,
                            const unsigned char run_id[STREAM_RUN_BYTES], int64_t *ret_id,
                            struct errmsg *msg) HW_MUST_CHECK;

/* Makes a pending stream active; no effect on an active one. ERR_NOT_FOUND if it has been taken out
 * in the meantime. */
enum err stream_set_active(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                           struct errmsg *msg) HW_MUST_CHECK;

/* How many streams of the team are pending. */
enum err stream_count_pending(struct db *db, struct arena *arena, int64_t team_id,
                              int64_t *ret_count, struct errmsg *msg) HW_MUST_CHECK;

/* Where a stream is found. */
struct stream_place {
    int64_t team_id;
    int64_t id;
};

/* The oldest streams, of all teams, that are pending and were created before BEFORE_US; on ARENA.
 */
enum err stream_list_pending(struct db *db, struct arena *arena, int64_t before_us,
                             size_t count_max, struct stream_place **ret_places, size_t *ret_count,
                             struct errmsg *msg) HW_MUST_CHECK;

/* Locks the stream's row. RET_IS_PENDING and the segment tell what undoing has to undo.
 * ERR_NOT_FOUND if it is gone. */
enum err stream_lock(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                     struct stream *ret_stream, struct errmsg *msg) HW_MUST_CHECK;

/* Removes a stream with its pairs and slots. */
enum err stream_remove(struct db *db, struct arena *arena, int64_t team_id, int64_t id,
                       struct errmsg *msg) HW_MUST_CHECK;

/* At most LIMIT streams of a team with ids above AFTER_ID, by ascending id, on ARENA: id, team,
 * name, states, number of pairs and time; nothing else of them is set. */
enum err stream_list(struct db *db, struct arena *arena, int64_t team_id, int64_t after_id,
                     int64_t limit, struct stream **ret_streams, size_t *ret_count,
                     struct errmsg *msg) HW_MUST_CHECK;

/* The same of all teams. */
enum err stream_list_all(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                         struct stream **ret_streams, size_t *ret_count,
                         struct errmsg *msg) HW_MUST_CHECK;

/* The team of a stream. ERR_NOT_FOUND if there is no such stream. */
enum err stream_find_team(struct db *db, struct arena *arena, int64_t id, int64_t *ret_team_id,
                          struct errmsg *msg) HW_MUST_CHECK;

struct stream_counts {
    int64_t all;
    int64_t pending;
    int64_t archived;
};

/* How many streams a team has. */
enum err stream_count_by_state(struct db *db, struct arena *arena, int64_t team_id,
                               struct stream_counts *ret_counts, struct errmsg *msg) HW_MUST_CHECK;

#endif
