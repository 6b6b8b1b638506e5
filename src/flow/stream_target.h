/* The accounts a create is about: each once, matched with what the team tracks already. */
#ifndef HW_FLOW_STREAM_TARGET_H
#define HW_FLOW_STREAM_TARGET_H

#include "base/base.h"
#include "base/err.h"

struct account;
struct stream_create;
struct target;

/* Merges pairs that name one account, finds the team's accounts and the named segment, and answers
 * from the profile cache what it can. ERR_ACCOUNT_NOT_FOUND, ERR_SEGMENT_NOT_FOUND. */
enum err stream_find_targets(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Matches the targets whose X id is known with the team's accounts as they are now. */
enum err stream_match_targets(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Notes that the team tracks the target as ACCOUNT. */
void stream_set_account(struct target *target, struct account *account);

/* Makes targets that turned out to be one account one target. */
void stream_merge_targets(struct stream_create *create);

#endif
