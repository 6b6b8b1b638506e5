#include "flow/billing_level.h"

#include "flow/billing_settle.h"
#include "flow/flow.h"
#include "store/billing.h"

enum err billing_level_run(struct flow *flow, struct arena *arena,
                           const struct billing_place *place, int64_t version, int64_t deadline_us,
                           struct errmsg *msg)
{
    const struct billing_settle settle = {.flow = flow,
                                          .arena = arena,
                                          .place = *place,
                                          .version = version,
                                          .deadline_us = deadline_us,
                                          .never_waits = true,
                                          .trusts_row = true};
    const char *attempt_key = NULL;
    struct errmsg failure;
    enum err err = billing_settle_run(&settle, &attempt_key, msg);

    if (attempt_key == NULL)
        return err;
    if (billing_remove_attempt(flow->db, arena, place, attempt_key, &failure) == ERR_OK)
        return err;
    billing_settle_release(&settle);
    *msg = failure;
    return ERR_DB;
}
