#include <string.h>

#include "api/answer.h"
#include "api/endpoint.h"
#include "api/request.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/value.h"
#include "edge/digest.h"
#include "edge/fcgi.h"
#include "edge/json_read.h"
#include "flow/subscription_update.h"
#include "rule/stripe_event.h"
#include "rule/stripe_signature.h"

/* An event holds the whole object it is about; nginx has the same bound. */
#define BODY_MAX_BYTES ((size_t)1024 * 1024)

static const char received[] = "{\"received\":true}";

static enum err refuse(struct request *request, const char *why)
{
    return errmsg_set(&request->msg, ERR_INVALID_SIGNATURE, "%s", why);
}

/* The digest that Stripe's header should have. */
static void sign_body(struct arena *arena, const struct secret *secret, int64_t signed_at_s,
                      const char *body, size_t len, char ret_hex[STRIPE_SIGNATURE_HEX_LEN + 1])
{
    unsigned char digest[DIGEST_BYTES];
    struct buf signed_text;

    buf_init(&signed_text, arena);
    buf_printf(&signed_text, "%lld.", (long long)signed_at_s);
    buf_add(&signed_text, body, len);
    digest_hmac(secret->text, strlen(secret->text), signed_text.text, signed_text.len, digest);
    digest_write_hex(digest, sizeof digest, ret_hex);
}

/* Every v1 is compared to its end, so that the time taken tells nothing of the right one. */
static bool has_digest(const struct stripe_signature *signature, const char *hex)
{
    bool found = false;

    for (size_t i = 0; i < signature->count; i++)
        found |= digest_equal(signature->v1[i], hex, STRIPE_SIGNATURE_HEX_LEN);
    return found;
}

static enum err check_signature(struct request *request, const struct secret *secret,
                                const char *body, size_t len)
{
    char hex[STRIPE_SIGNATURE_HEX_LEN + 1];
    struct stripe_signature signature;

    if (fcgi_count_param(request->fcgi, "HTTP_STRIPE_SIGNATURE") != 1)
        return refuse(request, "Stripe-Signature was not sent once");
    if (!stripe_signature_read(fcgi_find_param(request->fcgi, "HTTP_STRIPE_SIGNATURE"), &signature))
        return refuse(request, "Stripe-Signature is malformed");
    sign_body(request->arena, secret, signature.signed_at_s, body, len, hex);
    if (!has_digest(&signature, hex))
        return refuse(request, "no signature is that of the secret");
    if (!stripe_signature_is_fresh(&signature, clock_now_us()))
        return refuse(request, "the time of the signature is too far from ours");
    return ERR_OK;
}

static enum err read_event(struct endpoint_env *env, struct request *request,
                           struct stripe_event *ret_event)
{
    struct value body;
    const char *text;
    size_t len;
    enum err err =
        fcgi_read_body(request->fcgi, request->arena, BODY_MAX_BYTES, &text, &len, &request->msg);

    if (err == ERR_OK)
        err = check_signature(request, env->stripe_webhook_secret, text, len);
    if (err == ERR_OK)
        err = json_read(request->arena, text, len, &body, &request->msg);
    if (err == ERR_OK)
        err = stripe_event_read(&body, ret_event, &request->msg);
    return err;
}

enum err stripe_event_post(struct endpoint_env *env, struct request *request)
{
    struct answer_details details = {0};
    struct stripe_event event;

    request->step = "read the event";
    request->err = read_event(env, request, &event);
    if (request->err == ERR_INVALID_JSON)
        details.message = request->msg.text;
    if (request->err == ERR_OK) {
        request->step = "store the status of the subscription";
        request->err = subscription_update_run(env->flow.db, request->arena, &event, &request->msg);
    }
    if (request->err != ERR_OK) {
        answer_error(request, &details);
        return request->err;
    }
    answer_body(request, 200, received, sizeof received - 1);
    return ERR_OK;
}
