#include "flow/billing_turn.h"

#include "base/clock.h"
#include "base/config.h"
#include "flow/billing_settle.h"
#include "flow/flow.h"
#include "rule/billing_pace.h"
#include "store/stream.h"

enum err billing_turn_find(const struct billing_settle *settle, const struct billing *billing,
                           int64_t *ret_wait_us, struct errmsg *msg)
{
    int64_t now_us = clock_now_us();
    int64_t count;
    enum err err;

    if (billing->attempt_key != NULL) {
        *ret_wait_us = 0;
        return ERR_OK;
    }
    err = billing_count_attempts(settle->flow->db, settle->arena, settle->place.team_id,
                                 now_us - BILLING_PACE_WINDOW_US, &count, msg);
    if (err == ERR_OK)
        *ret_wait_us = billing_pace_wait_us(count, billing->last_attempt_us, now_us);
    return err;
}

enum err billing_turn_find_patience(const struct billing_settle *settle, int64_t *ret_patience_us,
                                    struct errmsg *msg)
{
    int64_t count;
    enum err err =
        stream_count_pending(settle->flow->db, settle->arena, settle->place.team_id, &count, msg);

    if (err == ERR_OK)
        *ret_patience_us = billing_pace_patience_us(count, settle->flow->config->worker_count);
    return err;
}

bool billing_turn_is_gone(const struct billing *before, const struct billing *now)
{
    return now->attempt_key == NULL &&
           (before->attempt_key != NULL || before->last_attempt_us != now->last_attempt_us);
}
