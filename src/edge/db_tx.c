#include "edge/db_tx.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "edge/db_link.h"
#include "edge/digest.h"

#define TRY_MAX 3
#define PAUSE_MIN_US (5 * CLOCK_MS_US)
#define PAUSE_SPAN_US (45 * CLOCK_MS_US)

/* A random pause, so that two runs that met in a deadlock do not meet again. */
static void pause_before_retry(void)
{
    uint16_t random;

    digest_random(&random, sizeof random);
    clock_sleep_us(PAUSE_MIN_US + random % PAUSE_SPAN_US);
}

/* Ends the transaction without effect. A connection that cannot even do that is closed, which does
 * the same. */
static void roll_back(struct db *db)
{
    struct errmsg ignored;

    if (db->link != NULL && db_run_text(db, "ROLLBACK", &ignored) != ERR_OK)
        db_close(db);
    db->in_transaction = false;
}

static enum err commit(struct db *db, struct errmsg *msg)
{
    enum err err = db_run_text(db, "COMMIT", msg);

    db->in_transaction = false;
    if (err == ERR_OK)
        return ERR_OK;
    if (err == ERR_DB_RETRY) {
        roll_back(db);
        return err;
    }
    /* Any other failure proves nothing: the server may have committed all the same. */
    db_close(db);
    return errmsg_while(msg, ERR_DB_UNKNOWN, "committing");
}

static enum err run_once(struct db *db, enum err (*body)(void *arg, struct errmsg *msg), void *arg,
                         struct errmsg *msg)
{
    enum err err;

    db->last_statement = NULL;
    err = db_run_text(db, "BEGIN", msg);
    if (err != ERR_OK)
        return err;
    db->in_transaction = true;
    err = body(arg, msg);
    if (err == ERR_OK)
        return commit(db, msg);
    roll_back(db);
    return err;
}

enum err db_tx_run(struct db *db, enum err (*body)(void *arg, struct errmsg *msg), void *arg,
                   struct errmsg *msg)
{
    enum err err = run_once(db, body, arg, msg);

    for (int i = 1; err == ERR_DB_RETRY && i < TRY_MAX; i++) {
        log_write(LOG_INFO, "transaction runs again: %s", msg->text);
        metric_count(METRIC_RETRIES, METRIC_RETRY_TRANSACTION, 0);
        pause_before_retry();
        err = run_once(db, body, arg, msg);
    }
    return err;
}
