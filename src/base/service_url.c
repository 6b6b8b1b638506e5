#include "base/service_url.h"

#include <string.h>
#include <strings.h>

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
#define URL_BYTES NAME_BYTES "[]:/_~%!$&'()*+,;="

#define HOST_MAX 253

/* The text behind PREFIX, or NULL if it does not begin so. */
static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* True if the last label looks like a number: then resolvers read the whole as an IPv4 address,
 * be it 127.0.0.1, 127.1, 2130706433 or 0x7f.1. */
static bool is_numeric(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *label = dot == NULL ? host : dot + 1;

    return strspn(label, "0123456789") == strlen(label) || strncasecmp(label, "0x", 2) == 0;
}

static bool is_localhost(const char *host)
{
    static const char name[] = "localhost";
    size_t len = strlen(host);
    size_t tail = sizeof name - 1;

    if (len < tail || strcasecmp(host + len - tail, name) != 0)
        return false;
    return len == tail || host[len - tail - 1] == '.';
}

/* What is wrong with the host of a real service. AUTHORITY goes on with a port or a path. */
static const char *host_fault(const char *authority)
{
    char host[HOST_MAX + 1];
    size_t len = strspn(authority, NAME_BYTES);

    if (authority[len] == '[')
        return "must not name an IP address unless sandbox = yes";
    if (len > HOST_MAX || memchr(":/", authority[len], 3) == NULL)
        return "must have a host name of letters, digits, dots and hyphens";
    /* A dot at the end means the same name. */
    if (len > 1 && authority[len - 1] == '.')
        len--;
    memcpy(host, authority, len);
    host[len] = '\0';
    if (is_numeric(host))
        return "must not name an IP address unless sandbox = yes";
    if (is_localhost(host))
        return "must not name localhost unless sandbox = yes";
    return NULL;
}

const char *service_url_fault(const char *url, bool sandbox)
{
    const char *authority = behind(url, "https://");

    if (authority == NULL && sandbox)
        authority = behind(url, "http://");
    if (authority == NULL)
        return sandbox ? "must begin with https:// or http://"
                       : "must begin with https:// (http:// only with sandbox = yes)";
    if (authority[0] == '\0' || strchr(":/", authority[0]) != NULL)
        return "must name a host";
    if (strchr(authority, '@') != NULL)
        return "must not hold a user name or password";
    if (strspn(authority, URL_BYTES) != strlen(authority))
        return "must be host, port and path alone: no query, no fragment, no spaces";
    if (authority[strlen(authority) - 1] == '/')
        return "must not end with a slash";
    return sandbox ? NULL : host_fault(authority);
}
