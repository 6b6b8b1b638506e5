/* One request and its answer, from accept to log line. Nothing per-request lives elsewhere. */
#ifndef HW_API_REQUEST_H
#define HW_API_REQUEST_H

#include "base/base.h"
#include "base/err.h"
#include "base/phase.h"
#include "store/caller.h"

struct arena;
struct fcgi;

#define REQUEST_HEADER_MAX 8

struct header {
    const char *name;
    const char *value;
};

struct response {
    int status;
    struct header
        headers[REQUEST_HEADER_MAX]; /* beyond Content-Type, Cache-Control, X-Request-Id */
    size_t header_count;
    const char *content_type; /* NULL = application/json */
    const char *body;
    size_t body_len;
};

struct request {
    struct arena *arena; /* all memory of the request */
    struct fcgi *fcgi;   /* its parameters and body */
    const char *id;      /* nginx's $request_id */
    const char *method;  /* GET, POST, ... */
    const char *path;    /* the URI's path, without query */
    int64_t started_us;  /* monotonic */
    struct phase_times phases;
    int64_t took_us;        /* from started_us to request_end */
    int64_t deadline_us;    /* monotonic; nothing may be begun that cannot end by then */
    const char *route;      /* the matched route's pattern, for the log; NULL if none */
    const char *resource;   /* the variable last part of the path ("42"); NULL if none */
    struct caller caller;   /* who asks; set by auth */
    char key_id[9];         /* the API key's public id, for the log; "" before auth */
    bool validate_only;     /* a dry run, in which nothing is created; for the log */
    bool is_local;          /* asked by the monitoring, again and again: for the log */
    const char *step;       /* what is going on, for the log: "authenticate" */
    enum err err;           /* how it ended */
    struct errmsg msg;      /* why, for the log only */
    struct response answer; /* what goes out */
};

/* Takes the request's line and id from FCGI's parameters; the rest is zero. */
void request_init(struct request *request, struct arena *arena, struct fcgi *fcgi,
                  int64_t deadline_us);

/* Adds a header to the answer; both strings live as long as the request, without control
 * characters. */
void request_add_header(struct request *request, const char *name, const char *value);

/* Writes the answer through FastCGI. False when the peer is gone. */
bool request_write_answer(struct request *request) HW_MUST_CHECK;

/* Stops its clock: the answer is written. */
void request_end(struct request *request);

/* Writes the log line of a finished request: info, or the level that its error has; debug for the
 * monitoring's own. */
void request_log(const struct request *request);

#endif
