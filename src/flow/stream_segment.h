/* The one segment of a stream: canonical labels, and all pairs agreeing. */
#ifndef HW_FLOW_STREAM_SEGMENT_H
#define HW_FLOW_STREAM_SEGMENT_H

#include "base/base.h"
#include "base/err.h"

struct stream_create;

/* Looks up the labels of inline segments, then checks that all pairs mean one segment
 * (ERR_STREAM_MULTI_SEGMENT), then that every label is known (ERR_ORPHAN_LABEL, with suggestions).
 */
enum err stream_settle_segment(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

#endif
