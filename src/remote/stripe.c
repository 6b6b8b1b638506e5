#include "remote/stripe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/value.h"
#include "edge/http.h"
#include "edge/http_reply.h"
#include "remote/reply_body.h"
#include "remote/reply_metric.h"

/* Pauses before the same call again. Stripe's libraries start at half a second and end at five. */
#define PAUSE_MS 500
#define PAUSE_MAX_MS 5000
#define PAUSE_LIMITED_MS 2000
/* The hourly limit on one subscription does not pass in seconds. */
#define PAUSE_SUBSCRIPTION_MS 60000

struct stripe {
    struct http *http;
    const char *base_url;
    const struct secret *key;
    const char *version;
};

/* What a refusal means. The first row that fits counts; 0 or NULL fits all. */
struct verdict {
    long status;
    const char *type;
    const char *code;
    enum stripe_outcome outcome;
    int64_t pause_ms;
};

/* Only for replies that carry Stripe's own error object. Statuses and codes: docs.stripe.com,
 * api/errors and error-low-level. Codes come before types: the type of some has changed. */
static const struct verdict verdicts[] = {
    /* Limiters and locks answer before the key is looked at: the first sending may yet count. */
    {0, NULL, "idempotency_key_in_use", STRIPE_UNKNOWN, PAUSE_MS},
    {0, NULL, "lock_timeout", STRIPE_UNKNOWN, PAUSE_MS},
    {0, NULL, "rate_limit", STRIPE_UNKNOWN, PAUSE_LIMITED_MS},
    {409, NULL, NULL, STRIPE_UNKNOWN, PAUSE_MS},
    {424, NULL, NULL, STRIPE_UNKNOWN, PAUSE_MS},
    {429, NULL, NULL, STRIPE_UNKNOWN, PAUSE_LIMITED_MS},
    /* It is mended by an operator, and then the same call goes through. */
    {STRIPE_STATUS_BAD_KEY, NULL, NULL, STRIPE_UNKNOWN, PAUSE_LIMITED_MS},
    {402, NULL, NULL, STRIPE_PAYMENT_REFUSED, 0},
    {400, NULL, "invalid_canceled_subscription_fields", STRIPE_SUBSCRIPTION_REFUSED, 0},
    {404, NULL, "resource_missing", STRIPE_SUBSCRIPTION_REFUSED, 0},
    /* The key was first used with another quantity: what that one did, the item will tell. */
    {400, "idempotency_error", NULL, STRIPE_FAILED, PAUSE_MS},
    {0, NULL, NULL, STRIPE_REFUSED, 0},
};

struct stripe *stripe_new(struct http *http, const char *base_url, const struct secret *key,
                          const char *version)
{
    struct stripe *service = calloc(1, sizeof *service);

    if (service == NULL)
        abort();
    *service = (struct stripe){http, base_url, key, version};
    return service;
}

void stripe_free(struct stripe *service)
{
    free(service);
}

static const char *member_text(const struct value *object, const char *name)
{
    const struct value *member = value_find(object, name);

    return member != NULL && member->kind == VALUE_TEXT ? member->text : NULL;
}

static bool is_same(const char *text, const char *other)
{
    return text != NULL && strcmp(text, other) == 0;
}

static const struct verdict *verdict_find(long status, const struct value *error)
{
    const struct verdict *row = verdicts;

    while ((row->status != 0 && row->status != status) ||
           (row->type != NULL && !is_same(member_text(error, "type"), row->type)) ||
           (row->code != NULL && !is_same(member_text(error, "code"), row->code)))
        row++;
    return row;
}

/* A 4xx. Without Stripe's error object it was said by something in between, which knows nothing of
 * what Stripe did: no answer. */
static void answer_read_refusal(struct stripe_answer *answer, const struct value *body)
{
    const struct value *error = body == NULL ? NULL : value_find(body, "error");
    const struct verdict *verdict;

    if (error == NULL || error->kind != VALUE_OBJECT)
        return;
    verdict = verdict_find(answer->status, error);
    answer->outcome = verdict->outcome;
    answer->code = member_text(error, "code");
    answer->pause_ms = verdict->pause_ms;
}

/* A 2xx. Without this item in it the real answer is lost, and the same key will bring it again. */
static void answer_read_item(struct stripe_answer *answer, const struct value *body,
                             const char *item_id)
{
    const struct value *quantity = body == NULL ? NULL : value_find(body, "quantity");

    if (quantity == NULL || quantity->kind != VALUE_INT || quantity->integer < 0 ||
        !is_same(member_text(body, "id"), item_id))
        return;
    answer->outcome = STRIPE_APPLIED;
    answer->quantity = quantity->integer;
    answer->pause_ms = 0;
}

/* What the headers say of the pause goes over what the table says. */
static void answer_read_pause(struct stripe_answer *answer, const struct http_reply *reply)
{
    const char *should_retry = http_reply_find_header(reply, "Stripe-Should-Retry");
    const char *reason = http_reply_find_header(reply, "Stripe-Rate-Limited-Reason");
    int64_t asked_ms = reply->retry_after_s * 1000;

    if (answer->pause_ms == 0)
        return;
    if (is_same(should_retry, "true"))
        answer->pause_ms = PAUSE_MS;
    if (is_same(should_retry, "false"))
        answer->pause_ms = PAUSE_MAX_MS;
    if (is_same(reason, "resource-specific"))
        answer->pause_ms = PAUSE_SUBSCRIPTION_MS;
    if (asked_ms > answer->pause_ms)
        answer->pause_ms = asked_ms < PAUSE_SUBSCRIPTION_MS ? asked_ms : PAUSE_SUBSCRIPTION_MS;
}

static void answer_read(struct stripe_answer *answer, struct arena *arena, const char *item_id,
                        const struct http_reply *reply)
{
    *answer =
        (struct stripe_answer){.outcome = STRIPE_UNKNOWN, .pause_ms = PAUSE_MS, .why = reply->why};
    if (reply->result != HTTP_OK)
        return;
    answer->status = reply->status;
    answer->request_id = http_reply_find_header(reply, "Request-Id");
    answer->replayed = is_same(http_reply_find_header(reply, "Idempotent-Replayed"), "true");
    if (reply->status >= 500)
        answer->outcome = STRIPE_FAILED;
    else if (reply->status >= 400)
        answer_read_refusal(answer, reply_body_read(arena, reply));
    else if (reply->status >= 200 && reply->status < 300)
        answer_read_item(answer, reply_body_read(arena, reply), item_id);
    answer_read_pause(answer, reply);
}

/* Ids come from the operator; one that is none must not reach a path. */
static bool id_is_plain(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    return id[0] != '\0' && strspn(id, allowed) == strlen(id);
}

/* One call about an item: a POST of FORM under IDEMPOTENCY_KEY, or a GET if they are NULL. */
static void item_call(struct stripe *service, struct arena *arena, const char *item_id,
                      const char *form, const char *idempotency_key, int64_t deadline_us,
                      struct stripe_answer *ret_answer)
{
    const struct http_header headers[] = {
        {"Authorization", arena_printf(arena, "Bearer %s", service->key->text)},
        {"Accept", "application/json"},
        {"Stripe-Version", service->version},
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"Idempotency-Key", idempotency_key},
    };
    const struct http_call call = {
        .url = arena_printf(arena, "%s/v1/subscription_items/%s", service->base_url, item_id),
        .body = form,
        .headers = headers,
        .header_count = HW_COUNT(headers) - (form == NULL ? 2 : 0),
        .deadline_us = deadline_us,
    };
    int64_t start_us = clock_monotonic_us();
    struct http_reply reply;

    *ret_answer =
        (struct stripe_answer){.outcome = STRIPE_REFUSED, .why = "the item's id is no Stripe id"};
    if (!id_is_plain(item_id))
        return;
    http_run(service->http, arena, &call, 1, &reply);
    reply_metric_add(METRIC_STRIPE, &reply, 1, start_us);
    answer_read(ret_answer, arena, item_id, &reply);
}

void stripe_quantity_set(struct stripe *service, struct arena *arena, const char *item_id,
                         int64_t quantity, const char *idempotency_key, int64_t deadline_us,
                         struct stripe_answer *ret_answer)
{
    const char *form =
        arena_printf(arena, "quantity=%" PRId64 "&proration_behavior=create_prorations", quantity);

    item_call(service, arena, item_id, form, idempotency_key, deadline_us, ret_answer);
    /* The same key would bring the same reply for ever; reading the item settles it. */
    if (ret_answer->outcome == STRIPE_APPLIED && ret_answer->quantity != quantity) {
        ret_answer->outcome = STRIPE_FAILED;
        ret_answer->why = "Stripe answered with another quantity";
    }
}

void stripe_item_find(struct stripe *service, struct arena *arena, const char *item_id,
                      int64_t deadline_us, struct stripe_answer *ret_answer)
{
    item_call(service, arena, item_id, NULL, NULL, deadline_us, ret_answer);
}
