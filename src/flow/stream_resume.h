/* Going on with a stream that stands: what a run that died had in memory is read back. */
#ifndef HW_FLOW_STREAM_RESUME_H
#define HW_FLOW_STREAM_RESUME_H

#include "base/base.h"
#include "base/err.h"

struct stream_create;

/* Fills CREATE from the stream of this id, as it was when the stream had just been reserved, so
 * that the steps behind that can run. ERR_NOT_FOUND if the team has no such stream. */
enum err stream_resume(struct stream_create *create, int64_t stream_id,
                       struct errmsg *msg) HW_MUST_CHECK;

#endif
