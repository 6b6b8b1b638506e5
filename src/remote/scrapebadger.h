/* ScrapeBadger: X profiles by handle. Source: docs.scrapebadger.com, twitter users by_username. */
#ifndef HW_REMOTE_SCRAPEBADGER_H
#define HW_REMOTE_SCRAPEBADGER_H

#include "base/base.h"

struct arena;
struct http;
struct lookup;
struct secret;
struct scrapebadger;

/* The client; keeps references to HTTP, URL and KEY. */
struct scrapebadger *scrapebadger_new(struct http *http, const char *base_url,
                                      const struct secret *key);
void scrapebadger_free(struct scrapebadger *service);

/* Looks up all handles at the same time, until DEADLINE_US (monotonic). Sets every outcome. A reply
 * must be strict JSON with a positive 64-bit id and the handle that was asked for (in any letter
 * case), or it is nonsense. Returns how many failed; RET_RETRY_AFTER_S is what the service asked
 * for, or a sensible pause, when some did. RET_HAS_ANSWERED: to one handle at least it gave a real
 * answer, which a 4xx is too, but not a 5xx or nonsense. */
size_t scrapebadger_find(struct scrapebadger *service, struct arena *arena, struct lookup *lookups,
                         size_t count, int64_t deadline_us, int64_t *ret_retry_after_s,
                         bool *ret_has_answered);

#endif
