/* The names of the choices that a stream offers, in the order of their enums (stream_input.h). */
#ifndef HW_RULE_STREAM_CHOICE_H
#define HW_RULE_STREAM_CHOICE_H

#include "rule/stream_input.h"

extern const char *const email_mode_texts[EMAIL_MODE__MAX];
extern const char *const email_digest_texts[EMAIL_DIGEST__MAX]; /* NULL for EMAIL_DIGEST_NONE */
extern const char *const delivery_texts[DELIVERY__MAX];
extern const char *const csv_format_texts[CSV__MAX];

#endif
