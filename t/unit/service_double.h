/* For tests of the clients in src/remote: a running double of t/sandbox, and its control API. The
 * double is started by a test script, which passes its URL in the environment. */
#ifndef HW_UNIT_SERVICE_DOUBLE_H
#define HW_UNIT_SERVICE_DOUBLE_H

#include "base/base.h"
#include "base/secret.h"

struct arena;
struct http;
struct value;

struct service_double {
    struct arena *arena;
    struct http *http;    /* for the client under test */
    struct http *control; /* for the control API */
    const char *url;
    struct secret key;
};

/* Sets up one test against the double whose URL is in VARIABLE, freshly reset. */
void service_double_init(struct service_double *service, const char *variable, const char *key);
void service_double_clear(struct service_double *service);

/* Monotonic time so many milliseconds from now. */
int64_t service_double_in_ms(int64_t ms);

/* POST of JSON to /__sandbox/PATH; must be accepted. */
void service_double_control(struct service_double *service, const char *path, const char *json);

/* GET of /__sandbox/PATH. */
struct value service_double_read(struct service_double *service, const char *path);

#endif
