#include "api/stream_answer.h"

#include "api/answer.h"
#include "api/error_table.h"
#include "api/stream_json.h"
#include "base/buf.h"
#include "base/clock.h"
#include "flow/stream_create.h"

void stream_answer_write(const struct stream_create *create, enum err err,
                         struct create_answer *ret_answer)
{
    const struct answer_details details = {.problems = &create->problems,
                                           .orphans = create->orphans,
                                           .orphan_count = create->orphan_count};
    struct buf body;

    buf_init(&body, create->arena);
    if (err == ERR_OK)
        stream_json_write(create->arena, &create->stream, create->pairs, create->pair_count, true,
                          create->caller.is_free, clock_now_us(), &body);
    else
        answer_write_error(create->arena, err, create->request_id, &details, &body);
    ret_answer->status =
        err != ERR_OK ? error_table_get(err)->status : (create->stream.is_pending ? 202 : 201);
    ret_answer->body = body.text;
    ret_answer->body_len = body.len;
}

void stream_answer_write_preview(const struct stream_create *create,
                                 const struct stream_preview *preview, enum err err,
                                 struct create_answer *ret_answer)
{
    struct buf body;

    if (err != ERR_OK) {
        stream_answer_write(create, err, ret_answer);
        return;
    }
    buf_init(&body, create->arena);
    stream_json_write_preview(create->arena, &create->stream, create->pairs, create->pair_count,
                              create->caller.is_free, preview, clock_now_us(), &body);
    *ret_answer = (struct create_answer){200, body.text, body.len};
}
