/* The URL that leads are posted to. Contract section 1, webhookUrl. */
#ifndef HW_RULE_WEBHOOK_URL_H
#define HW_RULE_WEBHOOK_URL_H

#include "base/base.h"

struct arena;
struct stream_input_env;

#define WEBHOOK_URL_BYTES_MAX 2048

/* What is wrong with TEXT, as the end of a sentence ("must be an https URL"), or NULL if nothing
 * is. Visible ASCII, https, no user, no fragment, port 443 or 1024 and above, and the name of a
 * public host; what the host's addresses are is looked at when it is called. The length is not
 * judged here. */
const char *webhook_url_check(const struct stream_input_env *env, struct arena *arena,
                              const char *text);

#endif
