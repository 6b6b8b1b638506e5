#include "admin/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/command.h"
#include "admin/finding.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "base/text.h"
#include "edge/http.h"

#define WEB_USER_STANDARD "www-data"

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
};

static const struct check checks[CHECK__MAX] = {
    [CHECK_CONFIGURATION] = {"configuration", CHECK_CONFIGURATION, doctor_check_configuration},
    [CHECK_SCRAPEBADGER_KEY] = {"scrapebadger key", CHECK_CONFIGURATION,
                                doctor_check_scrapebadger_key},
    [CHECK_STRIPE_KEY] = {"stripe key", CHECK_CONFIGURATION, doctor_check_stripe_key},
    [CHECK_WEBHOOK_SECRET] = {"webhook secret", CHECK_CONFIGURATION, doctor_check_webhook_secret},
    [CHECK_TIME_ZONES] = {"time zones", CHECK_CONFIGURATION, doctor_check_time_zones},
    [CHECK_DATABASE] = {"database", CHECK_CONFIGURATION, doctor_check_database},
    [CHECK_SCHEMA] = {"schema", CHECK_DATABASE, doctor_check_schema},
    [CHECK_CHARSET] = {"charset", CHECK_DATABASE, doctor_check_charset},
    [CHECK_ISOLATION] = {"isolation", CHECK_DATABASE, doctor_check_isolation},
    [CHECK_RIGHTS] = {"rights", CHECK_DATABASE, doctor_check_rights},
    [CHECK_RECONCILER] = {"reconciler", CHECK_SCHEMA, doctor_check_reconciler},
    [CHECK_SOCKET] = {"socket", CHECK_CONFIGURATION, doctor_check_socket},
    [CHECK_QUICK_SOCKET] = {"quick socket", CHECK_CONFIGURATION, doctor_check_quick_socket},
    [CHECK_SCRAPEBADGER] = {"scrapebadger", CHECK_SCRAPEBADGER_KEY, doctor_check_scrapebadger},
    [CHECK_STRIPE] = {"stripe", CHECK_STRIPE_KEY, doctor_check_stripe},
    [CHECK_CLOCK] = {"clock", CHECK_CONFIGURATION, doctor_check_clock},
    [CHECK_DATABASE_DISK] = {"database disk", CHECK_DATABASE, doctor_check_database_disk},
    [CHECK_LOG_DISK] = {"log disk", CHECK_CONFIGURATION, doctor_check_log_disk},
};

static const struct output_column columns[] = {
    {.member = "name", .title = "CHECK"},
    {.member = "state", .title = "STATE"},
    {.member = "message", .title = "MESSAGE"},
    {.member = "remedy", .title = "REMEDY"},
};

_Static_assert(CHECK__MAX <= HW_COUNT(((struct doctor *)NULL)->has_failed), "room for all checks");

/* What hangs on a check that failed, or was not looked at itself, is not looked at. */
static void check_run(struct doctor *doctor, enum check_id id, struct finding *finding)
{
    const struct check *check = &checks[id];

    *finding = (struct finding){0};
    if (check->behind != id && doctor->has_failed[check->behind])
        finding_set(finding, FINDING_SKIPPED, "Not looked at: mend \"%s\" first.",
                    checks[check->behind].name);
    else
        check->run(doctor, finding);
    doctor->has_failed[id] = finding->state == FINDING_FAIL || finding->state == FINDING_SKIPPED;
}

static void findings_print(const struct finding *findings)
{
    for (size_t i = 0; i < CHECK__MAX; i++) {
        printf("%-16s  %-5s  %s\n", checks[i].name,
               findings[i].state == FINDING_SKIPPED ? "-" : finding_state_text(findings[i].state),
               findings[i].message.text);
        if (findings[i].remedy.text[0] != '\0')
            printf("%*s%s\n", MARGIN, "", findings[i].remedy.text);
    }
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

static enum err doctor_run(struct session *session, struct errmsg *msg)
{
    const char *web_user = session->options->text[OPTION_WEB_USER];
    struct doctor doctor = {.session = session,
                            .web_user = web_user == NULL ? WEB_USER_STANDARD : web_user};
    struct finding findings[CHECK__MAX];

    (void)msg; /* what is wrong is this command's answer, not its failure */
    for (unsigned i = 0; i < CHECK__MAX; i++) {
        check_run(&doctor, (enum check_id)i, &findings[i]);
        if (findings[i].state == FINDING_FAIL)
            session->exit_code = EXIT_FAILURE;
    }
    http_free(doctor.http);
    if (options_has(session->options, OPTION_JSON))
        findings_write_json(session->arena, findings);
    else
        findings_print(findings);
    return ERR_OK;
}

static const struct command commands[] = {
    {"doctor", NULL, NULL, 0, OPTION_BIT(OPTION_WEB_USER),
     "Look at all the service needs, and say what to mend: configuration, secrets, time zones,\n"
     "      database, sockets, outside services, clock, disks, reconciler. Changes nothing, and\n"
     "      headwaterd need not run. Run it as root, or as who else may read the secrets.\n"
     "      --web-user is the web server's (default: " WEB_USER_STANDARD "). Exit code 1 if\n"
     "      something has failed.",
     doctor_run},
};

const struct command_list doctor_commands = {commands, HW_COUNT(commands)};
