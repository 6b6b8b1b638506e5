/*
 * Transactions. This is the only place that says BEGIN, COMMIT and ROLLBACK.
 *
 * A transaction is a function that can be run again from its start: after a deadlock or a lock wait
 * it is, at most three times in all, with a short random pause.
 */
#ifndef HW_EDGE_DB_TX_H
#define HW_EDGE_DB_TX_H

#include "base/base.h"
#include "base/err.h"

struct db;

/* Runs BODY(ARG) in one transaction, READ COMMITTED, and commits if it answers ERR_OK; any other
 * answer rolls back and is passed on. ERR_DB_UNKNOWN: COMMIT was sent and nothing is known of its
 * outcome. The body must not call out over the network. */
enum err db_tx_run(struct db *db, enum err (*body)(void *arg, struct errmsg *msg), void *arg,
                   struct errmsg *msg) HW_MUST_CHECK;

#endif
