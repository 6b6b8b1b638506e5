/* The commands of the noun "team" that have files of their own, and what the others share. */
#ifndef HW_ADMIN_TEAM_H
#define HW_ADMIN_TEAM_H

#include "base/base.h"
#include "base/err.h"

struct session;

/* `headwater team create`: a team, with its subscription and Stripe items if it pays. */
enum err team_run_create(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* `headwater team set ID`: another name, or another way to be billed. */
enum err team_run_set(struct session *session, struct errmsg *msg) HW_MUST_CHECK;

/* Reads a team with all that belongs to it, and writes that. The session is open. ERR_NOT_FOUND
 * says how to find the team's id. */
enum err team_write_all(struct session *session, int64_t id, struct errmsg *msg) HW_MUST_CHECK;

/* ERR_NOT_FOUND, with the mend, unless there is such a team. The session is open. */
enum err team_require(struct session *session, int64_t id, struct errmsg *msg) HW_MUST_CHECK;

#endif
