#include "store/stream.h"

#include <inttypes.h>

#include "admin/command.h"
#include "admin/options.h"
#include "admin/output.h"
#include "admin/session.h"
#include "admin/team.h"
#include "base/arena.h"
#include "rule/slot.h"
#include "store/billing.h"
#include "store/pair.h"

static const struct output_column list_columns[] = {
    {.member = "id", .title = "STREAM"},           {.member = "teamId", .title = "TEAM"},
    {.member = "status", .title = "STATUS"},       {.member = "isActive", .title = "RUNS"},
    {.member = "isArchived", .title = "ARCHIVED"}, {.member = "accounts", .title = "ACCOUNTS"},
    {.member = "createdAt", .title = "CREATED"},   {.member = "name", .title = "NAME"},
};

static const struct output_column show_columns[] = {
    {.member = "id", .title = "stream"},
    {.member = "teamId", .title = "team"},
    {.member = "name", .title = "name"},
    {.member = "status", .title = "status"},
    {.member = "billingVersion", .title = "billing version"},
    {.member = "isActive", .title = "runs"},
    {.member = "isArchived", .title = "archived"},
    {.member = "segmentId", .title = "segment"},
    {.member = "segmentCreated", .title = "made with it"},
    {.member = "syncTimes", .title = "due at"},
    {.member = "timezone", .title = "time zone"},
    {.member = "autoEnrichLinkedin", .title = "enrich LinkedIn"},
    {.member = "autoEnrichEmail", .title = "enrich e-mail"},
    {.member = "emailMode", .title = "e-mail mode"},
    {.member = "emailDigestOverride", .title = "digest"},
    {.member = "telegramOverride", .title = "telegram"},
    {.member = "deliveryDestination", .title = "delivery"},
    {.member = "webhookUrl", .title = "webhook"},
    {.member = "csvTo", .title = "CSV to"},
    {.member = "csvCc", .title = "CSV copy to"},
    {.member = "csvFormat", .title = "CSV format"},
    {.member = "createdAt", .title = "created"},
};

static const struct output_column pair_columns[] = {
    {.member = "pairId", .title = "PAIR"},   {.member = "accountId", .title = "ACCOUNT"},
    {.member = "handle", .title = "HANDLE"}, {.member = "tier", .title = "TIER"},
    {.member = "origin", .title = "WAS"},    {.member = "isPending", .title = "WAITS FOR STRIPE"},
};

static const struct output_column billing_columns[] = {
    {.member = "tier", .title = "TIER"},
    {.member = "item", .title = "STRIPE ITEM"},
    {.member = "desiredVersion", .title = "DESIRED VERSION"},
    {.member = "appliedVersion", .title = "APPLIED VERSION"},
    {.member = "quantity", .title = "CONFIRMED"},
    {.member = "hasAttempt", .title = "ATTEMPT OPEN"},
    {.member = "lastAttemptAt", .title = "LAST CHANGE"},
};

static const char *status_text(const struct stream *stream)
{
    return stream->is_pending ? "pending" : "active";
}

/* Reads a page and, if there is more, one stream beyond its RET_LIMIT. */
static enum err streams_read(struct session *session, struct stream **ret_streams,
                             size_t *ret_count, int64_t *ret_limit, struct errmsg *msg)
{
    bool has_team = options_has(session->options, OPTION_TEAM);
    int64_t team_id = 0, after;
    enum err err = options_get_page(session->options, ret_limit, &after, msg);

    if (err == ERR_OK && has_team)
        err = options_get_id(session->options, OPTION_TEAM, &team_id, msg);
    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err == ERR_OK && has_team)
        err = team_require(session, team_id, msg);
    if (err != ERR_OK)
        return err;
    if (has_team)
        return stream_list(session->db, session->arena, team_id, after, *ret_limit + 1, ret_streams,
                           ret_count, msg);
    return stream_list_all(session->db, session->arena, after, *ret_limit + 1, ret_streams,
                           ret_count, msg);
}

static enum err stream_run_list(struct session *session, struct errmsg *msg)
{
    struct stream *streams;
    struct output output;
    size_t count, shown;
    int64_t limit = 0;
    enum err err = streams_read(session, &streams, &count, &limit, msg);

    if (err != ERR_OK)
        return err;
    shown = count > (size_t)limit ? (size_t)limit : count;
    output_init(&output, session->arena, list_columns, HW_COUNT(list_columns));
    for (size_t i = 0; i < shown; i++) {
        output_add_int(&output, streams[i].id);
        output_add_int(&output, streams[i].team_id);
        output_add_text(&output, status_text(&streams[i]));
        output_add_bool(&output, streams[i].is_active);
        output_add_bool(&output, streams[i].is_archived);
        output_add_int(&output, (int64_t)streams[i].pair_count);
        output_add_time(&output, streams[i].created_us);
        output_add_text(&output, streams[i].name);
    }
    output_write_page(&output, "streams", shown < count ? streams[shown - 1].id : 0,
                      options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

/* ---- one stream ---- */

static void schedule_add_cells(struct output *output, struct arena *arena,
                               const struct stream *stream)
{
    const char **times = arena_array(arena, stream->slot_count, sizeof *times);

    for (size_t i = 0; i < stream->slot_count; i++) {
        char *text = arena_alloc(arena, SLOT_TEXT_BYTES);

        slot_write(stream->slots[i], text);
        times[i] = text;
    }
    output_add_texts(output, times, stream->slot_count);
    output_add_text(output, stream->timezone);
}

static void delivery_add_cells(struct output *output, const struct stream *stream)
{
    const struct csv_recipients *csv = stream->csv;

    output_add_bool(output, stream->auto_enrich_linkedin);
    output_add_bool(output, stream->auto_enrich_email);
    output_add_text(output, email_mode_text(stream->email_mode));
    output_add_text(output, email_digest_text(stream->email_digest));
    if (stream->telegram == TELEGRAM_NONE)
        output_add_text(output, NULL);
    else
        output_add_bool(output, stream->telegram == TELEGRAM_TRUE);
    output_add_text(output, delivery_text(stream->delivery));
    output_add_text(output, stream->webhook_url);
    output_add_texts(output, csv == NULL ? NULL : csv->to, csv == NULL ? 0 : csv->to_count);
    output_add_texts(output, csv == NULL ? NULL : csv->cc, csv == NULL ? 0 : csv->cc_count);
    output_add_text(output, csv == NULL ? NULL : csv_format_text(csv->format));
}

static void stream_add_cells(struct output *output, struct arena *arena,
                             const struct stream *stream)
{
    output_add_int(output, stream->id);
    output_add_int(output, stream->team_id);
    output_add_text(output, stream->name);
    output_add_text(output, status_text(stream));
    output_add_int(output, stream->billing_version);
    output_add_bool(output, stream->is_active);
    output_add_bool(output, stream->is_archived);
    output_add_int(output, stream->segment_id);
    output_add_bool(output, stream->segment_created);
    schedule_add_cells(output, arena, stream);
    delivery_add_cells(output, stream);
    output_add_time(output, stream->created_us);
}

static enum err pairs_read(struct session *session, const struct stream *stream,
                           struct output *ret_pairs, struct errmsg *msg)
{
    static const char *const origins[PAIR__MAX] = {"known", "new", "woken"};
    struct pair *pairs;
    size_t count;
    enum err err =
        pair_list(session->db, session->arena, stream->team_id, stream->id, &pairs, &count, msg);

    if (err != ERR_OK)
        return err;
    output_init(ret_pairs, session->arena, pair_columns, HW_COUNT(pair_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_int(ret_pairs, pairs[i].id);
        output_add_int(ret_pairs, pairs[i].account_id);
        output_add_text(ret_pairs, pairs[i].handle);
        output_add_text(ret_pairs, tier_text(pairs[i].tier));
        output_add_text(ret_pairs, origins[pairs[i].origin]);
        output_add_bool(ret_pairs, pairs[i].account_is_pending);
    }
    return ERR_OK;
}

static enum err billing_read(struct session *session, int64_t team_id, struct output *ret_billing,
                             struct errmsg *msg)
{
    struct billing_state *rows;
    size_t count;
    enum err err = billing_list(session->db, session->arena, team_id, &rows, &count, msg);

    if (err != ERR_OK)
        return err;
    output_init(ret_billing, session->arena, billing_columns, HW_COUNT(billing_columns));
    for (size_t i = 0; i < count; i++) {
        output_add_text(ret_billing, tier_text(rows[i].tier));
        output_add_text(ret_billing, rows[i].item_id);
        output_add_int(ret_billing, rows[i].desired_version);
        output_add_int(ret_billing, rows[i].applied_version);
        output_add_count(ret_billing, rows[i].applied_quantity);
        output_add_bool(ret_billing, rows[i].has_attempt);
        output_add_time(ret_billing, rows[i].last_attempt_us);
    }
    return ERR_OK;
}

static enum err stream_read(struct session *session, struct stream *ret_stream, struct errmsg *msg)
{
    int64_t id, team_id;
    enum err err = options_get_id_word(session->options, &id, msg);

    if (err == ERR_OK)
        err = session_open(session, DB_SERVICE, msg);
    if (err != ERR_OK)
        return err;
    err = stream_find_team(session->db, session->arena, id, &team_id, msg);
    if (err == ERR_OK)
        err = stream_find(session->db, session->arena, team_id, id, ret_stream, msg);
    if (err == ERR_NOT_FOUND)
        return errmsg_set(msg, err,
                          "There is no stream %" PRId64 "; `headwater stream list` shows all.", id);
    return err;
}

static enum err stream_run_show(struct session *session, struct errmsg *msg)
{
    struct output output, pairs, billing;
    struct stream stream;
    enum err err = stream_read(session, &stream, msg);

    if (err == ERR_OK)
        err = pairs_read(session, &stream, &pairs, msg);
    if (err == ERR_OK)
        err = billing_read(session, stream.team_id, &billing, msg);
    if (err != ERR_OK)
        return err;
    output_init(&output, session->arena, show_columns, HW_COUNT(show_columns));
    stream_add_cells(&output, session->arena, &stream);
    output_write_show(&output, "stream",
                      (const struct output_section[]){{"pairs", "Pairs", &pairs},
                                                      {"billing", "Billing of the team", &billing}},
                      2, options_has(session->options, OPTION_JSON));
    return ERR_OK;
}

static const struct command commands[] = {
    {"stream", "list", NULL, 0,
     OPTION_BIT(OPTION_TEAM) | OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_AFTER),
     "List the streams of a team, or of all, by their ids, a page of 100 or --limit; --after ID\n"
     "      begins behind that one.",
     stream_run_list},
    {"stream", "show", "ID", 0, 0,
     "Show a stream: schedule, delivery, the accounts it uses, and how far Stripe has confirmed\n"
     "      what its team is billed for. It is active once the tiers that it waits for have\n"
     "      reached its billing version.",
     stream_run_show},
};

const struct command_list stream_commands = {commands, HW_COUNT(commands)};
