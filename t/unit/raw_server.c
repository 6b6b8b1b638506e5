#include "t/unit/raw_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

static pid_t server_pid;
static int server_port;

/* One connection. */
struct peer {
    int fd;
    int nth;            /* request on this connection */
    char request[8192]; /* header and body */
};

static void peer_write(const struct peer *peer, const char *text)
{
    if (send(peer->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        _exit(0);
}

static void peer_answer(const struct peer *peer, const char *status, const char *headers,
                        const char *body)
{
    char head[512];

    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nX-Nth: %d\r\n%sContent-Length: %zu\r\n\r\n", status,
             peer->nth, headers, strlen(body));
    peer_write(peer, head);
    peer_write(peer, body);
}

static void sleep_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static void play_ok(struct peer *peer)
{
    peer_answer(peer, "200 OK", "", "ok");
}

static void play_echo(struct peer *peer)
{
    peer_answer(peer, "200 OK", "", peer->request);
}

static void play_interim(struct peer *peer)
{
    peer_write(peer, "HTTP/1.1 103 Early Hints\r\nX-Interim: yes\r\n\r\n");
    peer_answer(peer, "429 Too Many Requests", "Retry-After: 7\r\nRequest-Id:  req_1 \r\n", "{}");
}

static void play_many_headers(struct peer *peer)
{
    peer_write(peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
    for (int i = 0; i < 100; i++)
        peer_write(peer, "X-More: of the same\r\n");
    peer_write(peer, "\r\n");
}

static void play_endless_headers(struct peer *peer)
{
    peer_write(peer, "HTTP/1.1 200 OK\r\n");
    for (;;)
        peer_write(peer, "X-More: of the same, and it does not end, not soon and not later\r\n");
}

static void play_once(struct peer *peer)
{
    if (peer->nth > 1)
        _exit(0);
    play_ok(peer);
}

static void play_short(struct peer *peer)
{
    peer_write(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok");
    _exit(0);
}

static void play_huge_length(struct peer *peer)
{
    peer_write(peer, "HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n");
    sleep_ms(1000);
}

static void play_huge_chunked(struct peer *peer)
{
    peer_write(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (;;)
        peer_write(peer, "10\r\n0123456789abcdef\r\n");
}

static void play_exactly_4096(struct peer *peer)
{
    static char body[4097];

    memset(body, 'x', 4096);
    peer_answer(peer, "200 OK", "", body);
}

static void play_nonsense(struct peer *peer)
{
    peer_write(peer, "this is no HTTP\r\n\r\n");
    _exit(0);
}

static void play_silent_close(struct peer *peer)
{
    (void)peer;
    _exit(0);
}

static void play_redirect(struct peer *peer)
{
    peer_answer(peer, "302 Found", "Location: /ok\r\n", "");
}

static void play_pause(struct peer *peer)
{
    sleep_ms(100);
    play_ok(peer);
}

static void play_stuck(struct peer *peer)
{
    (void)peer;
    sleep_ms(3000);
    _exit(0);
}

static const struct {
    const char *path;
    void (*play)(struct peer *peer);
} plays[] = {
    {"/ok", play_ok},
    {"/echo", play_echo},
    {"/interim", play_interim},
    {"/many-headers", play_many_headers},
    {"/endless-headers", play_endless_headers},
    {"/once", play_once},
    {"/short", play_short},
    {"/huge-length", play_huge_length},
    {"/huge-chunked", play_huge_chunked},
    {"/exactly-4096", play_exactly_4096},
    {"/nonsense", play_nonsense},
    {"/silent-close", play_silent_close},
    {"/redirect", play_redirect},
    {"/pause", play_pause},
    {"/stuck", play_stuck},
};

/* Bytes of the request once it is whole, 0 before. */
static size_t request_size(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");

    if (end == NULL)
        return 0;
    return (size_t)(end + 4 - text) + (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
}

static void peer_read(struct peer *peer)
{
    size_t len = 0;

    memset(peer->request, 0, sizeof peer->request);
    while (request_size(peer->request) == 0 || len < request_size(peer->request)) {
        ssize_t got = recv(peer->fd, peer->request + len, sizeof peer->request - 1 - len, 0);

        if (got <= 0)
            _exit(0);
        len += (size_t)got;
    }
    peer->nth++;
}

HW_NORETURN static void peer_serve(int fd)
{
    struct peer peer = {.fd = fd};

    for (;;) {
        const char *path;

        peer_read(&peer);
        path = strchr(peer.request, ' ') + 1;
        for (size_t i = 0; i < HW_COUNT(plays); i++)
            if (strncmp(path, plays[i].path, strlen(plays[i].path)) == 0)
                plays[i].play(&peer);
    }
}

HW_NORETURN static void server_run(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0 && fork() == 0)
            peer_serve(fd);
        close(fd);
    }
}

/* A socket bound to a free loopback port. */
static int bound_socket(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        abort();
    *ret_port = ntohs(address.sin_port);
    return fd;
}

void raw_server_start(void)
{
    int listener = bound_socket(&server_port);

    if (listen(listener, 128) != 0)
        abort();
    server_pid = fork();
    if (server_pid < 0)
        abort();
    if (server_pid == 0) {
        setpgid(0, 0);
        server_run(listener);
    }
    setpgid(server_pid, server_pid); /* both sides, so that none is too late */
    close(listener);
}

void raw_server_stop(void)
{
    kill(-server_pid, SIGKILL);
    waitpid(server_pid, NULL, 0);
}

int raw_server_port(void)
{
    return server_port;
}

int raw_server_free_port(void)
{
    int port;

    close(bound_socket(&port));
    return port;
}
