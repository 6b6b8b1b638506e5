/* Handles that nothing on this side knows: asked of ScrapeBadger, all at the same time. */
#ifndef HW_FLOW_STREAM_RESOLVE_H
#define HW_FLOW_STREAM_RESOLVE_H

#include "base/base.h"
#include "base/err.h"

struct stream_create;

/* Looks up what the cache did not know, remembers it, and matches the results with the team's
 * accounts. ERR_HANDLE_LOOKUP_FAILED, ERR_HANDLE_NOT_FOUND, ERR_HANDLE_PROTECTED, in this order,
 * each with every handle it is true of. While ScrapeBadger is known to be silent nothing is asked,
 * and the first of these comes at once. */
enum err stream_resolve_handles(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* The same for a dry run, which writes nothing: the cache does not remember what X said. */
enum err stream_foresee_handles(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

#endif
