/* A URL cut into the parts that a rule judges. The parser (edge/http.h) fills it, rules read it. */
#ifndef HW_BASE_URL_H
#define HW_BASE_URL_H

#include "base/base.h"

/* NULL or 0 = absent. */
struct url_parts {
    const char *text;   /* the URL as its parser prints it again */
    const char *scheme; /* lower case */
    const char *host;   /* IPv6 in brackets; percent-encoding removed */
    int64_t port;       /* the scheme's own if the URL names none */
    bool has_user;      /* user, password or an empty one: an @ before the host */
    bool has_fragment;  /* a #, with or without text behind it */
};

#endif
