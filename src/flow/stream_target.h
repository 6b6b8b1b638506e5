/* The accounts a create is about: each once, matched with what the team tracks already. */
#ifndef HW_FLOW_STREAM_TARGET_H
#define HW_FLOW_STREAM_TARGET_H

#include "base/base.h"
#include "base/err.h"

struct account;
struct account_list;
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

/* Decides subscription, free limit and caps by what has been read so far:
 * ERR_SUBSCRIPTION_REQUIRED, ERR_FREE_ACCOUNT_LIMIT, ERR_STREAM_CAP_EXCEEDED, in this order. Runs
 * once before any look-up is paid for, and again under locks. */
enum err stream_check_limits(struct stream_create *create, struct errmsg *msg) HW_MUST_CHECK;

/* Says why the chokepoint did not take all accounts, which are given as they are now:
 * ERR_ACCOUNT_NOT_FOUND or ERR_STREAM_CAP_EXCEEDED with the offenders; ERR_DB_RETRY if one has only
 * changed its state, which is then decided under the team's lock. */
enum err stream_refuse_accounts(struct stream_create *create, const struct account_list *accounts,
                                struct errmsg *msg) HW_MUST_CHECK;

#endif
