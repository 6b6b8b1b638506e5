/* Checks of the outside services, and of the clock. */
#include <inttypes.h>
#include <stdlib.h>

#include "admin/doctor.h"
#include "admin/finding.h"
#include "admin/session.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/secret.h"
#include "edge/http.h"
#include "store/schema.h"

#define CONNECT_TIMEOUT_MS 5000
#define REPLY_MAX_BYTES ((size_t)1024 * 1024)

/* Stripe refuses nothing by our clock, but we refuse its events when they are five minutes off. */
#define CLOCK_MAX_S 60

static struct http *http_get(struct doctor *doctor)
{
    if (doctor->http == NULL)
        doctor->http = http_new(&(struct http_policy){.sandbox = doctor->session->config->sandbox,
                                                      .user_agent = "headwater/" PACKAGE_VERSION,
                                                      .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                                      .body_max_bytes = REPLY_MAX_BYTES,
                                                      .parallel_max = 1});
    return doctor->http;
}

/* What an answer means, and what is to be done. */
static void probe_judge(const struct probe *probe, const char *name, const char *url,
                        const char *key_file, struct finding *finding)
{
    switch (probe->verdict) {
    case PROBE_FINE:
        finding_set(finding, FINDING_OK, "%s answers at %.200s and takes our key.", name, url);
        return;
    case PROBE_SPENT:
        finding_set(finding, FINDING_FAIL, "%s takes our key, and there is no credit left.", name);
        finding_advise(finding, "Buy credits at %s; handles cannot be looked up without.", name);
        return;
    case PROBE_BAD_KEY:
        finding_set(finding, FINDING_FAIL, "%s does not accept the key in %.300s.", name, key_file);
        finding_advise(finding, "Write the right key into that file, then reload headwaterd.");
        return;
    case PROBE_RESTRICTED:
        finding_set(finding, FINDING_FAIL, "%s restricts the key in %.300s.", name, key_file);
        finding_advise(finding, "Give the key the right that headwaterd(8) names under FILES, or "
                                "write another one into that file.");
        return;
    case PROBE_BUSY:
        finding_set(finding, FINDING_WARN,
                    "%s answers with status %ld: it is busy or out of order.", name, probe->status);
        finding_advise(finding, "Try again in a minute; if it stays so, see the service's status "
                                "page.");
        return;
    case PROBE_STRANGE:
        finding_set(finding, FINDING_FAIL,
                    "What answers at %.200s (status %ld) is not %s, or has changed.", url,
                    probe->status, name);
        finding_advise(finding,
                       "Look at its url in the configuration, and for a proxy on the way.");
        return;
    case PROBE_SILENT:
        finding_set(finding, FINDING_FAIL, "%s cannot be reached at %.200s: %.200s.", name, url,
                    probe->why);
        finding_advise(finding, "Look at name service, firewall, proxy and the package "
                                "ca-certificates.");
        return;
    }
}

void doctor_check_scrapebadger(struct doctor *doctor, struct finding *finding)
{
    const struct config *config = doctor->session->config;
    struct probe *probe = &doctor->probes[DOCTOR_SCRAPEBADGER];
    struct secret key;

    if (secret_read(config->scrapebadger_key_file, &key, &finding->message) != ERR_OK) {
        finding->state = FINDING_FAIL;
        return;
    }
    probe_scrapebadger(http_get(doctor), doctor->session->arena, config, &key, probe);
    secret_clear(&key);
    probe_judge(probe, "ScrapeBadger", config->scrapebadger_url, config->scrapebadger_key_file,
                finding);
}

void doctor_check_stripe(struct doctor *doctor, struct finding *finding)
{
    const struct config *config = doctor->session->config;
    struct probe *probe = &doctor->probes[DOCTOR_STRIPE];
    struct secret key;

    if (secret_read(config->stripe_key_file, &key, &finding->message) != ERR_OK) {
        finding->state = FINDING_FAIL;
        return;
    }
    probe_stripe(http_get(doctor), doctor->session->arena, config, &key, probe);
    secret_clear(&key);
    probe_judge(probe, "Stripe", config->stripe_url, config->stripe_key_file, finding);
}

/* ---- the clock ---- */

/* Another clock, as it was when ours showed NOW_US. */
struct other_clock {
    const char *name;
    int64_t now_us;
    int64_t theirs_us; /* 0 = unknown */
};

static int64_t seconds_ahead(const struct other_clock *other)
{
    return other->theirs_us == 0 ? 0 : (other->now_us - other->theirs_us) / CLOCK_S_US;
}

static int64_t database_time(struct doctor *doctor)
{
    struct errmsg ignored;
    int64_t theirs_us = 0;

    if (doctor->session->db == NULL || schema_get_time(doctor->session->db, doctor->session->arena,
                                                       &theirs_us, &ignored) != ERR_OK)
        return 0;
    return theirs_us;
}

/* Compares with all clocks that could be read, and reports the one that is furthest off. */
void doctor_check_clock(struct doctor *doctor, struct finding *finding)
{
    const struct probe *probes = doctor->probes;
    const struct other_clock others[] = {
        {"the database", clock_now_us(), database_time(doctor)},
        {"ScrapeBadger", probes[DOCTOR_SCRAPEBADGER].now_us, probes[DOCTOR_SCRAPEBADGER].date_us},
        {"Stripe", probes[DOCTOR_STRIPE].now_us, probes[DOCTOR_STRIPE].date_us},
    };
    const struct other_clock *worst = &others[0];
    size_t known = 0;

    for (size_t i = 0; i < HW_COUNT(others); i++) {
        known += others[i].theirs_us != 0;
        if (llabs(seconds_ahead(&others[i])) > llabs(seconds_ahead(worst)))
            worst = &others[i];
    }
    if (known == 0) {
        finding_set(finding, FINDING_SKIPPED, "Not looked at: no other clock can be reached.");
    } else if (llabs(seconds_ahead(worst)) > CLOCK_MAX_S) {
        finding_set(finding, FINDING_WARN, "This machine's clock is %lld seconds %s that of %s.",
                    llabs(seconds_ahead(worst)), seconds_ahead(worst) > 0 ? "ahead of" : "behind",
                    worst->name);
        finding_advise(finding, "Synchronise the clocks (systemd-timesyncd, chrony): at five "
                                "minutes, Stripe's events are refused.");
    } else {
        finding_set(finding, FINDING_OK, "This machine's clock agrees with %zu others.", known);
    }
}
