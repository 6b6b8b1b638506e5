/* The body of an outside service's reply. It gets the same strict reading as a client's. */
#ifndef HW_REMOTE_REPLY_BODY_H
#define HW_REMOTE_REPLY_BODY_H

#include "base/base.h"

struct arena;
struct http_reply;
struct value;

/* The body as a JSON object on ARENA; NULL if it is anything else. */
const struct value *reply_body_read(struct arena *arena, const struct http_reply *reply);

#endif
