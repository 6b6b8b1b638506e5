/* GET /metrics: what base/metric.h counts, and what is so at this moment. */
#include "api/answer.h"
#include "api/endpoint.h"
#include "api/metrics_text.h"
#include "api/readiness.h"
#include "api/request.h"
#include "base/breaker.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/scoreboard.h"
#include "store/reconciler.h"

/* One that has no labels. */
static void add_single(struct buf *text, const char *name, const char *type, const char *help,
                       int64_t number)
{
    metrics_text_begin(text, name, type, help);
    metrics_text_add(text, name, "", (uint64_t)number);
}

static void add_workers(struct buf *text, const struct scoreboard *board)
{
    static const char there[] = "headwater_workers";
    static const char wanted[] = "headwater_workers_wanted";
    const struct score_census all = scoreboard_count(board, SCORE_MAIN);
    const struct score_census quick = scoreboard_count(board, SCORE_QUICK);

    metrics_text_begin(text, there, "gauge",
                       "Workers by what they are doing; quick ones take no creates.");
    metrics_text_add(text, there, "role=\"main\",state=\"starting\"", (uint64_t)all.starting_count);
    metrics_text_add(text, there, "role=\"main\",state=\"ready\"", (uint64_t)all.ready_count);
    metrics_text_add(text, there, "role=\"main\",state=\"busy\"", (uint64_t)all.busy_count);
    metrics_text_add(text, there, "role=\"quick\",state=\"starting\"",
                     (uint64_t)quick.starting_count);
    metrics_text_add(text, there, "role=\"quick\",state=\"ready\"", (uint64_t)quick.ready_count);
    metrics_text_add(text, there, "role=\"quick\",state=\"busy\"", (uint64_t)quick.busy_count);
    metrics_text_begin(text, wanted, "gauge", "Workers that there should be.");
    metrics_text_add(text, wanted, "role=\"main\"", (uint64_t)all.wanted_count);
    metrics_text_add(text, wanted, "role=\"quick\"", (uint64_t)quick.wanted_count);
}

static void add_breakers(struct buf *text, const struct flow *flow)
{
    static const char name[] = "headwater_breaker_open";
    int64_t now_us = clock_monotonic_us();

    metrics_text_begin(text, name, "gauge",
                       "1 while calls to an outside service that did not answer are held back.");
    metrics_text_add(text, name, "service=\"scrapebadger\"",
                     !breaker_would_admit(flow->scrapebadger_breaker, now_us));
    metrics_text_add(text, name, "service=\"stripe\"",
                     !breaker_would_admit(flow->stripe_breaker, now_us));
}

static void add_backlog(struct buf *text, const struct reconciler_backlog *backlog)
{
    static const char name[] = "headwater_pending_stream_oldest_timestamp_seconds";

    add_single(text, "headwater_pending_streams", "gauge",
               "Streams that wait for Stripe to confirm what is billed.", backlog->pending_count);
    metrics_text_begin(text, name, "gauge",
                       "When the oldest of them was created, in seconds since 1970; 0 for none.");
    metrics_text_add_seconds(text, name, "", backlog->oldest_us);
}

static void add_reconciler(struct buf *text, const struct reconciler *reconciler)
{
    static const char pass[] = "headwater_reconciler_last_pass_timestamp_seconds";
    static const char streams[] = "headwater_reconciler_streams_total";

    metrics_text_begin(text, pass, "gauge",
                       "When the reconciler's last pass ended, in seconds since 1970.");
    metrics_text_add_seconds(text, pass, "", reconciler->pass_us);
    add_single(text, "headwater_reconciler_passes_total", "counter", "Passes of the reconciler.",
               reconciler->pass_count);
    metrics_text_begin(text, streams, "counter",
                       "Streams that the reconciler has brought to an end, or tried to.");
    metrics_text_add(text, streams, "outcome=\"finished\"",
                     (uint64_t)reconciler->stream_finished_count);
    metrics_text_add(text, streams, "outcome=\"refused\"",
                     (uint64_t)reconciler->stream_refused_count);
    metrics_text_add(text, streams, "outcome=\"failed\"",
                     (uint64_t)reconciler->stream_failed_count);
    add_single(text, "headwater_reconciler_quantities_settled_total", "counter",
               "Quantities that no stream waited for and the reconciler has settled.",
               reconciler->tier_settled_count);
    add_single(text, "headwater_reconciler_keys_removed_total", "counter",
               "Old idempotency keys that were removed.", reconciler->key_removed_count);
    add_single(text, "headwater_quantities_audited_total", "counter",
               "Quantities of Stripe that were compared with the number of accounts.",
               reconciler->item_audited_count);
    add_single(text, "headwater_quantities_drifted_total", "counter",
               "Of those, the ones that differed and were set right.",
               reconciler->item_drifted_count);
}

/* What the database knows; without it, that it is gone. */
static void add_database(struct buf *text, const struct flow *flow, struct request *request)
{
    struct reconciler reconciler;
    struct reconciler_backlog backlog;
    struct errmsg msg;
    bool is_up = readiness_read(flow->db, request->arena, &reconciler, &backlog, &msg) == ERR_OK;

    add_single(text, "headwater_database_up", "gauge", "1 if the database answers.", is_up);
    if (!is_up)
        return;
    add_backlog(text, &backlog);
    add_reconciler(text, &reconciler);
}

enum err metrics_get(struct endpoint_env *env, struct request *request)
{
    struct buf text;

    request->step = "write the metrics";
    buf_init(&text, request->arena);
    metrics_text_begin(&text, "headwater_build_info", "gauge", "The version that runs.");
    metrics_text_add(&text, "headwater_build_info", "version=\"" PACKAGE_VERSION "\"", 1);
    metrics_text_add_counters(&text);
    add_workers(&text, env->board);
    add_breakers(&text, &env->flow);
    add_database(&text, &env->flow, request);
    answer_body(request, 200, text.text, text.len);
    request->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return ERR_OK;
}
