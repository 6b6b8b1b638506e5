/*
 * Cutting a URL with libcurl's own parser, so that who checks it and who will fetch it read it
 * alike. Source: libcurl-url(3).
 */
#ifndef HW_EDGE_HTTP_URL_H
#define HW_EDGE_HTTP_URL_H

#include "base/base.h"

struct arena;
struct url_parts;

/* Cuts an absolute URL. False for what the parser refuses, and for what it would quietly mend: a
 * missing scheme, fewer or more than two slashes before the host. Parts live on ARENA. */
bool http_url_split(struct arena *arena, const char *text, struct url_parts *ret_parts);

#endif
