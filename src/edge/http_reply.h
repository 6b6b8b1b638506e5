/* What came back from an HTTP call, and the reading of its header. Source: RFC 9112. */
#ifndef HW_EDGE_HTTP_REPLY_H
#define HW_EDGE_HTTP_REPLY_H

#include "base/base.h"

struct arena;

/* More headers than this, and longer lines, are dropped. */
#define HTTP_REPLY_HEADER_MAX 64
#define HTTP_REPLY_LINE_BYTES 1024

struct http_header {
    const char *name;
    const char *value;
};

enum http_result {
    HTTP_FAILED,          /* no connection, a broken one, or a reply that breaks HTTP or a bound */
    HTTP_TIMEOUT,         /* the deadline passed first */
    HTTP_REFUSED_ADDRESS, /* the host has an address that is not public; never in a sandbox */
    HTTP_OK               /* a whole reply with whatever status */
};

struct http_reply {
    enum http_result result;
    const char *why;  /* NULL with HTTP_OK, else one sentence for the log, without secrets */
    bool may_be_sent; /* false: surely no byte of the request left */
    long status;      /* this and all below with HTTP_OK only */
    const char *body; /* NUL-terminated */
    size_t len;
    struct http_header *headers;
    size_t header_count;
    int64_t retry_after_s; /* of the header in either form; 0 if absent or past */
};

/* Reads one whole line of the reply's header. A status line begins it anew: what stood before
 * belonged to an interim reply (1xx). Name and value are copied to ARENA. */
void http_reply_read_line(struct http_reply *reply, struct arena *arena, const char *line,
                          size_t len);

/* The value of a header (the first of that name, in any letter case), or NULL. */
const char *http_reply_find_header(const struct http_reply *reply, const char *name);

#endif
