/* One listening socket: handed over to us, or bound by ourselves. */
#ifndef HW_SERVE_LISTENER_H
#define HW_SERVE_LISTENER_H

#include "base/base.h"
#include "base/err.h"

struct config;

struct listener {
    int fd;              /* non-blocking, close-on-exec; -1 = none */
    bool is_handed_over; /* by systemd: whether there is one, and where, is not up to us */
    char path[108];      /* of the socket we bound (sun_path of unix(7)); "" if none */
    char group[64];      /* as configured when it was bound */
    int64_t backlog;     /* likewise */
    uint64_t device;     /* which file the path named when it was bound, */
    uint64_t file_id;    /* so that nobody else's is removed */
};

/* No listener: closed, with no file. */
#define LISTENER_NONE ((struct listener){.fd = -1})

/* Binds PATH with mode 0660 and config->socket_group; no listener if PATH is empty. A socket file
 * on which nobody answers is replaced. ERR_USAGE for what cannot be used (path too long, unknown
 * group, a file that is no socket), ERR_IO if another process answers or a call fails. */
enum err listener_bind(const struct config *config, const char *path, struct listener *ret_listener,
                       struct errmsg *msg) HW_MUST_CHECK;

/* Takes a descriptor that was handed over; no listener if it is -1. ERR_USAGE unless it is a
 * listening unix stream socket, ERR_IO if a call fails. */
enum err listener_take(int fd, struct listener *ret_listener, struct errmsg *msg) HW_MUST_CHECK;

/* Closes it and removes the socket file that it bound. */
void listener_clear(struct listener *listener);

/* False if CONFIG, with PATH, asks for another socket than this one: that takes a restart. */
bool listener_check(const struct listener *listener, const struct config *config,
                    const char *path) HW_MUST_CHECK;

#endif
