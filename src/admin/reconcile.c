#include <stdlib.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/progress_line.h"
#include "admin/session.h"
#include "api/api.h"
#include "api/api_setup.h"
#include "api/reconciler.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/stop.h"
#include "edge/service_manager.h"
#include "flow/reconcile.h"
#include "flow/reconcile_report.h"

static const struct output_column columns[] = {
    {.member = "skipped", .title = "SKIPPED", .yes = "yes, another reconciler is at work"},
    {.member = "streamsFinished", .title = "STREAMS FINISHED"},
    {.member = "streamsRefused", .title = "STREAMS TAKEN OUT"},
    {.member = "streamsWaiting", .title = "STREAMS WAITING"},
    {.member = "streamsFailed", .title = "STREAMS FAILED"},
    {.member = "tiersSettled", .title = "QUANTITIES SETTLED"},
    {.member = "tiersWaiting", .title = "QUANTITIES WAITING"},
    {.member = "keysRemoved", .title = "KEYS REMOVED"},
    {.member = "itemsAudited", .title = "QUANTITIES COMPARED"},
    {.member = "itemsDrifted", .title = "OF THOSE DRIFTED"},
};

/* The command line, read. */
struct order {
    int64_t every_s; /* 0 = once */
    int64_t stream_age_s;
};

static enum err order_read(const struct options *options, struct order *ret_order,
                           struct errmsg *msg)
{
    enum err err;

    if (options_has(options, OPTION_ONCE) && options_has(options, OPTION_EVERY))
        return errmsg_set(msg, ERR_USAGE, "Give --once or --every, not both.");
    if (options_has(options, OPTION_NO_AUDIT) && options_has(options, OPTION_EVERY))
        return errmsg_set(msg, ERR_USAGE, "Give --no-audit or --every, not both.");
    ret_order->every_s = 0;
    err = options_get_seconds(options, OPTION_OLDER_THAN, 0, RECONCILE_STREAM_AGE_S,
                              &ret_order->stream_age_s, msg);
    if (err == ERR_OK && options_has(options, OPTION_EVERY))
        err = options_get_seconds(options, OPTION_EVERY, 1, 1, &ret_order->every_s, msg);
    return err;
}

static void report_write(struct session *session, const struct reconcile_report *report)
{
    struct reconcile_count counts[RECONCILE_COUNTS];
    struct output output;

    reconcile_report_get_counts(report, counts);
    output_init(&output, session->arena, columns, HW_COUNT(columns));
    output_add_bool(&output, report->is_skipped);
    for (size_t i = 0; i < RECONCILE_COUNTS; i++)
        output_add_int(&output, counts[i].count);
    output_write_one(&output, "reconciled", options_has(session->options, OPTION_JSON));
}

/* What headwaterd does too. A single pass is for who reads its report: its log stays with that. */
static enum err log_begin(const struct config *config, const struct order *order,
                          struct errmsg *msg)
{
    enum log_level level;

    if (log_level_find(config->log_level, &level))
        log_set_level(level);
    return order->every_s > 0 ? log_open(config->log_file, msg) : ERR_OK;
}

/* systemd waits for it, if it runs as a service. */
static void give_sign_of_life(void *arg)
{
    (void)arg;
    service_manager_alive(clock_monotonic_us());
}

static void run_on(struct api *api, const struct order *order)
{
    stop_set_note(give_sign_of_life, NULL);
    service_manager_ready();
    reconciler_run(api, order->stream_age_s, order->every_s * 1000);
    service_manager_stopping();
}

static enum err run_once(struct session *session, struct api *api, const struct order *order,
                         struct errmsg *msg)
{
    struct reconcile_report report;
    bool with_audit = !options_has(session->options, OPTION_NO_AUDIT);
    enum err err;

    progress_line_begin();
    err = reconciler_run_once(api, order->stream_age_s, with_audit, &report, msg);
    progress_line_end();
    if (err != ERR_OK)
        return err;
    report_write(session, &report);
    session->exit_code = report.stream_failed_count > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    return ERR_OK;
}

static enum err reconcile_command_run(struct session *session, struct errmsg *msg)
{
    struct api_setup setup;
    struct order order;
    struct api *api;
    enum err err = order_read(session->options, &order, msg);

    if (err != ERR_OK)
        return err;
    err = api_setup_read(session->config_path, session->arena, &setup, msg);
    if (err == ERR_OK)
        err = log_begin(setup.config, &order, msg);
    if (err != ERR_OK)
        return ERR_IO;
    stop_init();
    api = api_new(&setup, NULL);
    if (order.every_s > 0)
        run_on(api, &order);
    else
        err = run_once(session, api, &order, msg);
    api_free(api);
    return err;
}

static const struct command commands[] = {
    {"reconcile", NULL, NULL, 0,
     OPTION_BIT(OPTION_ONCE) | OPTION_BIT(OPTION_EVERY) | OPTION_BIT(OPTION_OLDER_THAN) |
         OPTION_BIT(OPTION_NO_AUDIT),
     "Finish streams that were left pending, settle quantities that Stripe has not confirmed,\n"
     "      remove old idempotency keys, and compare all quantities with Stripe's, five a second,\n"
     "      unless --no-audit is given. Once; or with --every again and again until it is\n"
     "      stopped, and then each quantity once an hour, with its log in [headwater] log_file.\n"
     "      Streams younger than 15 seconds, or than --older-than, are left to their own request.\n"
     "      Two at once do no harm. Needs what headwaterd needs.",
     reconcile_command_run},
};

const struct command_list reconcile_commands = {commands, HW_COUNT(commands)};
