/* A stream as it is going to be, put together in memory from the request and its targets: no I/O.
 * For the create that stores it, and for the dry run that only shows it. */
#ifndef HW_FLOW_STREAM_DRAFT_H
#define HW_FLOW_STREAM_DRAFT_H

#include "base/base.h"

struct stream_create;

/* An empty stream of the caller's team. Its segment is the named one, or 0 and to be created. */
void stream_draft_begin(struct stream_create *create);

/* What the request says of the stream, and defaults for what it leaves open: name and zone. Without
 * times in the request there are no slots: the default one comes with the stream's id. */
void stream_draft_fields(struct stream_create *create);

/* A pair for each target, in request order; an account that is not stored yet has the id 0. */
void stream_draft_pairs(struct stream_create *create);

#endif
