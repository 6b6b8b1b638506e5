#include "serve/worker.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "api/api.h"
#include "api/api_setup.h"
#include "api/request.h"
#include "api/request_metric.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/scoreboard.h"
#include "edge/fcgi.h"

/* The peer is nginx on this machine, which sends a request only when it has all of it and reads
 * answers at once: a peer that is silent for a second is broken. */
#define PEER_TIMEOUT_S 1

/* Without free descriptors accept fails at once, again and again. */
#define ACCEPT_PAUSE_US (100 * CLOCK_MS_US)

/* An idle worker shows the master so often that it lives. */
#define SIGN_NS (500 * 1000000)

/* Memory is compared so often; the first time sets the baseline. */
#define MEMORY_CHECK_REQUESTS 100

struct worker {
    const struct worker_setup *setup;
    const struct config *config;
    struct arena *arena; /* of the request */
    struct api *api;
    struct fcgi *fcgi;
    sigset_t waiting_mask; /* the blocked signals while waiting for a connection */
    int64_t request_count;
    int64_t request_limit;
    int64_t baseline_pages; /* resident after the first requests; 0 = not yet known */
    bool has_grown;         /* beyond twice the baseline */
    bool is_quick_turn;     /* the quick socket was looked at first, the last time */
};

/* Written by the handler; the one thing that a signal may touch. */
static volatile sig_atomic_t stop_is_asked;

static void signal_stop(int number)
{
    (void)number;
    stop_is_asked = 1;
}

static void signal_ignore(int number)
{
    (void)number;
}

/* Real handlers even for what is ignored: libfcgi puts its own in place of SIG_DFL and SIG_IGN. And
 * no SA_RESTART: a signal must end the wait for a connection. */
static void worker_set_signals(struct worker *worker)
{
    struct sigaction stop = {.sa_handler = signal_stop};
    struct sigaction ignore = {.sa_handler = signal_ignore};

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGUSR1, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigprocmask(SIG_BLOCK, NULL, &worker->waiting_mask);
    sigdelset(&worker->waiting_mask, SIGTERM);
}

/* Ten per cent more or less by process, so that workers started together do not leave together. */
static int64_t request_limit(int64_t max_requests)
{
    return max_requests + max_requests * (getpid() % 21 - 10) / 100;
}

static void worker_init(struct worker *worker, const struct worker_setup *setup)
{
    const struct config *config = setup->api->config;

    *worker = (struct worker){.setup = setup, .config = config};
    worker->request_limit = request_limit(config->max_requests);
    worker_set_signals(worker);
    worker->arena = arena_new();
    worker->api = api_new(setup->api, setup->board);
    worker->fcgi = fcgi_new();
}

static void worker_clear(struct worker *worker)
{
    fcgi_free(worker->fcgi);
    api_free(worker->api);
    arena_free(worker->arena);
}

/* A pending SIGTERM counts as well: while connections are waiting ppoll returns without delivering
 * it, so under load the handler might never run. */
static bool worker_must_stop(void)
{
    sigset_t pending;

    sigpending(&pending);
    return stop_is_asked || sigismember(&pending, SIGTERM) == 1;
}

static bool worker_must_leave(const struct worker *worker)
{
    return worker_must_stop() || worker->request_count >= worker->request_limit ||
           worker->has_grown;
}

/* Waits for a connection; the socket on which one has come in, -1 if none has for a while. Both
 * sockets take turns, so that a flood on one does not starve the other. */
static int worker_wait(struct worker *worker)
{
    const struct timespec pause = {.tv_nsec = SIGN_NS};
    struct pollfd sockets[] = {{.fd = worker->setup->main_fd, .events = POLLIN},
                               {.fd = worker->setup->quick_fd, .events = POLLIN}};

    if (ppoll(sockets, HW_COUNT(sockets), &pause, &worker->waiting_mask) <= 0)
        return -1;
    worker->is_quick_turn = !worker->is_quick_turn;

    const struct pollfd *turn = &sockets[worker->is_quick_turn];
    const struct pollfd *other = &sockets[!worker->is_quick_turn];
    return turn->revents != 0 ? turn->fd : other->fd;
}

/* Takes a connection. -1 if there is none after all: a signal came, or another worker was quicker.
 */
static int worker_accept(struct worker *worker)
{
    struct timeval timeout = {.tv_sec = PEER_TIMEOUT_S};
    int listen_fd = worker_wait(worker);

    if (listen_fd < 0)
        return -1;

    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            log_write(LOG_ERROR, "cannot accept a connection: %s", strerror(errno));
            clock_sleep_us(ACCEPT_PAUSE_US);
        }
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    return fd;
}

/* One request, from the connection to the log line. */
static void worker_serve(struct worker *worker, int fd)
{
    int64_t deadline_us = clock_monotonic_us() + worker->config->deadline_ms * CLOCK_MS_US;
    struct request request;

    if (!fcgi_begin(worker->fcgi, fd)) {
        log_write(LOG_INFO, "a peer sent no complete request");
        return;
    }
    request_init(&request, worker->arena, worker->fcgi, deadline_us);
    score_set_request_id(worker->setup->score, request.id);
    api_run(worker->api, &request);
    if (!request_write_answer(&request))
        log_write(LOG_WARNING, "request %.40s: the peer left before its answer", request.id);
    request_end(&request);
    /* The client has its answer from here on and does not wait for our tidying up. */
    fcgi_finish(worker->fcgi);
    request_metric_add(&request);
    request_log(&request);
    arena_reset(worker->arena);
}

/* Resident pages of this process (proc(5), statm); 0 if they cannot be read. */
static int64_t resident_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long pages = 0;

    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d %lld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages;
}

/* Gives back what a burst has needed, and replaces a worker that leaks before the machine suffers.
 */
static void worker_check_memory(struct worker *worker)
{
    if (worker->request_count % MEMORY_CHECK_REQUESTS != 0)
        return;
    malloc_trim(0);

    int64_t pages = resident_pages();
    if (worker->baseline_pages == 0)
        worker->baseline_pages = pages;
    worker->has_grown = pages > 2 * worker->baseline_pages;
}

static void worker_loop(struct worker *worker)
{
    struct score *score = worker->setup->score;

    score_set_state(score, SCORE_READY);
    while (!worker_must_leave(worker)) {
        int fd = worker_accept(worker);

        if (fd < 0) {
            score_set_state(score, SCORE_READY);
            continue;
        }
        score_set_request_id(score, "");
        score_set_state(score, SCORE_BUSY);
        worker_serve(worker, fd);
        worker->request_count++;
        score_add_request(score);
        worker_check_memory(worker);
        score_set_state(score, SCORE_READY);
    }
    score_set_state(score, SCORE_LEAVING);
}

int worker_run(const struct worker_setup *setup)
{
    struct worker worker;

    score_set_pid(setup->score, getpid());
    /* The master may have died before the kernel was asked to tell us. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != setup->master_pid)
        return EXIT_FAILURE;
    worker_init(&worker, setup);
    worker_loop(&worker);
    if (worker.has_grown)
        log_write(LOG_WARNING, "leaving after %lld requests: memory has doubled",
                  (long long)worker.request_count);
    worker_clear(&worker);
    return EXIT_SUCCESS;
}
