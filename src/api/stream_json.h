/* The representation of a stream. Contract section 3. */
#ifndef HW_API_STREAM_JSON_H
#define HW_API_STREAM_JSON_H

#include "base/base.h"

struct arena;
struct buf;
struct pair;
struct stream;
struct stream_preview;

/* Writes the stream and its pairs. CREATED adds what speaks of the create call: accountCreated,
 * segmentCreated, billingDelta; IS_FREE tells that nothing was billed. NOW_US is the instant from
 * which nextSyncAt is counted. */
void stream_json_write(struct arena *arena, const struct stream *stream, const struct pair *pairs,
                       size_t pair_count, bool created, bool is_free, int64_t now_us,
                       struct buf *ret_body);

/* Writes what a create would make, from a dry run: the same members with CREATED, but those that
 * only a create can know, between "validateOnly" and "billing". */
void stream_json_write_preview(struct arena *arena, const struct stream *stream,
                               const struct pair *pairs, size_t pair_count, bool is_free,
                               const struct stream_preview *preview, int64_t now_us,
                               struct buf *ret_body);

#endif
