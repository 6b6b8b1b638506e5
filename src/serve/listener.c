#include "serve/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/config.h"

/* The first descriptor that systemd hands over: SD_LISTEN_FDS_START of sd_listen_fds(3). */
#define HANDED_OVER_FD 3

/* Bits that a socket of mode 0660 must not have. */
#define SOCKET_UMASK 0117

static bool variable_is(const char *name, long number)
{
    char digits[24];
    const char *value = getenv(name);

    snprintf(digits, sizeof digits, "%ld", number);
    return value != NULL && strcmp(value, digits) == 0;
}

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

/* Takes the socket that systemd opened for us. */
static enum err listener_take(struct listener *listener, struct errmsg *msg)
{
    bool is_one = variable_is("LISTEN_FDS", 1);

    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (!is_one || socket_option(HANDED_OVER_FD, SO_DOMAIN) != AF_UNIX ||
        socket_option(HANDED_OVER_FD, SO_TYPE) != SOCK_STREAM ||
        socket_option(HANDED_OVER_FD, SO_ACCEPTCONN) != 1)
        return errmsg_set(msg, ERR_USAGE,
                          "LISTEN_FDS must hand over exactly one listening unix stream socket.");
    if (fcntl(HANDED_OVER_FD, F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(HANDED_OVER_FD, F_SETFD, FD_CLOEXEC) != 0)
        return errmsg_set(msg, ERR_IO, "Cannot set up the socket of LISTEN_FDS: %s.",
                          strerror(errno));
    listener->fd = HANDED_OVER_FD;
    return ERR_OK;
}

static enum err address_init(struct sockaddr_un *address, const char *path, struct errmsg *msg)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path[0] == '\0' || strlen(path) >= sizeof address->sun_path)
        return errmsg_set(msg, ERR_USAGE,
                          "[server] socket must have 1 to %zu bytes, it has %zu: %.200s",
                          sizeof address->sun_path - 1, strlen(path), path);
    memcpy(address->sun_path, path, strlen(path) + 1);
    return ERR_OK;
}

/* True if no process listens on the socket file. A full queue (EAGAIN) is a living process. */
static bool socket_is_stale(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_refused = fd >= 0 &&
                      connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
                      errno == ECONNREFUSED;

    if (fd >= 0)
        close(fd);
    return is_refused;
}

/* Makes room for our socket: only a dead process's may be removed. */
static enum err path_clear(const struct sockaddr_un *address, struct errmsg *msg)
{
    const char *path = address->sun_path;
    struct stat status;

    if (lstat(path, &status) != 0)
        return ERR_OK; /* Nothing is there, or bind will say what is wrong. */
    if (!S_ISSOCK(status.st_mode))
        return errmsg_set(msg, ERR_USAGE, "%s is in the way: it is not a socket.", path);
    if (!socket_is_stale(address))
        return errmsg_set(msg, ERR_IO, "Another process answers on %s.", path);
    if (unlink(path) != 0)
        return errmsg_set(msg, ERR_IO, "Cannot remove the old %s: %s.", path, strerror(errno));
    return ERR_OK;
}

static enum err path_set_group(const char *path, const char *name, struct errmsg *msg)
{
    if (name[0] == '\0')
        return ERR_OK;

    const struct group *group = getgrnam(name);
    if (group == NULL)
        return errmsg_set(msg, ERR_USAGE, "[server] socket_group: there is no group %s.", name);
    if (chown(path, (uid_t)-1, group->gr_gid) != 0)
        return errmsg_set(msg, ERR_IO, "Cannot give %s to the group %s: %s.", path, name,
                          strerror(errno));
    return ERR_OK;
}

/* Binds without listening: until then nobody can connect, so nobody sees the wrong group. */
static enum err path_bind(int fd, const struct sockaddr_un *address, struct errmsg *msg)
{
    mode_t old = umask(SOCKET_UMASK);
    int result = bind(fd, (const struct sockaddr *)address, sizeof *address);

    umask(old);
    if (result != 0)
        return errmsg_set(msg, ERR_IO, "Cannot bind %s: %s.", address->sun_path, strerror(errno));
    return ERR_OK;
}

/* Remembers which file is ours and what it was made from. */
static void listener_note(struct listener *listener, const struct config *config)
{
    struct stat status;

    snprintf(listener->path, sizeof listener->path, "%s", config->socket_path);
    snprintf(listener->group, sizeof listener->group, "%s", config->socket_group);
    listener->backlog = config->backlog;
    if (lstat(listener->path, &status) == 0) {
        listener->device = status.st_dev;
        listener->file_id = status.st_ino;
    }
}

static enum err listener_bind(struct listener *listener, const struct config *config,
                              struct errmsg *msg)
{
    struct sockaddr_un address;
    enum err err = address_init(&address, config->socket_path, msg);

    if (err == ERR_OK)
        err = path_clear(&address, msg);
    if (err != ERR_OK)
        return err;
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return errmsg_set(msg, ERR_IO, "Cannot make a socket: %s.", strerror(errno));
    err = path_bind(listener->fd, &address, msg);
    if (err != ERR_OK)
        return err;
    listener_note(listener, config);
    err = path_set_group(listener->path, config->socket_group, msg);
    if (err == ERR_OK && listen(listener->fd, (int)config->backlog) != 0)
        err = errmsg_set(msg, ERR_IO, "Cannot listen on %s: %s.", listener->path, strerror(errno));
    return err;
}

enum err listener_init(const struct config *config, struct listener *ret_listener,
                       struct errmsg *msg)
{
    struct listener listener = {.fd = -1};
    bool is_handed_over = variable_is("LISTEN_PID", (long)getpid());
    enum err err =
        is_handed_over ? listener_take(&listener, msg) : listener_bind(&listener, config, msg);

    if (err != ERR_OK) {
        listener_clear(&listener);
        return err;
    }
    *ret_listener = listener;
    return ERR_OK;
}

static bool path_is_ours(const struct listener *listener)
{
    struct stat status;

    return lstat(listener->path, &status) == 0 && status.st_dev == listener->device &&
           status.st_ino == listener->file_id;
}

void listener_clear(struct listener *listener)
{
    if (listener->path[0] != '\0' && path_is_ours(listener))
        unlink(listener->path);
    if (listener->fd >= 0)
        close(listener->fd);
    *listener = (struct listener){.fd = -1};
}

bool listener_check(const struct listener *listener, const struct config *config)
{
    if (listener->path[0] == '\0')
        return true;
    return strcmp(listener->path, config->socket_path) == 0 &&
           strcmp(listener->group, config->socket_group) == 0 &&
           listener->backlog == config->backlog;
}
