#include "edge/fcgi.h"

#include <assert.h>
#include <fcgiapp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/fault.h"

/* How long libfcgi waits for the peer to close after the answer; its own default is 2,000 ms. */
#define CLOSE_WAIT_MS "200"

struct fcgi {
    FCGX_Request request;
};

struct fcgi *fcgi_new(void)
{
    struct fcgi *fcgi = calloc(1, sizeof *fcgi);

    setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", CLOSE_WAIT_MS, 1);
    if (fcgi == NULL || FCGX_Init() != 0)
        abort();
    /* With -1 for the listening socket libfcgi can never accept by itself: its accept waits two
     * seconds behind an idle connection and can miss a signal. */
    if (FCGX_InitRequest(&fcgi->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        abort();
    return fcgi;
}

void fcgi_free(struct fcgi *fcgi)
{
    free(fcgi);
}

bool fcgi_begin(struct fcgi *fcgi, int fd)
{
    fcgi->request.ipcFd = fd;
    /* FCGX_Accept_r first finishes the request before, and that closes the descriptor just set
     * unless the connection is marked as kept. */
    fcgi->request.keepConnection = 1;
    if (FCGX_Accept_r(&fcgi->request) < 0)
        return false;
    /* Parameters that break off between two of them count as complete there. */
    if (FCGX_GetError(fcgi->request.in) != 0) {
        FCGX_Free(&fcgi->request, 1);
        return false;
    }
    /* Whatever the peer asked for: a kept connection would pin this worker. */
    fcgi->request.keepConnection = 0;
    return true;
}

const char *fcgi_find_param(const struct fcgi *fcgi, const char *name)
{
    return FCGX_GetParam(name, fcgi->request.envp);
}

size_t fcgi_count_param(const struct fcgi *fcgi, const char *name)
{
    size_t name_len = strlen(name);
    size_t count = 0;

    for (char **param = fcgi->request.envp; *param != NULL; param++)
        if (strncmp(*param, name, name_len) == 0 && (*param)[name_len] == '=')
            count++;
    return count;
}

/* A length written in digits and nothing else. Stops counting beyond MAX: the value is then any
 * number above it. */
static bool length_read(const char *digits, size_t max, size_t *ret_length)
{
    size_t length = 0;

    if (digits[strspn(digits, "0123456789")] != '\0')
        return false;
    for (; *digits != '\0' && length <= max; digits++)
        length = length * 10 + (size_t)(*digits - '0');
    *ret_length = length;
    return true;
}

enum err fcgi_read_body(struct fcgi *fcgi, struct arena *arena, size_t max, const char **ret_body,
                        size_t *ret_len, struct errmsg *msg)
{
    const char *digits = fcgi_find_param(fcgi, "CONTENT_LENGTH");
    bool is_announced = digits != NULL && digits[0] != '\0';
    size_t announced = max;

    assert(max < INT_MAX / 16);
    if (is_announced && !length_read(digits, max, &announced))
        return errmsg_set(msg, ERR_INVALID_JSON, "The content length is not a number.");
    if (announced > max)
        return errmsg_set(msg, ERR_BODY_TOO_LARGE, "The body is longer than %zu bytes.", max);

    /* One byte more than announced is asked for, to see that there is none. */
    char *body = arena_alloc(arena, announced + 2);
    size_t len = (size_t)FCGX_GetStr(body, (int)announced + 1, fcgi->request.in);

    if (len > max)
        return errmsg_set(msg, ERR_BODY_TOO_LARGE, "The body is longer than %zu bytes.", max);
    if (is_announced && len != announced)
        return errmsg_set(msg, ERR_INVALID_JSON,
                          "The body's length differs from the announced %zu bytes.", announced);
    body[len] = '\0';
    *ret_body = body;
    *ret_len = len;
    return ERR_OK;
}

bool fcgi_write(struct fcgi *fcgi, const char *bytes, size_t len)
{
    assert(len <= INT_MAX);
    if (FAULT_POINT("answer", NULL, "before")) {
        shutdown(fcgi->request.ipcFd, SHUT_RDWR);
        return false;
    }
    return FCGX_PutStr(bytes, (int)len, fcgi->request.out) == (int)len;
}

void fcgi_finish(struct fcgi *fcgi)
{
    FCGX_Finish_r(&fcgi->request);
    (void)FAULT_POINT("answer", NULL, "after");
}
