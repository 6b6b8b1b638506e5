#include "flow/stream_draft.h"

#include "base/arena.h"
#include "flow/stream_account.h"
#include "flow/stream_create.h"
#include "rule/stream_name.h"
#include "store/account.h"

void stream_draft_begin(struct stream_create *create)
{
    create->stream = (struct stream){
        .team_id = create->caller.team_id,
        .segment_id = create->segment.id,
        .segment_created = create->segment_input != NULL,
    };
}

static const char *timezone_of(const struct stream_create *create)
{
    if (create->input->timezone != NULL)
        return create->input->timezone;
    return create->caller.timezone[0] != '\0' ? create->caller.timezone : "UTC";
}

static const char *name_of(const struct stream_create *create)
{
    if (create->input->name != NULL)
        return create->input->name;
    return stream_name_derive(create->arena, create->segment.name, create->segment.description,
                              stream_target_handle(&create->targets[0]), create->target_count);
}

void stream_draft_fields(struct stream_create *create)
{
    const struct stream_input *input = create->input;
    struct stream *stream = &create->stream;

    stream->name = name_of(create);
    stream->is_pending = create->wait_tiers != 0;
    stream->is_active = true;
    stream->pair_count = create->target_count;
    stream->timezone = timezone_of(create);
    stream->auto_enrich_linkedin = input->auto_enrich_linkedin;
    stream->auto_enrich_email = input->auto_enrich_email;
    stream->email_mode = input->email_mode;
    stream->email_digest = input->email_digest;
    stream->telegram = input->telegram;
    stream->delivery = input->delivery;
    stream->webhook_url = input->webhook_url;
    stream->csv = input->csv;
    stream->slot_count = input->slot_count;
    for (size_t i = 0; i < input->slot_count; i++)
        stream->slots[i] = input->slots[i];
}

void stream_draft_pairs(struct stream_create *create)
{
    create->pair_count = create->target_count;
    create->pairs = arena_array(create->arena, create->pair_count, sizeof *create->pairs);
    for (size_t i = 0; i < create->pair_count; i++) {
        const struct target *target = &create->targets[i];

        create->pairs[i] = (struct pair){
            .account_id = target->account_id,
            .origin = target->origin,
            .handle = stream_target_handle(target),
            .tier = stream_target_tier(target),
            .account_is_pending =
                target->account != NULL && target->account->state == ACCOUNT_PENDING,
        };
    }
}
