#include "serve/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/config.h"

/* Bits that a socket of mode 0660 must not have. */
#define SOCKET_UMASK 0117

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

enum err listener_take(int fd, struct listener *ret_listener, struct errmsg *msg)
{
    struct listener listener = {.fd = fd, .is_handed_over = true};

    if (fd >= 0 &&
        (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_STREAM ||
         socket_option(fd, SO_ACCEPTCONN) != 1))
        return errmsg_set(msg, ERR_USAGE,
                          "LISTEN_FDS must hand over listening unix stream sockets only.");
    if (fd >= 0 && (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0))
        return errmsg_set(msg, ERR_IO, "Cannot set up a socket of LISTEN_FDS: %s.",
                          strerror(errno));
    *ret_listener = listener;
    return ERR_OK;
}

static enum err address_init(struct sockaddr_un *address, const char *path, struct errmsg *msg)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path)
        return errmsg_set(msg, ERR_USAGE,
                          "The path of a socket must have at most %zu bytes, this has %zu: %.200s",
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
static void listener_note(struct listener *listener, const struct config *config, const char *path)
{
    struct stat status;

    snprintf(listener->path, sizeof listener->path, "%s", path);
    snprintf(listener->group, sizeof listener->group, "%s", config->socket_group);
    listener->backlog = config->backlog;
    if (path[0] != '\0' && lstat(path, &status) == 0) {
        listener->device = status.st_dev;
        listener->file_id = status.st_ino;
    }
}

static enum err path_listen(struct listener *listener, const struct config *config,
                            const char *path, struct errmsg *msg)
{
    struct sockaddr_un address;
    enum err err = address_init(&address, path, msg);

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
    listener_note(listener, config, path);
    err = path_set_group(path, config->socket_group, msg);
    if (err == ERR_OK && listen(listener->fd, (int)config->backlog) != 0)
        err = errmsg_set(msg, ERR_IO, "Cannot listen on %s: %s.", path, strerror(errno));
    return err;
}

enum err listener_bind(const struct config *config, const char *path, struct listener *ret_listener,
                       struct errmsg *msg)
{
    struct listener listener = LISTENER_NONE;
    enum err err = ERR_OK;

    if (path[0] == '\0')
        listener_note(&listener, config, path);
    else
        err = path_listen(&listener, config, path, msg);
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
    *listener = LISTENER_NONE;
}

bool listener_check(const struct listener *listener, const struct config *config, const char *path)
{
    if (listener->is_handed_over)
        return true;
    return strcmp(listener->path, path) == 0 &&
           strcmp(listener->group, config->socket_group) == 0 &&
           listener->backlog == config->backlog;
}
