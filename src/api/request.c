#include "api/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/error_table.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "edge/fcgi.h"

/* A copy on the arena: the log line is written when FastCGI's own parameters are gone. */
static const char *param_or(struct arena *arena, const struct fcgi *fcgi, const char *name,
                            const char *standard)
{
    const char *value = fcgi_find_param(fcgi, name);

    return value == NULL ? standard : arena_text(arena, value, strlen(value));
}

void request_init(struct request *request, struct arena *arena, struct fcgi *fcgi,
                  int64_t deadline_us)
{
    *request = (struct request){
        .arena = arena,
        .fcgi = fcgi,
        .id = param_or(arena, fcgi, "REQUEST_ID", "-"),
        .method = param_or(arena, fcgi, "REQUEST_METHOD", ""),
        .path = param_or(arena, fcgi, "DOCUMENT_URI", ""),
        .started_us = clock_monotonic_us(),
        .deadline_us = deadline_us,
        .step = "accept",
    };
}

void request_add_header(struct request *request, const char *name, const char *value)
{
    struct response *answer = &request->answer;

    if (answer->header_count == REQUEST_HEADER_MAX)
        abort();
    answer->headers[answer->header_count++] = (struct header){name, value};
}

/* The reason phrases of the statuses we use. RFC 9110 section 15. */
static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < HW_COUNT(rows); i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "";
}

bool request_write_answer(struct request *request)
{
    const struct response *answer = &request->answer;
    struct buf bytes;

    phase_begin(&request->phases, PHASE_ANSWER);
    buf_init(&bytes, request->arena);
    buf_printf(&bytes, "Status: %d %s\r\nContent-Type: %s\r\nCache-Control: no-store\r\n",
               answer->status, reason_of(answer->status),
               answer->content_type == NULL ? "application/json" : answer->content_type);
    for (size_t i = 0; i < answer->header_count; i++)
        buf_printf(&bytes, "%s: %s\r\n", answer->headers[i].name, answer->headers[i].value);
    buf_printf(&bytes, "Content-Length: %zu\r\n\r\n", answer->body_len);
    buf_add(&bytes, answer->body, answer->body_len);
    return fcgi_write(request->fcgi, bytes.text, bytes.len);
}

void request_end(struct request *request)
{
    phase_end(&request->phases);
    request->took_us = clock_monotonic_us() - request->started_us;
}

static enum log_level level_of(const struct request *request)
{
    if (request->err != ERR_OK)
        return error_table_get(request->err)->level;
    return request->is_local ? LOG_DEBUG : LOG_INFO;
}

/* How long each phase took: "read_us", "look_up_us" and so on. */
static void log_phases(const struct request *request, struct log_line *line)
{
    char name[32];

    for (enum phase phase = 0; phase < PHASE__MAX; phase++) {
        if (!phase_was_begun(&request->phases, phase))
            continue;
        snprintf(name, sizeof name, "%s_us", phase_text(phase));
        log_line_add_int(line, name, request->phases.us[phase]);
    }
}

void request_log(const struct request *request)
{
    bool failed = request->err != ERR_OK;
    const struct error_row *row = error_table_get(failed ? request->err : ERR_INTERNAL);
    struct log_line line;

    log_line_init(&line, level_of(request), "request");
    log_line_add_text(&line, "requestId", request->id);
    log_line_add_text(&line, "method", request->method);
    log_line_add_text(&line, "route", request->route);
    log_line_add_int(&line, "status", request->answer.status);
    log_line_add_int(&line, "us", request->took_us);
    log_phases(request, &line);
    if (request->key_id[0] != '\0')
        log_line_add_text(&line, "key", request->key_id);
    if (request->caller.team_id != 0)
        log_line_add_int(&line, "team", request->caller.team_id);
    if (request->validate_only)
        log_line_add_bool(&line, "validateOnly", true);
    if (failed) {
        log_line_add_text(&line, "code", row->code);
        log_line_add_text(&line, "while", request->step);
        log_line_add_text(&line, "why", request->msg.text);
    }
    log_line_write(&line);
}
