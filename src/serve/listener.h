/* The listening socket: handed over by systemd, or bound by ourselves. */
#ifndef HW_SERVE_LISTENER_H
#define HW_SERVE_LISTENER_H

#include "base/base.h"
#include "base/err.h"

struct config;

struct listener {
    int fd;           /* non-blocking, close-on-exec */
    char path[108];   /* of the socket we bound (sun_path of unix(7)); "" if it was handed over */
    char group[64];   /* as configured when it was bound */
    int64_t backlog;  /* likewise */
    uint64_t device;  /* which file the path named when it was bound, */
    uint64_t file_id; /* so that nobody else's is removed */
};

/* Takes the one socket of LISTEN_FDS (sd_listen_fds(3)) if there is one, else binds
 * config->socket_path with mode 0660. A socket file on which nobody answers is replaced.
 * ERR_USAGE for what cannot be used (path too long, unknown group, a file that is no socket, not
 * exactly one stream socket handed over), ERR_IO if another process answers or a call fails. */
enum err listener_init(const struct config *config, struct listener *ret_listener,
                       struct errmsg *msg) HW_MUST_CHECK;

/* Closes it and removes the socket file that it bound. */
void listener_clear(struct listener *listener);

/* False if CONFIG asks for another socket than this one: that takes a restart. */
bool listener_check(const struct listener *listener, const struct config *config) HW_MUST_CHECK;

#endif
