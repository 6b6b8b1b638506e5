#include "api/error_table.h"

static const struct error_row rows[ERR__MAX] = {
    [ERR_UNAUTHORIZED] = {"unauthorized", 401,
                          "The API key is missing, malformed, unknown or revoked.", LOG_INFO, 0},
    [ERR_NOT_FOUND] = {"not_found", 404, "There is nothing here.", LOG_INFO, 0},
    [ERR_METHOD_NOT_ALLOWED] = {"method_not_allowed", 405,
                                "This path does not know the method; see Allow.", LOG_INFO, 0},
    [ERR_UNSUPPORTED_MEDIA_TYPE] =
        {"unsupported_media_type", 415,
         "Send the body as application/json, in UTF-8, without a content coding.", LOG_INFO, 0},
    [ERR_BODY_TOO_LARGE] = {"body_too_large", 413, "The body is larger than this path takes.",
                            LOG_INFO, 0},
    [ERR_INVALID_SIGNATURE] = {"invalid_signature", 400,
                               "The Stripe-Signature header is missing, wrong or not of this time.",
                               LOG_WARNING, 0},
    [ERR_INVALID_IDEMPOTENCY_KEY] = {"invalid_idempotency_key", 400,
                                     "Idempotency-Key must be sent once, with 1 to 255 visible "
                                     "ASCII characters.",
                                     LOG_INFO, 0},
    [ERR_INVALID_JSON] = {"invalid_json", 400, "The body is not valid JSON.", LOG_INFO, 0},
    [ERR_VALIDATION_FAILED] = {"validation_failed", 400, "The request is invalid.", LOG_INFO, 0},
    [ERR_IDEMPOTENCY_KEY_REUSED] = {"idempotency_key_reused", 422,
                                    "This Idempotency-Key was used with another body.", LOG_INFO,
                                    0},
    [ERR_REQUEST_IN_PROGRESS] = {"request_in_progress", 409,
                                 "The first request with this Idempotency-Key is still running.",
                                 LOG_INFO, 1},
    [ERR_STREAM_MULTI_SEGMENT] = {"stream_multi_segment", 400,
                                  "All pairs of a stream must have the same segment.", LOG_INFO, 0},
    [ERR_ORPHAN_LABEL] = {"orphan_label", 400,
                          "The label catalogue does not know every label of the segment.", LOG_INFO,
                          0},
    [ERR_ACCOUNT_NOT_FOUND] = {"account_not_found", 404, "An account is not one of your team's.",
                               LOG_INFO, 0},
    [ERR_SEGMENT_NOT_FOUND] = {"segment_not_found", 404,
                               "The segment is not one of your team's, or it is archived.",
                               LOG_INFO, 0},
    [ERR_SUBSCRIPTION_REQUIRED] = {"subscription_required", 403,
                                   "Your team needs an active subscription, with an item for each "
                                   "tier.",
                                   LOG_INFO, 0},
    [ERR_FREE_ACCOUNT_LIMIT] = {"free_account_limit", 403,
                                "A free team may track one account; subscribe to track more.",
                                LOG_INFO, 0},
    [ERR_STREAM_CAP_EXCEEDED] = {"stream_cap_exceeded", 400,
                                 "An account's tier has no room for another automated stream.",
                                 LOG_INFO, 0},
    [ERR_HANDLE_LOOKUP_FAILED] = {"handle_lookup_failed", 503,
                                  "X accounts cannot be looked up now; nothing was created.",
                                  LOG_WARNING, 5},
    [ERR_HANDLE_NOT_FOUND] = {"handle_not_found", 404, "A handle is not an account on X.", LOG_INFO,
                              0},
    [ERR_HANDLE_PROTECTED] = {"handle_protected", 422, "A handle is a private account on X.",
                              LOG_INFO, 0},
    [ERR_PAYMENT_FAILED] = {"payment_failed", 402, "The payment was refused; nothing was created.",
                            LOG_WARNING, 0},
    [ERR_BILLING_UNAVAILABLE] = {"billing_unavailable", 503,
                                 "Billing is not available now; nothing was created.", LOG_WARNING,
                                 15},
    [ERR_OVERLOADED] = {"overloaded", 503, "The service is busy; nothing was done.", LOG_WARNING,
                        1},
    [ERR_OUTCOME_UNKNOWN] = {"outcome_unknown", 503,
                             "The outcome is not known; repeat the request with the same "
                             "Idempotency-Key.",
                             LOG_ERROR, 1},
    [ERR_INTERNAL] = {"internal_error", 500, "Something went wrong on our side.", LOG_ERROR, 0},
};

enum err error_table_public(enum err err)
{
    switch (err) {
    case ERR_DB_SCHEMA:
    case ERR_DB_LOST:
    case ERR_DB_RETRY:
        return ERR_OVERLOADED;
    case ERR_DB_UNKNOWN:
        return ERR_OUTCOME_UNKNOWN;
    default:
        return rows[err].code != NULL ? err : ERR_INTERNAL;
    }
}

const struct error_row *error_table_get(enum err err)
{
    return &rows[error_table_public(err)];
}
