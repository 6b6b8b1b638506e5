#include "api/answer.h"

#include "api/error_table.h"
#include "api/request.h"
#include "base/arena.h"
#include "base/buf.h"
#include "edge/json_write.h"
#include "rule/orphan.h"
#include "rule/problem.h"

static void add_details(struct json_node *error, const struct problem_list *problems)
{
    struct json_node *list = json_node_add_array(error, "details");

    for (const struct problem *problem = problems == NULL ? NULL : problems->first; problem != NULL;
         problem = problem->next) {
        struct json_node *item = json_node_push_object(list);

        if (problem->parameter != NULL)
            json_node_add_text(item, "parameter", problem->parameter);
        else
            json_node_add_text(item, "pointer", problem->pointer);
        json_node_add_text(item, "code", problem->code);
        json_node_add_text(item, "message", problem->message);
    }
}

static void add_orphans(struct json_node *error, const struct orphan *orphans, size_t count)
{
    struct json_node *list = json_node_add_array(error, "orphans");

    for (size_t i = 0; i < count; i++) {
        struct json_node *item = json_node_push_object(list);
        struct json_node *suggestions;

        json_node_add_text(item, "pointer", orphans[i].pointer);
        json_node_add_text(item, "category", orphans[i].category);
        json_node_add_text(item, "label", orphans[i].label);
        suggestions = json_node_add_array(item, "suggestions");
        for (size_t j = 0; j < orphans[i].suggestion_count; j++)
            json_node_push_text(suggestions, orphans[i].suggestions[j]);
    }
}

/* What all the problems are; those of the query stand before those of the body. */
static const char *noun_of(const struct problem_list *problems)
{
    if (problems->first->parameter == NULL)
        return "field";
    return problems->last->parameter == NULL ? "place" : "query parameter";
}

/* "1 field is invalid.", "2 query parameters are invalid." */
static const char *count_invalid(struct arena *arena, const struct problem_list *problems)
{
    return arena_printf(arena, "%zu %s%s invalid.", problems->count, noun_of(problems),
                        problems->count == 1 ? " is" : "s are");
}

static const char *message_of(struct arena *arena, enum err err,
                              const struct answer_details *details)
{
    if (details->message != NULL)
        return details->message;
    if (err == ERR_VALIDATION_FAILED)
        return count_invalid(arena, details->problems);
    return error_table_get(err)->message;
}

void answer_write_error(struct arena *arena, enum err err, const char *request_id,
                        const struct answer_details *details, struct buf *ret_body)
{
    struct json_node *root = json_node_new(arena);
    struct json_node *error = json_node_add_object(root, "error");

    json_node_add_text(error, "code", error_table_get(err)->code);
    json_node_add_text(error, "message", message_of(arena, err, details));
    json_node_add_text(error, "requestId", request_id);
    add_details(error, details->problems);
    if (details->orphan_count > 0)
        add_orphans(error, details->orphans, details->orphan_count);
    json_node_write(root, ret_body);
}

void answer_body(struct request *request, int status, const char *body, size_t body_len)
{
    request->answer.status = status;
    request->answer.body = body;
    request->answer.body_len = body_len;
}

void answer_node(struct request *request, int status, const struct json_node *root)
{
    struct buf body;

    buf_init(&body, request->arena);
    json_node_write(root, &body);
    answer_body(request, status, body.text, body.len);
}

void answer_headers(struct request *request, int64_t retry_after_s)
{
    const struct error_row *row = error_table_get(request->err);
    int64_t pause_s = retry_after_s > 0 ? retry_after_s : row->retry_after_s;

    if (request->err == ERR_UNAUTHORIZED)
        request_add_header(request, "WWW-Authenticate", "Bearer");
    if (row->retry_after_s > 0)
        request_add_header(request, "Retry-After",
                           arena_printf(request->arena, "%lld", (long long)pause_s));
}

void answer_error(struct request *request, const struct answer_details *details)
{
    static const struct answer_details none = {0};
    struct buf body;

    buf_init(&body, request->arena);
    answer_write_error(request->arena, request->err, request->id, details == NULL ? &none : details,
                       &body);
    answer_body(request, error_table_get(request->err)->status, body.text, body.len);
    answer_headers(request, 0);
}
