/*
 * HTTP calls to outside services through libcurl: several at the same time, each until its own
 * deadline, over connections that are kept. Replies are untrusted: bounded, never followed
 * elsewhere, over verified TLS. The host's addresses are checked when they are used, so no name
 * server can lead a call into a private network. Source: libcurl-security(3), libcurl-multi(3).
 */
#ifndef HW_EDGE_HTTP_H
#define HW_EDGE_HTTP_H

#include "base/base.h"

struct arena;
struct http;
struct http_header;
struct http_reply;

struct http_policy {
    bool sandbox;               /* also plain http, and addresses that are not public */
    const char *user_agent;     /* "headwater/1.0" */
    int64_t connect_timeout_ms; /* of name look-up, connect and TLS together */
    size_t body_max_bytes;      /* a longer reply is a failure */
    size_t parallel_max;        /* calls in flight at once; more of them wait their turn */
};

struct http_call {
    const char *url;
    const char *body; /* NULL = GET, else POST of this text */
    const struct http_header *headers;
    size_t header_count;
    int64_t deadline_us; /* monotonic */
};

/* The client of one process. libcurl is not touched before the first call, so a worker that makes
 * none pays nothing. Keeps references to the policy's text. */
struct http *http_new(const struct http_policy *policy);
void http_free(struct http *http);

/* Makes COUNT calls at the same time and returns when each has its reply or its deadline passed.
 * Replies live on ARENA. A call that is out of time before it starts is a timeout.
 *
 * A GET whose kept connection turns out to be dead is sent once more by libcurl; a POST never is.
 *
 * Outside a sandbox every address is judged when it is connected to, and again before a request
 * goes over a kept connection; one bad address spoils the call. Addresses of the host that are
 * neither tried nor used are not judged: nothing goes there. */
void http_run(struct http *http, struct arena *arena, const struct http_call *calls, size_t count,
              struct http_reply *ret_replies);

#endif
