#include "api/answer.h"
#include "api/endpoint.h"
#include "api/request.h"
#include "api/stream_json.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/number.h"
#include "store/pair.h"
#include "store/stream.h"

/* Reads the stream; a foreign id, an unknown one and no id at all look alike. */
static enum err find(struct endpoint_env *env, struct request *request, struct stream *ret_stream,
                     struct pair **ret_pairs, size_t *ret_count)
{
    int64_t team_id = request->caller.team_id;
    int64_t id;
    enum err err;

    if (!number_read(request->resource, &id))
        return errmsg_set(&request->msg, ERR_NOT_FOUND, "the path holds no id");
    err = stream_find(env->flow.db, request->arena, team_id, id, ret_stream, &request->msg);
    if (err != ERR_OK)
        return err;
    err = pair_list(env->flow.db, request->arena, team_id, id, ret_pairs, ret_count, &request->msg);
    if (err == ERR_OK && *ret_count != ret_stream->pair_count)
        return errmsg_set(&request->msg, ERR_NOT_FOUND, "the stream was taken out meanwhile");
    return err;
}

enum err stream_get(struct endpoint_env *env, struct request *request)
{
    struct stream stream;
    struct pair *pairs;
    size_t pair_count;
    struct buf body;

    request->step = "read the stream";
    request->err = find(env, request, &stream, &pairs, &pair_count);
    if (request->err != ERR_OK) {
        answer_error(request, NULL);
        return request->err;
    }
    buf_init(&body, request->arena);
    stream_json_write(request->arena, &stream, pairs, pair_count, false, false, clock_now_us(),
                      &body);
    answer_body(request, 200, body.text, body.len);
    return ERR_OK;
}
