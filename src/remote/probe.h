/* Asking an outside service whether it is there and takes our key, without any effect or cost. */
#ifndef HW_REMOTE_PROBE_H
#define HW_REMOTE_PROBE_H

#include "base/base.h"

struct arena;
struct config;
struct http;
struct secret;

enum probe_verdict {
    PROBE_FINE,       /* it took the key */
    PROBE_SPENT,      /* it took the key, and there is no credit left */
    PROBE_BAD_KEY,    /* it does not know the key */
    PROBE_RESTRICTED, /* the key may not do what the service needs */
    PROBE_BUSY,       /* it limits us, or is out of order: of the key nothing is known */
    PROBE_STRANGE,    /* something answers, but not as this service does */
    PROBE_SILENT      /* no connection, no TLS, or no answer in time */
};

struct probe {
    enum probe_verdict verdict;
    long status;     /* HTTP; 0 without an answer */
    const char *why; /* one sentence about a call that brought no answer; NULL if it did */
    int64_t date_us; /* the service's own clock, to the second (header Date); 0 if unknown */
    int64_t now_us;  /* this machine's, at the same time */
};

/* Asks for the balance of the account, which costs no credit. Source: docs.scrapebadger.com,
 * account/me. */
void probe_scrapebadger(struct http *http, struct arena *arena, const struct config *config,
                        const struct secret *key, struct probe *ret_probe);

/* Sets the quantity of a subscription item that cannot be there: a key that may only read is
 * refused, and "no such item" is the right answer. Source: docs.stripe.com/api/errors,
 * docs.stripe.com/keys. */
void probe_stripe(struct http *http, struct arena *arena, const struct config *config,
                  const struct secret *key, struct probe *ret_probe);

#endif
