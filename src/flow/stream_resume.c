#include "flow/stream_resume.h"

#include "flow/flow.h"
#include "flow/stream_create.h"

enum err stream_resume(struct stream_create *create, int64_t stream_id, struct errmsg *msg)
{
    struct flow *flow = create->flow;
    int64_t team_id = create->caller.team_id;
    enum err err = stream_find(flow->db, create->arena, team_id, stream_id, &create->stream, msg);

    if (err == ERR_OK)
        err = pair_list(flow->db, create->arena, team_id, stream_id, &create->pairs,
                        &create->pair_count, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < create->pair_count; i++)
        if (create->pairs[i].account_is_pending)
            create->wait_tiers |= 1U << create->pairs[i].tier;
    create->is_reserved = true;
    return ERR_OK;
}
