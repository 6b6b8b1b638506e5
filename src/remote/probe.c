#include "remote/probe.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/secret.h"
#include "base/value.h"
#include "edge/http.h"
#include "edge/http_date.h"
#include "edge/http_reply.h"
#include "remote/reply_body.h"

/* What a status means, whoever says it. */
static enum probe_verdict verdict_of_status(long status)
{
    switch (status) {
    case 401:
        return PROBE_BAD_KEY;
    case 402:
        return PROBE_SPENT;
    case 403:
        return PROBE_RESTRICTED;
    case 429:
        return PROBE_BUSY;
    default:
        return status >= 500 ? PROBE_BUSY : PROBE_STRANGE;
    }
}

/* One call until its deadline. Returns the body if it is a JSON object, else NULL. */
static const struct value *probe_call(struct http *http, struct arena *arena,
                                      const struct http_call *call, struct probe *probe)
{
    struct http_reply reply;
    const char *date;

    http_run(http, arena, call, 1, &reply);
    *probe = (struct probe){.verdict = PROBE_SILENT, .why = reply.why, .now_us = clock_now_us()};
    if (reply.result != HTTP_OK)
        return NULL;
    date = http_reply_find_header(&reply, "Date");
    if (date == NULL || !http_date_read(date, &probe->date_us))
        probe->date_us = 0;
    probe->status = reply.status;
    probe->verdict = verdict_of_status(reply.status);
    return reply_body_read(arena, &reply);
}

void probe_scrapebadger(struct http *http, struct arena *arena, const struct config *config,
                        const struct secret *key, struct probe *ret_probe)
{
    const struct http_header headers[] = {{"x-api-key", key->text}, {"Accept", "application/json"}};
    const struct http_call call = {
        .url = arena_printf(arena, "%s/v1/account/me", config->scrapebadger_url),
        .headers = headers,
        .header_count = HW_COUNT(headers),
        .deadline_us = clock_monotonic_us() + config->scrapebadger_deadline_ms * CLOCK_MS_US,
    };
    const struct value *body = probe_call(http, arena, &call, ret_probe);
    const struct value *total = body == NULL ? NULL : value_find(body, "total_credits_balance");

    if (ret_probe->status != 200 || total == NULL)
        return;
    ret_probe->verdict = total->kind == VALUE_INT && total->integer <= 0 ? PROBE_SPENT : PROBE_FINE;
}

/* True for Stripe's own "there is no such item"; a page of something in between has no such code.
 */
static bool is_missing(const struct value *body)
{
    const struct value *error = body == NULL ? NULL : value_find(body, "error");
    const struct value *code =
        error == NULL || error->kind != VALUE_OBJECT ? NULL : value_find(error, "code");

    return code != NULL && code->kind == VALUE_TEXT && strcmp(code->text, "resource_missing") == 0;
}

void probe_stripe(struct http *http, struct arena *arena, const struct config *config,
                  const struct secret *key, struct probe *ret_probe)
{
    const struct http_header headers[] = {
        {"Authorization", arena_printf(arena, "Bearer %s", key->text)},
        {"Accept", "application/json"},
        {"Stripe-Version", config->stripe_version},
    };
    const struct http_call call = {
        .url =
            arena_printf(arena, "%s/v1/subscription_items/si_headwaterdoctor", config->stripe_url),
        .body = "quantity=0",
        .headers = headers,
        .header_count = HW_COUNT(headers),
        .deadline_us = clock_monotonic_us() + config->stripe_timeout_ms * CLOCK_MS_US,
    };
    const struct value *body = probe_call(http, arena, &call, ret_probe);

    if (ret_probe->status == 404 && is_missing(body))
        ret_probe->verdict = PROBE_FINE;
}
