#include "serve/sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"

/* The first descriptor that systemd hands over: SD_LISTEN_FDS_START of sd_listen_fds(3). */
#define HANDED_OVER_FD 3

static bool variable_is(const char *name, long number)
{
    char digits[24];
    const char *value = getenv(name);

    snprintf(digits, sizeof digits, "%ld", number);
    return value != NULL && strcmp(value, digits) == 0;
}

/* True if NAMES, divided by colons, has one of the quick socket's names at INDEX. */
static bool name_is_quick(const char *names, size_t index)
{
    static const char *const quick[] = {"quick", "headwater-quick.socket"};

    for (; index > 0 && names != NULL; index--) {
        names = strchr(names, ':');
        names = names == NULL ? NULL : names + 1;
    }
    for (size_t i = 0; i < HW_COUNT(quick) && names != NULL; i++)
        if (strcspn(names, ":") == strlen(quick[i]) &&
            strncmp(names, quick[i], strlen(quick[i])) == 0)
            return true;
    return false;
}

/* Which of the descriptors handed over is which; -1 for a quick one that is not there. */
static enum err handed_over_read(int *ret_main, int *ret_quick, struct errmsg *msg)
{
    const char *names = getenv("LISTEN_FDNAMES");
    bool has_names = names != NULL && names[0] != '\0';
    bool first_is_quick = name_is_quick(names, 0);
    bool has_two = variable_is("LISTEN_FDS", 2);

    if (!has_two && !variable_is("LISTEN_FDS", 1))
        return errmsg_set(msg, ERR_USAGE, "LISTEN_FDS must hand over one socket or two.");
    if (!has_two && first_is_quick)
        return errmsg_set(msg, ERR_USAGE, "LISTEN_FDS hands over the quick socket alone.");
    if (has_two && has_names && first_is_quick == name_is_quick(names, 1))
        return errmsg_set(msg, ERR_USAGE,
                          "LISTEN_FDNAMES must name one of two sockets quick, and one otherwise.");
    *ret_main = HANDED_OVER_FD + first_is_quick;
    *ret_quick = has_two ? HANDED_OVER_FD + !first_is_quick : -1;
    return ERR_OK;
}

static enum err sockets_take(struct sockets *sockets, struct errmsg *msg)
{
    int main_fd = -1;
    int quick_fd = -1;
    enum err err = handed_over_read(&main_fd, &quick_fd, msg);

    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (err == ERR_OK)
        err = listener_take(main_fd, &sockets->main, msg);
    if (err == ERR_OK)
        err = listener_take(quick_fd, &sockets->quick, msg);
    return err;
}

static enum err sockets_bind(struct sockets *sockets, const struct config *config,
                             struct errmsg *msg)
{
    enum err err = listener_bind(config, config->socket_path, &sockets->main, msg);

    if (err == ERR_OK)
        err = listener_bind(config, config->quick_socket_path, &sockets->quick, msg);
    return err;
}

enum err sockets_init(const struct config *config, struct sockets *ret_sockets, struct errmsg *msg)
{
    struct sockets sockets = {.main = LISTENER_NONE, .quick = LISTENER_NONE};
    bool are_handed_over = variable_is("LISTEN_PID", (long)getpid());
    enum err err =
        are_handed_over ? sockets_take(&sockets, msg) : sockets_bind(&sockets, config, msg);

    if (err != ERR_OK) {
        sockets_clear(&sockets);
        return err;
    }
    *ret_sockets = sockets;
    return ERR_OK;
}

void sockets_clear(struct sockets *sockets)
{
    listener_clear(&sockets->main);
    listener_clear(&sockets->quick);
}

bool sockets_check(const struct sockets *sockets, const struct config *config)
{
    return listener_check(&sockets->main, config, config->socket_path) &&
           listener_check(&sockets->quick, config, config->quick_socket_path);
}

bool sockets_have_quick(const struct sockets *sockets)
{
    return sockets->quick.fd >= 0;
}
