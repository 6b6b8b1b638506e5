/* The commands of `headwater`. Each reads its options, does one thing and writes its answer. */
#ifndef HW_ADMIN_COMMAND_H
#define HW_ADMIN_COMMAND_H

#include "base/base.h"
#include "base/err.h"

struct session;

/* All: ERR_USAGE for a command line that cannot be used, any other error for what failed. Nothing
 * is written to standard output on failure. */

/* `headwater migrate`: applies the missing migrations. */
enum err migrate_run(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater check`: looks at all the service needs; session->has_failed if something is wrong. */
enum err check_run(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater reconcile`: brings to an end what was left behind, once or again and again. */
enum err reconcile_command_run(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater team create`: a team, with its subscription and Stripe items if it pays. */
enum err team_run_create(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater user create`: a user of a team. */
enum err user_run_create(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater key create`: an API key of a user; the only time its secret can be seen. */
enum err key_run_create(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater key list`: the keys of a team. */
enum err key_run_list(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater key revoke PUBLIC_ID`: ends a key for good. */
enum err key_run_revoke(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

#endif
