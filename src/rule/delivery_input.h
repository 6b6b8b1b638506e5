/* Where leads go: deliveryDestination, webhookUrl, csvEmailRecipients. Contract section 1. */
#ifndef HW_RULE_DELIVERY_INPUT_H
#define HW_RULE_DELIVERY_INPUT_H

#include "base/base.h"

struct field;
struct field_table;

/* The fields of csvEmailRecipients. */
extern const struct field_table csv_recipients_fields;

/* Rules of the body's table; READING is a struct stream_reading. */

/* Codes type, enum. */
void delivery_input_read_destination(const struct field *field, void *reading);

/* Kept byte for byte as it was sent. Codes type, max_length, url. */
void delivery_input_read_webhook(const struct field *field, void *reading);

/* Codes of the fields: type, required, min_items, max_items, email, unique (in one list, letter
 * case aside), enum. */
void delivery_input_read_csv(const struct field *field, void *reading);

#endif
