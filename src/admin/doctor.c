#include "admin/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/finding.h"
#include "admin/host_user.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/progress_line.h"
#include "admin/session.h"
#include "base/arena.h"
#include "base/progress.h"
#include "base/text.h"
#include "edge/http.h"

#define WEB_USER_STANDARD "www-data"
#define SERVICE_USER_STANDARD "headwater"

#define MARGIN 25 /* before a remedy */

/* The checks by name. A check may come behind another that must not have failed. */
enum check_id {
    CHECK_CONFIGURATION,
    CHECK_SCRAPEBADGER_KEY,
    CHECK_STRIPE_KEY,
    CHECK_WEBHOOK_SECRET,
    CHECK_TIME_ZONES,
    CHECK_DATABASE,
    CHECK_SCHEMA,
    CHECK_CHARSET,
    CHECK_ISOLATION,
    CHECK_RIGHTS,
    CHECK_RECONCILER,
    CHECK_SOCKET,
    CHECK_QUICK_SOCKET,
    CHECK_SCRAPEBADGER,
    CHECK_STRIPE,
    CHECK_CLOCK,
    CHECK_DATABASE_DISK,
    CHECK_LOG_DISK,
    CHECK__MAX
};

struct check {
    const char *name;
    enum check_id behind; /* itself: behind none */
    void (*run)(struct doctor *doctor, struct finding *finding);
    bool is_service; /* root looks as the service's user does */
};

static const struct check checks[CHECK__MAX] = {
    [CHECK_CONFIGURATION] = {"configuration", CHECK_CONFIGURATION, doctor_check_configuration,
                             true},
    [CHECK_SCRAPEBADGER_KEY] = {"scrapebadger key", CHECK_CONFIGURATION,
                                doctor_check_scrapebadger_key, false},
    [CHECK_STRIPE_KEY] = {"stripe key", CHECK_CONFIGURATION, doctor_check_stripe_key, false},
    [CHECK_WEBHOOK_SECRET] = {"webhook secret", CHECK_CONFIGURATION, doctor_check_webhook_secret,
                              false},
    [CHECK_TIME_ZONES] = {"time zones", CHECK_CONFIGURATION, doctor_check_time_zones, true},
    [CHECK_DATABASE] = {"database", CHECK_CONFIGURATION, doctor_check_database, true},
    [CHECK_SCHEMA] = {"schema", CHECK_DATABASE, doctor_check_schema, true},
    [CHECK_CHARSET] = {"charset", CHECK_DATABASE, doctor_check_charset, true},
    [CHECK_ISOLATION] = {"isolation", CHECK_DATABASE, doctor_check_isolation, true},
    [CHECK_RIGHTS] = {"rights", CHECK_SCHEMA, doctor_check_rights, true},
    [CHECK_RECONCILER] = {"reconciler", CHECK_SCHEMA, doctor_check_reconciler, true},
    [CHECK_SOCKET] = {"socket", CHECK_CONFIGURATION, doctor_check_socket, false},
    [CHECK_QUICK_SOCKET] = {"quick socket", CHECK_CONFIGURATION, doctor_check_quick_socket, false},
    [CHECK_SCRAPEBADGER] = {"scrapebadger", CHECK_SCRAPEBADGER_KEY, doctor_check_scrapebadger,
                            false},
    [CHECK_STRIPE] = {"stripe", CHECK_STRIPE_KEY, doctor_check_stripe, false},
    [CHECK_CLOCK] = {"clock", CHECK_CONFIGURATION, doctor_check_clock, false},
    [CHECK_DATABASE_DISK] = {"database disk", CHECK_DATABASE, doctor_check_database_disk, false},
    [CHECK_LOG_DISK] = {"log disk", CHECK_CONFIGURATION, doctor_check_log_disk, false},
};

static const struct output_column columns[] = {
    {.member = "name", .title = "CHECK"},
    {.member = "state", .title = "STATE"},
    {.member = "message", .title = "MESSAGE"},
    {.member = "remedy", .title = "REMEDY"},
};

_Static_assert(CHECK__MAX <= HW_COUNT(((struct doctor *)NULL)->has_failed), "room for all checks");

static void check_look(struct doctor *doctor, const struct check *check, struct finding *finding)
{
    if (check->is_service)
        host_user_enter(doctor->service_user);
    check->run(doctor, finding);
    host_user_leave();
}

/* What hangs on a check that failed, or was not looked at itself, is not looked at. */
static void check_run(struct doctor *doctor, enum check_id id, struct finding *finding)
{
    const struct check *check = &checks[id];

    *finding = (struct finding){0};
    if (check->behind != id && doctor->has_failed[check->behind])
        finding_set(finding, FINDING_SKIPPED, "Not looked at: \"%s\" comes first.",
                    checks[check->behind].name);
    else
        check_look(doctor, check, finding);
    doctor->has_failed[id] = finding->state == FINDING_FAIL || finding->state == FINDING_SKIPPED;
}

/* At once: some checks wait for outside services. */
static void finding_print(const struct check *check, const struct finding *finding)
{
    printf("%-16s  %-5s  %s\n", check->name, finding_state_mark(finding->state),
           finding->message.text);
    if (finding->remedy.text[0] != '\0')
        printf("%*s%s\n", MARGIN, "", finding->remedy.text);
    fflush(stdout);
}

static void findings_write_json(struct arena *arena, const struct finding *findings)
{
    struct output output;

    output_init(&output, arena, columns, HW_COUNT(columns));
    for (size_t i = 0; i < CHECK__MAX; i++) {
        const char *message = findings[i].message.text;
        const char *remedy = findings[i].remedy.text;

        output_add_text(&output, checks[i].name);
        output_add_text(&output, finding_state_text(findings[i].state));
        output_add_text(&output, text_is_utf8(message, strlen(message))
                                     ? message
                                     : "It cannot be told in UTF-8; see the text without --json.");
        output_add_text(&output, remedy[0] == '\0' ? NULL : remedy);
    }
    output_write_list(&output, "checks", true);
}

/* Whom headwaterd runs as: who is named, else the user that the package makes. Only root can take
 * another's place. */
static enum err service_user_find(struct session *session, const struct host_user **ret_user,
                                  struct errmsg *msg)
{
    const char *name = session->options->text[OPTION_SERVICE_USER];
    struct host_user *user = arena_alloc(session->arena, sizeof *user);
    bool found = host_user_find(name == NULL ? SERVICE_USER_STANDARD : name, user);

    *ret_user = NULL;
    if (name != NULL && !found)
        return errmsg_set(msg, ERR_USAGE,
                          "There is no user %.60s; name the one that headwaterd runs as with "
                          "--service-user.",
                          name);
    if (name != NULL && geteuid() != 0 && geteuid() != user->uid)
        return errmsg_set(msg, ERR_USAGE, "Only root may look as %.60s does; run this as root.",
                          name);
    if (!found || geteuid() != 0)
        return ERR_OK;
    if (!host_user_can_enter(user))
        return errmsg_set(msg, ERR_IO,
                          "This root may not take the place of the user %.60s; say "
                          "--service-user root to look as root does.",
                          user->name);
    *ret_user = user;
    return ERR_OK;
}

static enum err doctor_run(struct session *session, struct errmsg *msg)
{
    const char *web_user = session->options->text[OPTION_WEB_USER];
    bool json = options_has(session->options, OPTION_JSON);
    struct doctor doctor = {.session = session,
                            .web_user = web_user == NULL ? WEB_USER_STANDARD : web_user};
    struct finding findings[CHECK__MAX];
    enum err err = service_user_find(session, &doctor.service_user, msg);

    if (err != ERR_OK)
        return err;
    if (json)
        progress_line_begin();
    for (unsigned i = 0; i < CHECK__MAX; i++) {
        progress_note(checks[i].name, i, CHECK__MAX);
        check_run(&doctor, (enum check_id)i, &findings[i]);
        if (findings[i].state == FINDING_FAIL)
            session->exit_code = EXIT_FAILURE;
        if (!json)
            finding_print(&checks[i], &findings[i]);
    }
    progress_line_end();
    http_free(doctor.http);
    if (json)
        findings_write_json(session->arena, findings);
    return ERR_OK;
}

static const struct command commands[] = {
    {"doctor", NULL, NULL, 0, OPTION_BIT(OPTION_WEB_USER) | OPTION_BIT(OPTION_SERVICE_USER),
     "Look at all the service needs, and say what to mend: configuration, secrets, time zones,\n"
     "      database, sockets, outside services, clock, disks, reconciler. Changes nothing, and\n"
     "      headwaterd need not run. Run it as root: it then looks at files and database as\n"
     "      --service-user does, as whom headwaterd runs (default: " SERVICE_USER_STANDARD
     ", if there is\n"
     "      such a user). --web-user is the web server's (default: " WEB_USER_STANDARD "). Exit\n"
     "      code 1 if something has failed.",
     doctor_run},
};

const struct command_list doctor_commands = {commands, HW_COUNT(commands)};
