/* Checks of files: configuration, secrets, time zones. */
#include <ctype.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/doctor.h"
#include "admin/finding.h"
#include "admin/host_user.h"
#include "admin/service_unit.h"
#include "admin/session.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/secret.h"
#include "base/zone.h"
#include "edge/tz.h"

#define YEAR_BYTES 4

void doctor_check_configuration(struct doctor *doctor, struct finding *finding)
{
    struct session *session = doctor->session;

    if (session_read_config(session, &finding->message) != ERR_OK) {
        finding->state = FINDING_FAIL;
        finding_advise(finding, "Mend the file; headwater.conf(5) has every option.");
    } else if (session->config->sandbox) {
        finding_set(finding, FINDING_WARN,
                    "%.400s can be read, but sandbox = yes: outside services may be anybody.",
                    session->config_path);
        finding_advise(finding, "Take [headwater] sandbox away; it is for tests and demos.");
    } else {
        finding_set(finding, FINDING_OK, "%.400s is fine.", session->config_path);
    }
}

/* Reads it once as whoever runs this, and forgets it. */
static enum err secret_try(const char *path, struct errmsg *msg)
{
    struct secret secret;
    enum err err = secret_read(path, &secret, msg);

    if (err == ERR_OK)
        secret_clear(&secret);
    return err;
}

/* A file that the service's user cannot read itself: fine, if systemd hands it over. */
static void handed_over_judge(const char *path, struct finding *finding)
{
    if (secret_try(path, &finding->message) == ERR_OK) {
        finding_set(finding, FINDING_OK, "%.400s can be read, and headwater.service hands it over.",
                    path);
    } else if (geteuid() != 0) {
        finding_set(finding, FINDING_SKIPPED,
                    "Not looked at: %.400s is for root, and headwater.service hands it over.",
                    path);
        finding_advise(finding, "Run this as root.");
    } else {
        finding->state = FINDING_FAIL;
    }
}

static void secret_advise(const struct doctor *doctor, const char *path, const char *what,
                          struct finding *finding)
{
    const struct host_user *user = doctor->service_user;
    const struct group *group = user == NULL ? NULL : getgrgid(user->gid);
    struct errmsg ignored;

    if (user != NULL && secret_try(path, &ignored) == ERR_OK) {
        finding_set(finding, FINDING_FAIL, "The service's user %.60s cannot read %.400s.",
                    user->name, path);
        finding_advise(finding,
                       "Run: chgrp %.60s %.120s && chmod 0640 %.120s, and see that %.60s may enter "
                       "its folder; or hand it over with LoadCredential in headwater.service.",
                       group == NULL ? user->name : group->gr_name, path, path, user->name);
        return;
    }
    finding_advise(finding,
                   "Write %s into that file, a line of its own; the service's user must be able "
                   "to read it, and others must not (mode 0640 or stricter).",
                   what);
}

static void secret_check(const struct doctor *doctor, const char *path, const char *what,
                         struct finding *finding)
{
    enum err err;

    host_user_enter(doctor->service_user);
    err = secret_try(path, &finding->message);
    host_user_leave();
    if (err == ERR_OK)
        finding_set(finding, FINDING_OK, "%.400s can be read.", path);
    else if (err == ERR_IO && service_unit_hands_over(doctor->session->arena, path))
        handed_over_judge(path, finding);
    else
        finding->state = FINDING_FAIL;
    if (finding->state == FINDING_FAIL)
        secret_advise(doctor, path, what, finding);
}

void doctor_check_scrapebadger_key(struct doctor *doctor, struct finding *finding)
{
    secret_check(doctor, doctor->session->config->scrapebadger_key_file, "ScrapeBadger's API key",
                 finding);
}

void doctor_check_stripe_key(struct doctor *doctor, struct finding *finding)
{
    secret_check(doctor, doctor->session->config->stripe_key_file, "Stripe's restricted API key",
                 finding);
}

void doctor_check_webhook_secret(struct doctor *doctor, struct finding *finding)
{
    const char *path = doctor->session->config->stripe_webhook_secret_file;

    if (path[0] != '\0') {
        secret_check(doctor, path, "the signing secret of the webhook endpoint", finding);
        return;
    }
    finding_set(finding, FINDING_WARN,
                "No [stripe] webhook_secret_file is set: a subscription that lapses or comes back "
                "is not noticed.");
    finding_advise(finding, "Add the endpoint /v1/stripe/events at Stripe, and write its signing "
                            "secret into a file that the option names.");
}

/* Whole years for which a release of the time zone database is surely out of date: it was made by
 * the end of the year it is named after. */
static int64_t years_since(const char *version)
{
    char now[CLOCK_RFC3339_BYTES];

    clock_write_rfc3339(clock_now_us(), now);
    return strtoll(now, NULL, 10) - strtoll(version, NULL, 10) - 1;
}

static bool is_version(const char *text)
{
    for (size_t i = 0; i < YEAR_BYTES; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return true;
}

void doctor_check_time_zones(struct doctor *doctor, struct finding *finding)
{
    struct session *session = doctor->session;
    const char *version;
    struct zone_list zones;
    enum err err =
        tz_list_read(session->arena, session->config->zoneinfo_dir, &zones, &finding->message);

    if (err == ERR_OK)
        err = tz_version_read(session->arena, session->config->zoneinfo_dir, &version,
                              &finding->message);
    if (err != ERR_OK) {
        finding->state = FINDING_FAIL;
        finding_advise(finding, "Install the package tzdata, or set [headwater] zoneinfo_dir.");
    } else if (!is_version(version)) {
        finding_set(finding, FINDING_WARN,
                    "%zu time zones are known, of which release, tzdata.zi "
                    "does not say.",
                    zones.count);
        finding_advise(finding, "Install the package tzdata anew.");
    } else if (years_since(version) > 0) {
        finding_set(finding, FINDING_WARN,
                    "The time zones are of release %.20s, more than a year old: streams may be due "
                    "an hour off where the rules have changed.",
                    version);
        finding_advise(finding, "Upgrade the package tzdata, then reload headwaterd.");
    } else {
        finding_set(finding, FINDING_OK, "%zu time zones are known, of release %.20s.", zones.count,
                    version);
    }
}
