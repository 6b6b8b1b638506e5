/*
 * One FastCGI request at a time over a connection that our own loop accepted (libfcgi never listens
 * or accepts: see the traps in edge/fcgi.c). Source: FastCGI specification 1.0.
 */
#ifndef HW_EDGE_FCGI_H
#define HW_EDGE_FCGI_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct fcgi;

/* Prepares libfcgi for this process. Signal handlers must be installed before. */
struct fcgi *fcgi_new(void);
void fcgi_free(struct fcgi *fcgi);

/* Takes over connection FD (always closed in the end) and reads the request's parameters. False for
 * a peer that is broken or too slow: nothing to answer. */
bool fcgi_begin(struct fcgi *fcgi, int fd) HW_MUST_CHECK;

/* A parameter, or NULL; lives until fcgi_finish. */
const char *fcgi_find_param(const struct fcgi *fcgi, const char *name);

/* How many times the parameter was sent: nginx passes a repeated header twice. */
size_t fcgi_count_param(const struct fcgi *fcgi, const char *name);

/* Reads the body, at most MAX bytes. ERR_BODY_TOO_LARGE if it is longer (by CONTENT_LENGTH or in
 * truth), ERR_INVALID_JSON if it ends before CONTENT_LENGTH. */
enum err fcgi_read_body(struct fcgi *fcgi, struct arena *arena, size_t max, const char **ret_body,
                        size_t *ret_len, struct errmsg *msg) HW_MUST_CHECK;

/* Writes bytes of the answer (CGI headers, blank line, body). False when the peer is gone. */
bool fcgi_write(struct fcgi *fcgi, const char *bytes, size_t len) HW_MUST_CHECK;

/* Ends the request and closes the connection. */
void fcgi_finish(struct fcgi *fcgi);

#endif
