/*
 * The configuration: one struct, one table of options. The table is the only home of an option's
 * section, name, type, bounds and default; the sample file and the manual are held against it.
 */
#ifndef HW_BASE_CONFIG_H
#define HW_BASE_CONFIG_H

#include "base/base.h"
#include "base/err.h"

struct arena;

/* Times that are no options, each longer than what runs inside it: a run holds an idempotency key
 * and a billing lease so long, and keeps so much in hand before it begins a call. */
#define CONFIG_CLAIM_MS 60000
#define CONFIG_LEASE_MS 30000
#define CONFIG_SPARE_MS 1000

struct config {
    /* [headwater] */
    bool sandbox;             /* outside services may be plain http and on private addresses */
    const char *zoneinfo_dir; /* holds tzdata.zi and the zone files */
    const char *log_level;    /* error, warning, info, debug */
    const char *log_file;     /* of headwaterd; empty = its standard error */

    /* [server] */
    const char *socket_path;       /* AF_UNIX, mode 0660; unused when LISTEN_FDS hands some over */
    const char *quick_socket_path; /* likewise; empty = none, all requests come over the other */
    const char *socket_group;      /* group of the sockets, empty = the process's own */
    int64_t worker_count;
    int64_t backlog;
    int64_t max_requests;     /* a worker is replaced after so many, give or take a tenth */
    int64_t deadline_ms;      /* of one request */
    int64_t kill_ms;          /* a worker older than this in one request is killed */
    int64_t drain_ms;         /* how long TERM waits for running requests */
    int64_t breaker_pause_ms; /* an outside service that is silent is left alone so long */

    /* [reconcile] */
    int64_t reconcile_every_s; /* seconds between two passes; 0 = the master runs none */

    /* [database] */
    const char *db_defaults_file; /* my.cnf format */
    const char *db_group;         /* the group read in it */

    /* [scrapebadger] */
    const char *scrapebadger_url;
    const char *scrapebadger_key_file;
    int64_t scrapebadger_deadline_ms; /* of all look-ups of one request */
    int64_t profile_max_age_s;        /* a cached profile is used so long */

    /* [stripe] */
    const char *stripe_url;
    const char *stripe_key_file;
    const char *stripe_version;             /* sent as Stripe-Version */
    const char *stripe_webhook_secret_file; /* empty = no events are taken */
    int64_t stripe_timeout_ms;              /* of one call */
};

enum config_kind {
    CONFIG_TEXT, /* must not be empty */
    CONFIG_TEXT_OR_EMPTY,
    CONFIG_BOOL,
    CONFIG_INT
};

struct config_option {
    const char *section;
    const char *name;
    enum config_kind kind;
    size_t offset;        /* of the field in struct config */
    const char *standard; /* the default, as it would stand in the file */
    int64_t min, max;     /* of an CONFIG_INT */
    const char *help;     /* one sentence */
};

/* All options, in the order of the sample file. */
extern const struct config_option config_options[];
extern const size_t config_option_count;

/* Sets every field to its default. */
void config_init(struct config *config);

/* Sets one option from text; the copy lives on ARENA. ERR_USAGE with a sentence that names the
 * option, what is wrong and what is allowed: unknown section or name, bad boolean (yes/no), bad
 * number or bounds. */
enum err config_set(struct config *config, struct arena *arena, const char *section,
                    const char *name, const char *value, struct errmsg *msg) HW_MUST_CHECK;

/* The value of an option as it would stand in the file; a copy on ARENA, or the text itself. */
const char *config_write_value(const struct config *config, const struct config_option *option,
                               struct arena *arena);

/* Checks what no single option shows: outside services must be https and have a host name, not an
 * address or localhost, unless sandbox = yes (base/service_url.h); deadlines must nest; the log
 * level must be one; files with secrets must have different names. ERR_USAGE. */
enum err config_check(const struct config *config, struct errmsg *msg) HW_MUST_CHECK;

#endif
