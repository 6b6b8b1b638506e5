/* What an event of Stripe does to the team whose subscription it concerns. */
#ifndef HW_FLOW_SUBSCRIPTION_UPDATE_H
#define HW_FLOW_SUBSCRIPTION_UPDATE_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct db;
struct stripe_event;

/* Stores the status that the event reports, unless the event is no news: Stripe sends an event more
 * than once, and not in order. Whatever is left alone (another kind of event, a subscription or a
 * word we do not know) is a success too. Writes one log line that says what came of it. An error is
 * the database's alone, and then the same event may be sent again: ERR_DB_LOST, ERR_DB_RETRY,
 * ERR_DB. */
enum err subscription_update_run(struct db *db, struct arena *arena,
                                 const struct stripe_event *event,
                                 struct errmsg *msg) HW_MUST_CHECK;

#endif
