#include "remote/scrapebadger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/value.h"
#include "edge/http.h"
#include "edge/http_reply.h"
#include "remote/reply_body.h"
#include "remote/reply_metric.h"
#include "rule/lookup.h"

/* X allows 15 characters today; older and longer handles are still about. */
#define HANDLE_MAX 20
#define NAME_MAX_LENGTH 100

/* One more try, after a moment, if the service may still answer it in time. */
#define TRY_PAUSE_US (200 * CLOCK_MS_US)
#define TRY_LEFT_US (500 * CLOCK_MS_US)

#define RETRY_MAX_S 300
#define RETRY_FAULT_S 5
#define RETRY_LIMITED_S 60

static const char handle_bytes[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

struct scrapebadger {
    struct http *http;
    const char *base_url;
    const struct secret *key;
};

/* All look-ups of one scrapebadger_find. */
struct round {
    struct scrapebadger *service;
    struct arena *arena;
    struct lookup **open; /* those without a definite outcome */
    size_t open_count;
    int64_t deadline_us;
    int64_t retry_after_s; /* the longest pause asked for; 0 = none */
    const char *alarm;     /* what the operator must mend; NULL = nothing */
    bool is_hopeless;      /* one has failed for good, and so has the whole */
    bool has_answered;     /* one has got a real answer, whatever it was */
};

/* What a status other than 200 and 404 means. The first row that fits counts. */
static const struct {
    long from, to;
    const char *why;
    bool is_alarm;         /* only the operator can mend it */
    bool may_try;          /* another try may help at once */
    int64_t retry_after_s; /* if the service names none */
} refusals[] = {
    {401, 401, "the look-up service does not accept the API key", true, false, RETRY_LIMITED_S},
    {402, 402, "the look-up service's credits are used up", true, false, RETRY_LIMITED_S},
    {403, 403, "the look-up service restricts the API key", true, false, RETRY_LIMITED_S},
    {422, 422, "the look-up service does not understand the request", true, false, RETRY_LIMITED_S},
    {429, 429, "the look-up service's rate limit is reached", false, false, RETRY_LIMITED_S},
    {500, 599, "the look-up service is out of order", false, true, RETRY_FAULT_S},
    {0, 999, "the look-up service answers with an unexpected status", false, false, RETRY_FAULT_S},
};

struct scrapebadger *scrapebadger_new(struct http *http, const char *base_url,
                                      const struct secret *key)
{
    struct scrapebadger *service = calloc(1, sizeof *service);

    if (service == NULL)
        abort();
    *service = (struct scrapebadger){http, base_url, key};
    return service;
}

void scrapebadger_free(struct scrapebadger *service)
{
    free(service);
}

static void lookup_set(struct lookup *lookup, enum lookup_outcome outcome, const char *why)
{
    lookup->outcome = outcome;
    lookup->why = why;
}

/* A positive 64-bit id: an integer, or its digits as a string. 0 for anything else. */
static int64_t id_read(const struct value *id)
{
    int64_t number = 0;

    if (id == NULL)
        return 0;
    if (id->kind == VALUE_INT)
        return id->integer > 0 ? id->integer : 0;
    return id->kind == VALUE_TEXT && number_read(id->text, &number) ? number : 0;
}

static bool handle_is_valid(const char *handle)
{
    size_t len = strlen(handle);

    return len > 0 && len <= HANDLE_MAX && strspn(handle, handle_bytes) == len;
}

/* The display name in one line, bounded; NULL if there is none worth the name. */
static const char *name_read(struct arena *arena, const struct value *name)
{
    const char *text;

    if (name == NULL || name->kind != VALUE_TEXT)
        return NULL;
    text = text_cut_at_word(arena, text_collapse(arena, name->text), NAME_MAX_LENGTH);
    return text[0] == '\0' ? NULL : text;
}

/* Whether USER is the account that was asked for, in the shape agreed on. */
static bool profile_read(struct arena *arena, const struct value *user, const char *asked,
                         struct profile *ret_profile)
{
    const struct value *username = value_find(user, "username");
    const struct value *is_protected = value_find(user, "protected");
    int64_t id = id_read(value_find(user, "id"));

    if (id == 0 || username == NULL || username->kind != VALUE_TEXT)
        return false;
    if (!handle_is_valid(username->text) || strcasecmp(username->text, asked) != 0)
        return false;
    if (is_protected != NULL && is_protected->kind != VALUE_BOOL)
        return false;
    ret_profile->x_user_id = id;
    ret_profile->handle = username->text;
    ret_profile->name = name_read(arena, value_find(user, "name"));
    ret_profile->is_protected = is_protected != NULL && is_protected->boolean;
    return true;
}

/* The user in a 200. Single look-ups are documented as bare; some were seen wrapped. */
static const struct value *user_find(const struct value *body)
{
    const struct value *data = value_find(body, "data");

    if (data != NULL && data->kind == VALUE_OBJECT && value_find(body, "id") == NULL)
        return data;
    return body;
}

/* Whether a 422 is about the handle itself: {"detail":[{"loc":["path","username"], ...}]}. */
static bool refuses_username(const struct value *body)
{
    const struct value *detail = body == NULL ? NULL : value_find(body, "detail");

    for (size_t i = 0; detail != NULL && detail->kind == VALUE_ARRAY && i < detail->count; i++) {
        const struct value *item = &detail->items[i];
        const struct value *loc = item->kind == VALUE_OBJECT ? value_find(item, "loc") : NULL;

        for (size_t k = 0; loc != NULL && loc->kind == VALUE_ARRAY && k < loc->count; k++)
            if (loc->items[k].kind == VALUE_TEXT && strcmp(loc->items[k].text, "username") == 0)
                return true;
    }
    return false;
}

/* Whether the service says that there is no such account. A page in place of its JSON comes from
 * something in between. */
static bool is_missing(const struct http_reply *reply, const struct value *body)
{
    if (reply->status == 422)
        return refuses_username(body);
    return reply->status == 404 && (body != NULL || reply->len == 0);
}

/* Seconds from now until a Unix time; 0 if it is past. */
static int64_t seconds_until(int64_t instant_s)
{
    int64_t now_s = clock_now_us() / CLOCK_S_US;

    return instant_s > now_s ? instant_s - now_s : 0;
}

/* The pause a reply asks for: Retry-After, else the end of the rate window in the header, else in
 * the body, else STANDARD_S. A window that ended in the past says nothing. */
static int64_t pause_read(const struct http_reply *reply, const struct value *body,
                          int64_t standard_s)
{
    const char *reset = http_reply_find_header(reply, "X-RateLimit-Reset");
    const struct value *reset_at = body == NULL ? NULL : value_find(body, "reset_at");
    int64_t pause_s = reply->retry_after_s;

    if (pause_s == 0 && reply->status == 429 && reset != NULL)
        pause_s = seconds_until(strtoll(reset, NULL, 10));
    if (pause_s == 0 && reset_at != NULL && reset_at->kind == VALUE_INT)
        pause_s = seconds_until(reset_at->integer);
    if (pause_s == 0)
        pause_s = standard_s;
    return pause_s < RETRY_MAX_S ? pause_s : RETRY_MAX_S;
}

static void round_add_answer(struct round *round, struct lookup *lookup,
                             enum lookup_outcome outcome, const char *why)
{
    lookup_set(lookup, outcome, why);
    round->has_answered = true;
}

/* Notes a failure. The whole round has failed with one that another try cannot mend. */
static void round_add_failure(struct round *round, struct lookup *lookup, const char *why,
                              bool may_try, int64_t pause_s)
{
    lookup_set(lookup, LOOKUP_FAILED, why);
    round->is_hopeless |= !may_try;
    if (pause_s > round->retry_after_s)
        round->retry_after_s = pause_s;
}

static void round_read_refusal(struct round *round, struct lookup *lookup,
                               const struct http_reply *reply, const struct value *body)
{
    size_t row = 0;
    bool may_try;

    while (reply->status < refusals[row].from || reply->status > refusals[row].to)
        row++;
    /* A service that says when to come back is not tried before. */
    may_try = refusals[row].may_try && reply->retry_after_s == 0;
    round->has_answered |= reply->status >= 400 && reply->status < 500;
    if (refusals[row].is_alarm)
        round->alarm = refusals[row].why;
    round_add_failure(round, lookup, refusals[row].why, may_try,
                      pause_read(reply, body, refusals[row].retry_after_s));
}

static void round_read(struct round *round, struct lookup *lookup, const struct http_reply *reply)
{
    const struct value *body;

    if (reply->result == HTTP_REFUSED_ADDRESS)
        round->alarm = reply->why;
    if (reply->result != HTTP_OK) {
        round_add_failure(round, lookup, reply->why, reply->result == HTTP_FAILED, RETRY_FAULT_S);
        return;
    }
    body = reply_body_read(round->arena, reply);
    if (reply->status == 200 && body != NULL &&
        profile_read(round->arena, user_find(body), lookup->handle, &lookup->profile))
        round_add_answer(round, lookup, LOOKUP_FOUND, NULL);
    else if (reply->status == 200)
        round_add_failure(round, lookup, "the look-up service's reply is not the profile asked for",
                          false, RETRY_FAULT_S);
    else if (is_missing(reply, body))
        round_add_answer(round, lookup, LOOKUP_MISSING, "there is no such account");
    else
        round_read_refusal(round, lookup, reply, body);
}

/* Asks once for every open look-up, all at the same time; what failed stays open. */
static void round_run(struct round *round)
{
    const struct scrapebadger *service = round->service;
    const struct http_header headers[] = {{"x-api-key", service->key->text},
                                          {"Accept", "application/json"}};
    struct http_call *calls = arena_array(round->arena, round->open_count, sizeof *calls);
    struct http_reply *replies = arena_array(round->arena, round->open_count, sizeof *replies);
    int64_t start_us = clock_monotonic_us();
    size_t count = round->open_count;

    for (size_t i = 0; i < count; i++) {
        assert(handle_is_valid(round->open[i]->handle));
        calls[i] = (struct http_call){
            .url = arena_printf(round->arena, "%s/v1/twitter/users/%s/by_username",
                                service->base_url, round->open[i]->handle),
            .headers = headers,
            .header_count = HW_COUNT(headers),
            .deadline_us = round->deadline_us,
        };
    }
    http_run(service->http, round->arena, calls, count, replies);
    reply_metric_add(METRIC_SCRAPEBADGER, replies, count, start_us);
    round->open_count = 0;
    round->retry_after_s = 0;
    for (size_t i = 0; i < count; i++) {
        struct lookup *lookup = round->open[i];

        round_read(round, lookup, &replies[i]);
        if (lookup->outcome == LOOKUP_FAILED)
            round->open[round->open_count++] = lookup;
    }
}

static bool round_may_try(const struct round *round)
{
    int64_t left_us = round->deadline_us - clock_monotonic_us();

    return round->open_count > 0 && !round->is_hopeless && left_us > TRY_PAUSE_US + TRY_LEFT_US;
}

size_t scrapebadger_find(struct scrapebadger *service, struct arena *arena, struct lookup *lookups,
                         size_t count, int64_t deadline_us, int64_t *ret_retry_after_s,
                         bool *ret_has_answered)
{
    struct round round = {
        .service = service, .arena = arena, .open_count = count, .deadline_us = deadline_us};

    round.open = arena_array(arena, count, sizeof *round.open);
    for (size_t i = 0; i < count; i++)
        round.open[i] = &lookups[i];
    round_run(&round);
    if (round_may_try(&round)) {
        clock_sleep_us(TRY_PAUSE_US);
        metric_count(METRIC_RETRIES, METRIC_RETRY_LOOK_UP, 0);
        round_run(&round);
    }
    if (round.alarm != NULL)
        log_write(LOG_ERROR, "handles cannot be looked up: %s", round.alarm);
    *ret_retry_after_s = round.retry_after_s;
    *ret_has_answered = round.has_answered;
    return round.open_count;
}
