#include <string.h>
#include <strings.h>

#include "api/answer.h"
#include "api/endpoint.h"
#include "api/idempotency_header.h"
#include "api/request.h"
#include "api/stream_answer.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"
#include "edge/digest.h"
#include "edge/fcgi.h"
#include "edge/http_url.h"
#include "edge/json_read.h"
#include "edge/json_write.h"
#include "flow/stream_create.h"
#include "flow/stream_preview.h"
#include "rule/media_type.h"
#include "rule/problem.h"
#include "rule/stream_input.h"
#include "rule/stream_query.h"

#define BODY_MAX_BYTES ((size_t)64 * 1024)

static enum err check_media_type(struct request *request)
{
    const char *type = fcgi_find_param(request->fcgi, "CONTENT_TYPE");
    const char *coding = fcgi_find_param(request->fcgi, "HTTP_CONTENT_ENCODING");

    if (type == NULL || !media_type_is_json(type))
        return errmsg_set(&request->msg, ERR_UNSUPPORTED_MEDIA_TYPE,
                          "the body is not JSON by type");
    if (coding != NULL && strcasecmp(coding, "identity") != 0)
        return errmsg_set(&request->msg, ERR_UNSUPPORTED_MEDIA_TYPE, "the body is encoded");
    return ERR_OK;
}

static enum err read_idempotency_key(struct request *request, const char **ret_key)
{
    size_t count = fcgi_count_param(request->fcgi, "HTTP_IDEMPOTENCY_KEY");

    *ret_key = NULL;
    if (count == 0)
        return ERR_OK;
    if (count > 1)
        return errmsg_set(&request->msg, ERR_INVALID_IDEMPOTENCY_KEY,
                          "Idempotency-Key was sent more than once");
    return idempotency_header_read(request->arena,
                                   fcgi_find_param(request->fcgi, "HTTP_IDEMPOTENCY_KEY"), ret_key,
                                   &request->msg);
}

static void hash_body(struct arena *arena, const struct value *body,
                      unsigned char ret_hash[DIGEST_BYTES])
{
    struct buf canonical;

    buf_init(&canonical, arena);
    json_value_write_canonical(body, &canonical);
    digest_sha256(canonical.text, canonical.len, ret_hash);
}

/* Bytes to a checked input; the orders 2 to 5 of the contract, one after the other. PROBLEMS has
 * those of the query already. */
static enum err read_request(struct endpoint_env *env, struct request *request,
                             struct problem_list *problems, struct stream_create *create)
{
    const struct stream_input_env input_env = {env->zones, http_url_split};
    struct stream_input *input = arena_alloc(request->arena, sizeof *input);
    struct value body;
    const char *text;
    size_t len;
    enum err err = check_media_type(request);

    if (err == ERR_OK)
        err = fcgi_read_body(request->fcgi, request->arena, BODY_MAX_BYTES, &text, &len,
                             &request->msg);
    if (err == ERR_OK)
        err = read_idempotency_key(request, &create->idempotency_key);
    if (err == ERR_OK)
        err = json_read(request->arena, text, len, &body, &request->msg);
    if (err != ERR_OK)
        return err;
    stream_input_read(&input_env, &body, problems, input);
    if (problems->count > 0)
        return errmsg_set(&request->msg, ERR_VALIDATION_FAILED,
                          "%zu problems, the first of code %s", problems->count,
                          problems->first->code); /* their places are the client's words */
    create->input = input;
    if (create->idempotency_key != NULL)
        hash_body(request->arena, &body, create->request_hash);
    return ERR_OK;
}

/* The faults are told if the request came so far that all of them are known. */
static void answer_unread(struct request *request, const struct problem_list *problems)
{
    struct answer_details details = {0};

    if (request->err == ERR_VALIDATION_FAILED)
        details.problems = problems;
    if (request->err == ERR_INVALID_JSON)
        details.message = request->msg.text; /* says what is wrong, and where */
    answer_error(request, &details);
}

/* The answer of a create or dry run that ran, with the headers of its error. */
static void answer_run(struct request *request, const struct stream_create *create,
                       const struct create_answer *answer)
{
    request->step = create->step;
    if (request->err != ERR_OK)
        answer_headers(request, create->retry_after_s);
    answer_body(request, answer->status, answer->body, answer->body_len);
}

static void run_create(struct request *request, struct stream_create *create)
{
    request->err = stream_create_run(create, &request->msg);
    answer_run(request, create, &create->answer);
    if (create->answer.status < 300)
        request_add_header(
            request, "Location",
            arena_printf(request->arena, "/v1/streams/%lld", (long long)create->stream.id));
    if (create->is_replayed)
        request_add_header(request, "Idempotent-Replayed", "true");
}

static void run_preview(struct request *request, struct stream_create *create)
{
    struct stream_preview preview;
    struct create_answer answer;

    request->err = stream_preview_run(create, &preview, &request->msg);
    stream_answer_write_preview(create, &preview, request->err, &answer);
    answer_run(request, create, &answer);
}

enum err stream_post(struct endpoint_env *env, struct request *request)
{
    struct stream_create create = {.flow = &env->flow,
                                   .arena = request->arena,
                                   .caller = request->caller,
                                   .deadline_us = request->deadline_us,
                                   .request_id = request->id,
                                   .phases = &request->phases,
                                   .write_answer = stream_answer_write};
    struct problem_list problems;

    problem_list_init(&problems, request->arena);
    request->step = "read the request";
    /* First of all, so that the log tells a dry run however it ends. */
    stream_query_read(fcgi_find_param(request->fcgi, "QUERY_STRING"), &problems,
                      &request->validate_only);
    request->err = read_request(env, request, &problems, &create);
    if (request->err != ERR_OK)
        answer_unread(request, &problems);
    else if (request->validate_only)
        run_preview(request, &create);
    else
        run_create(request, &create);
    return request->err;
}
