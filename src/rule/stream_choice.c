#include "rule/stream_choice.h"

const char *const email_mode_texts[EMAIL_MODE__MAX] = {"verified", "any"};
const char *const email_digest_texts[EMAIL_DIGEST__MAX] = {NULL, "after_every_sync", "daily",
                                                           "weekly", "off"};
const char *const delivery_texts[DELIVERY__MAX] = {"leads_only", "leads_plus_webhook"};
const char *const csv_format_texts[CSV__MAX] = {"standard", "excel"};

const char *email_mode_text(enum email_mode mode)
{
    return email_mode_texts[mode];
}

const char *email_digest_text(enum email_digest digest)
{
    return email_digest_texts[digest];
}

const char *delivery_text(enum delivery delivery)
{
    return delivery_texts[delivery];
}

const char *csv_format_text(enum csv_format format)
{
    return csv_format_texts[format];
}
