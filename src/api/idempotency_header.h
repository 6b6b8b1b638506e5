/* The Idempotency-Key header. Contract section 5; the quoted form is a String of RFC 8941
 * section 3.3.3. */
#ifndef HW_API_IDEMPOTENCY_HEADER_H
#define HW_API_IDEMPOTENCY_HEADER_H

#include "base/base.h"
#include "base/err.h"

struct arena;

#define IDEMPOTENCY_KEY_MAX 255

/* The key in a header value, quoted or bare: 1 to 255 visible ASCII characters. It lives on ARENA.
 * ERR_INVALID_IDEMPOTENCY_KEY for anything else. */
enum err idempotency_header_read(struct arena *arena, const char *value, const char **ret_key,
                                 struct errmsg *msg) HW_MUST_CHECK;

#endif
