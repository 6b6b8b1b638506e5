/*
 * The two sockets on which requests come in: the main one for creates, which may call outside
 * services, and the quick one for everything else, so that some workers can be kept for it
 * (rule/bulkhead.h). Without a quick one everything comes over the main one.
 */
#ifndef HW_SERVE_SOCKETS_H
#define HW_SERVE_SOCKETS_H

#include "base/base.h"
#include "base/err.h"
#include "serve/listener.h"

struct config;

struct sockets {
    struct listener main;
    struct listener quick;
};

/* Takes the sockets of LISTEN_FDS if they are for this process, else binds those of CONFIG. Of two
 * that are handed over, the quick one is named so in LISTEN_FDNAMES ("quick" or
 * "headwater-quick.socket"); without names it is the second. ERR_USAGE, ERR_IO.
 * Source: sd_listen_fds(3). */
enum err sockets_init(const struct config *config, struct sockets *ret_sockets,
                      struct errmsg *msg) HW_MUST_CHECK;

/* Closes both and removes the socket files that were bound. */
void sockets_clear(struct sockets *sockets);

/* False if CONFIG asks for other sockets than these: that takes a restart. */
bool sockets_check(const struct sockets *sockets, const struct config *config) HW_MUST_CHECK;

/* True if quick requests have a socket of their own. */
bool sockets_have_quick(const struct sockets *sockets);

#endif
