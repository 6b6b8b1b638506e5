#include "t/unit/service_double.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/value.h"
#include "edge/http.h"
#include "edge/http_reply.h"
#include "edge/json_read.h"

/* The client under test gets the service's own bound on replies; the control API may say more. */
#define CLIENT_BODY_BYTES (1024 * 1024)
#define CONTROL_BODY_BYTES (16 * 1024 * 1024)

static struct http *client_new(size_t body_max_bytes)
{
    const struct http_policy policy = {
        .sandbox = true,
        .user_agent = "headwater/test",
        .connect_timeout_ms = 1000,
        .body_max_bytes = body_max_bytes,
        .parallel_max = 64,
    };

    return http_new(&policy);
}

int64_t service_double_in_ms(int64_t ms)
{
    return clock_monotonic_us() + ms * CLOCK_MS_US;
}

static struct http_reply control(struct service_double *service, const char *path, const char *json)
{
    const struct http_call call = {
        .url = arena_printf(service->arena, "%s/__sandbox/%s", service->url, path),
        .body = json,
        .deadline_us = service_double_in_ms(5000),
    };
    struct http_reply reply;

    http_run(service->control, service->arena, &call, 1, &reply);
    if (reply.result == HTTP_OK && reply.status == 200)
        return reply;
    fprintf(stderr, "the double refused %s: %ld %s\n", path, reply.status,
            reply.result == HTTP_OK ? reply.body : reply.why);
    abort();
}

void service_double_control(struct service_double *service, const char *path, const char *json)
{
    control(service, path, json);
}

struct value service_double_read(struct service_double *service, const char *path)
{
    struct http_reply reply = control(service, path, NULL);
    struct value value;
    struct errmsg msg;

    if (json_read(service->arena, reply.body, reply.len, &value, &msg) != ERR_OK)
        abort();
    return value;
}

void service_double_init(struct service_double *service, const char *variable, const char *key)
{
    service->url = getenv(variable);
    if (service->url == NULL) {
        printf("1..0 # SKIP %s is not set: run the test script, not the program\n", variable);
        exit(0);
    }
    service->arena = arena_new();
    service->http = client_new(CLIENT_BODY_BYTES);
    service->control = client_new(CONTROL_BODY_BYTES);
    service->key = (struct secret){{0}};
    memcpy(service->key.text, key, strlen(key));
    service_double_control(service, "reset", "");
}

void service_double_clear(struct service_double *service)
{
    http_free(service->http);
    http_free(service->control);
    arena_free(service->arena);
}
