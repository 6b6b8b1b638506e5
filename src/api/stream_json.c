#include "api/stream_json.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "edge/json_write.h"
#include "edge/tz.h"
#include "flow/stream_preview.h"
#include "rule/slot.h"
#include "store/pair.h"
#include "store/stream.h"

/* An id; one that is 0 is left out: a dry run speaks of what is not there yet. */
static void add_id(struct json_node *object, const char *name, int64_t id)
{
    if (id != 0)
        json_node_add_int(object, name, id);
}

static const char *billing_delta(const struct pair *pair, bool is_free)
{
    if (pair->origin == PAIR_KNOWN || is_free)
        return "none";
    return pair->account_is_pending ? "stripe_quantity_pending" : "stripe_quantity_incremented";
}

static void add_accounts(struct json_node *root, const struct pair *pairs, size_t count,
                         bool created, bool is_free)
{
    struct json_node *list = json_node_add_array(root, "accounts");

    for (size_t i = 0; i < count; i++) {
        struct json_node *item = json_node_push_object(list);

        add_id(item, "accountId", pairs[i].account_id);
        json_node_add_text(item, "handle", pairs[i].handle);
        json_node_add_text(item, "tier", tier_text(pairs[i].tier));
        if (!created)
            continue;
        json_node_add_bool(item, "accountCreated", pairs[i].origin == PAIR_NEW);
        json_node_add_text(item, "billingDelta", billing_delta(&pairs[i], is_free));
    }
}

static void add_segment(struct json_node *root, struct arena *arena, const struct stream *stream,
                        bool created)
{
    struct json_node *item = json_node_push_object(json_node_add_array(root, "segments"));

    add_id(item, "segmentId", stream->segment_id);
    if (stream->segment_id != 0)
        json_node_add_text(item, "userFacingId",
                           arena_printf(arena, "seg_%lld", (long long)stream->segment_id));
    if (created)
        json_node_add_bool(item, "segmentCreated", stream->segment_created);
}

static void add_pairs(struct json_node *root, const struct stream *stream, const struct pair *pairs,
                      size_t count)
{
    struct json_node *list = json_node_add_array(root, "pairs");

    for (size_t i = 0; i < count; i++) {
        struct json_node *item = json_node_push_object(list);

        add_id(item, "pairId", pairs[i].id);
        add_id(item, "accountId", pairs[i].account_id);
        add_id(item, "segmentId", stream->segment_id);
    }
}

static void add_next_sync(struct json_node *root, const struct stream *stream, int64_t now_us)
{
    struct zone_offset zone = tz_offset(stream->timezone);
    char text[CLOCK_RFC3339_BYTES];
    int64_t next_s = INT64_MAX;

    for (size_t i = 0; i < stream->slot_count; i++) {
        int64_t slot_s = slot_next_s(stream->slots[i], now_us / CLOCK_S_US, &zone);

        next_s = slot_s < next_s ? slot_s : next_s;
    }
    clock_write_rfc3339(next_s * CLOCK_S_US, text);
    json_node_add_text(root, "nextSyncAt", text);
}

static void add_sync_times(struct json_node *root, const struct stream *stream)
{
    struct json_node *times = json_node_add_array(root, "syncTimes");
    char text[SLOT_TEXT_BYTES];

    for (size_t i = 0; i < stream->slot_count; i++) {
        slot_write(stream->slots[i], text);
        json_node_push_text(times, text);
    }
}

/* Without slots, the default one is still to be derived from the stream's id. */
static void add_schedule(struct json_node *root, const struct stream *stream, int64_t now_us)
{
    if (stream->slot_count > 0)
        add_sync_times(root, stream);
    json_node_add_text(root, "timezone", stream->timezone);
    if (stream->slot_count > 0)
        add_next_sync(root, stream, now_us);
}

static void add_csv(struct json_node *root, const struct csv_recipients *csv)
{
    struct json_node *object;
    struct json_node *list;

    if (csv == NULL) {
        json_node_add_null(root, "csvEmailRecipients");
        return;
    }
    object = json_node_add_object(root, "csvEmailRecipients");
    list = json_node_add_array(object, "to");
    for (size_t i = 0; i < csv->to_count; i++)
        json_node_push_text(list, csv->to[i]);
    list = json_node_add_array(object, "cc");
    for (size_t i = 0; i < csv->cc_count; i++)
        json_node_push_text(list, csv->cc[i]);
    json_node_add_text(object, "format", csv_format_text(csv->format));
}

static void add_delivery(struct json_node *root, const struct stream *stream)
{
    json_node_add_bool(root, "autoEnrichLinkedin", stream->auto_enrich_linkedin);
    json_node_add_bool(root, "autoEnrichEmail", stream->auto_enrich_email);
    json_node_add_text(root, "emailMode", email_mode_text(stream->email_mode));
    json_node_add_text(root, "emailDigestOverride", email_digest_text(stream->email_digest));
    if (stream->telegram == TELEGRAM_NONE)
        json_node_add_null(root, "telegramOverride");
    else
        json_node_add_bool(root, "telegramOverride", stream->telegram == TELEGRAM_TRUE);
    json_node_add_text(root, "deliveryDestination", delivery_text(stream->delivery));
    json_node_add_text(root, "webhookUrl", stream->webhook_url);
    add_csv(root, stream->csv);
}

static void add_created_at(struct json_node *root, const struct stream *stream)
{
    char text[CLOCK_RFC3339_BYTES];

    clock_write_rfc3339(stream->created_us, text);
    json_node_add_text(root, "createdAt", text);
}

/* All members of a stream. One that does not stand has no id, status and time of creation. */
static void add_stream(struct json_node *root, struct arena *arena, const struct stream *stream,
                       const struct pair *pairs, size_t pair_count, bool created, bool is_free,
                       int64_t now_us)
{
    bool stands = stream->id != 0;

    add_id(root, "id", stream->id);
    json_node_add_text(root, "name", stream->name);
    if (stands)
        json_node_add_text(root, "status", stream->is_pending ? "pending" : "active");
    json_node_add_bool(root, "isActive", stream->is_active);
    json_node_add_bool(root, "isArchived", stream->is_archived);
    add_accounts(root, pairs, pair_count, created, is_free);
    add_segment(root, arena, stream, created);
    add_pairs(root, stream, pairs, pair_count);
    add_schedule(root, stream, now_us);
    add_delivery(root, stream);
    if (stands)
        add_created_at(root, stream);
}

void stream_json_write(struct arena *arena, const struct stream *stream, const struct pair *pairs,
                       size_t pair_count, bool created, bool is_free, int64_t now_us,
                       struct buf *ret_body)
{
    struct json_node *root = json_node_new(arena);

    add_stream(root, arena, stream, pairs, pair_count, created, is_free, now_us);
    json_node_write(root, ret_body);
}

static void add_billing(struct json_node *root, const struct stream_preview *preview)
{
    struct json_node *list = json_node_add_array(root, "billing");

    for (size_t i = 0; i < preview->change_count; i++) {
        const struct quantity_change *change = &preview->changes[i];
        struct json_node *item = json_node_push_object(list);

        json_node_add_text(item, "tier", tier_text(change->tier));
        json_node_add_int(item, "quantityBefore", change->before);
        json_node_add_int(item, "quantityAfter", change->after);
    }
}

void stream_json_write_preview(struct arena *arena, const struct stream *stream,
                               const struct pair *pairs, size_t pair_count, bool is_free,
                               const struct stream_preview *preview, int64_t now_us,
                               struct buf *ret_body)
{
    struct json_node *root = json_node_new(arena);

    json_node_add_bool(root, "validateOnly", true);
    add_stream(root, arena, stream, pairs, pair_count, true, is_free, now_us);
    add_billing(root, preview);
    json_node_write(root, ret_body);
}
