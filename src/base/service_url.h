/*
 * The base URL of an outside service, judged by its text alone. What its name resolves to is judged
 * when a connection is made (edge/http.h).
 */
#ifndef HW_BASE_SERVICE_URL_H
#define HW_BASE_SERVICE_URL_H

#include "base/base.h"

/* What is wrong with the URL, as the end of a sentence ("must begin with https://"), or NULL. A
 * path may be given, but no slash at the end: paths are appended. With SANDBOX http:// and any
 * host will do; without, it is https:// and a host name, neither localhost nor an IP address in
 * whatever notation. */
const char *service_url_fault(const char *url, bool sandbox);

#endif
