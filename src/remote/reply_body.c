#include "remote/reply_body.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/value.h"
#include "edge/http_reply.h"
#include "edge/json_read.h"

const struct value *reply_body_read(struct arena *arena, const struct http_reply *reply)
{
    struct value *body = arena_alloc(arena, sizeof *body);
    struct errmsg msg;

    if (json_read(arena, reply->body, reply->len, body, &msg) != ERR_OK ||
        body->kind != VALUE_OBJECT)
        return NULL;
    return body;
}
