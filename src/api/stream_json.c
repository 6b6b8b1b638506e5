#include "api/stream_json.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "edge/json_write.h"
#include "edge/tz.h"
#include "rule/slot.h"
#include "store/pair.h"
#include "store/stream.h"

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

        json_node_add_int(item, "accountId", pairs[i].account_id);
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

    json_node_add_int(item, "segmentId", stream->segment_id);
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

        json_node_add_int(item, "pairId", pairs[i].id);
        json_node_add_int(item, "accountId", pairs[i].account_id);
        json_node_add_int(item, "segmentId", stream->segment_id);
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

static void add_schedule(struct json_node *root, const struct stream *stream, int64_t now_us)
{
    struct json_node *times = json_node_add_array(root, "syncTimes");
    char text[SLOT_TEXT_BYTES];

    for (size_t i = 0; i < stream->slot_count; i++) {
        slot_write(stream->slots[i], text);
        json_node_push_text(times, text);
    }
    json_node_add_text(root, "timezone", stream->timezone);
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

void stream_json_write(struct arena *arena, const struct stream *stream, const struct pair *pairs,
                       size_t pair_count, bool created, bool is_free, int64_t now_us,
                       struct buf *ret_body)
{
    struct json_node *root = json_node_new(arena);
    char created_at[CLOCK_RFC3339_BYTES];

    json_node_add_int(root, "id", stream->id);
    json_node_add_text(root, "name", stream->name);
    json_node_add_text(root, "status", stream->is_pending ? "pending" : "active");
    json_node_add_bool(root, "isActive", stream->is_active);
    json_node_add_bool(root, "isArchived", stream->is_archived);
    add_accounts(root, pairs, pair_count, created, is_free);
    add_segment(root, arena, stream, created);
    add_pairs(root, stream, pairs, pair_count);
    add_schedule(root, stream, now_us);
    add_delivery(root, stream);
    clock_write_rfc3339(stream->created_us, created_at);
    json_node_add_text(root, "createdAt", created_at);
    json_node_write(root, ret_body);
}
