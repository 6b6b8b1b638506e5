#include "flow/stream_target.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "flow/flow.h"
#include "flow/stream_create.h"
#include "rule/lookup.h"
#include "store/account.h"
#include "store/profile.h"

static bool is_same_target(const struct target *target, const struct pair_input *pair)
{
    if (pair->handle == NULL)
        return target->handle == NULL && target->account_id == pair->account_id;
    return target->handle != NULL && strcasecmp(target->handle, pair->handle) == 0;
}

static struct target *find_target(struct stream_create *create, const struct pair_input *pair)
{
    for (size_t i = 0; i < create->target_count; i++)
        if (is_same_target(&create->targets[i], pair))
            return &create->targets[i];
    return NULL;
}

static void add_target(struct stream_create *create, const struct pair_input *pair)
{
    struct target *target = &create->targets[create->target_count++];

    *target = (struct target){.pointer = pair->pointer,
                              .account_id = pair->account_id,
                              .handle = pair->handle,
                              .tier = create->caller.is_free ? TIER_FREE : pair->tier,
                              .origin = PAIR_KNOWN};
    if (pair->handle == NULL)
        return;
    target->origin = PAIR_NEW;
    target->lookup = arena_alloc(create->arena, sizeof *target->lookup);
    target->lookup->handle = pair->handle;
}

/* One target for each account that the pairs name; a tier given beside any of them counts. */
static void make_targets(struct stream_create *create)
{
    const struct stream_input *input = create->input;

    create->targets = arena_array(create->arena, input->pair_count, sizeof *create->targets);
    for (size_t i = 0; i < input->pair_count; i++) {
        struct target *target = find_target(create, &input->pairs[i]);

        if (target == NULL)
            add_target(create, &input->pairs[i]);
        else if (input->pairs[i].tier_given && !create->caller.is_free)
            target->tier = input->pairs[i].tier;
    }
}

void stream_set_account(struct target *target, struct account *account)
{
    target->account = account;
    target->account_id = account->id;
    target->origin = account->state == ACCOUNT_SLEEPING ? PAIR_WOKEN : PAIR_KNOWN;
}

/* The accounts and the segment that are named by id: in one read, if there is an account. */
static enum err find_by_id(struct stream_create *create, struct errmsg *msg)
{
    struct flow *flow = create->flow;
    int64_t team_id = create->caller.team_id;
    int64_t segment_id = create->input->pairs[0].segment_id;
    int64_t *ids = arena_array(create->arena, create->target_count, sizeof *ids);
    struct segment_name segment;
    struct account_list accounts = {0};
    size_t count = 0;
    enum err err = ERR_OK;

    for (size_t i = 0; i < create->target_count; i++)
        if (create->targets[i].handle == NULL)
            ids[count++] = create->targets[i].account_id;
    if (count > 0)
        err = account_find_with_segment(flow->db, create->arena, team_id, ids, count, segment_id,
                                        &accounts, &segment, msg);
    else if (segment_id != 0)
        err = segment_find(flow->db, create->arena, team_id, segment_id, &segment, msg);
    if (err != ERR_OK)
        return err;
    if (segment_id != 0)
        create->segment = segment;
    for (size_t i = 0; i < create->target_count; i++)
        for (size_t j = 0; j < accounts.count; j++)
            if (create->targets[i].account_id == accounts.items[j].id)
                stream_set_account(&create->targets[i], &accounts.items[j]);
    return ERR_OK;
}

/* 404 for what is named by id and is not the team's; foreign and unknown ids look alike. */
static enum err check_found(struct stream_create *create, struct errmsg *msg)
{
    const struct pair_input *first = &create->input->pairs[0];

    for (size_t i = 0; i < create->target_count; i++) {
        const struct target *target = &create->targets[i];

        if (target->handle == NULL && target->account == NULL)
            problem_add(&create->problems,
                        problem_pointer(create->arena, target->pointer, "accountId"), "not_found",
                        "is not an account of your team");
    }
    if (create->problems.count > 0)
        return errmsg_set(msg, ERR_ACCOUNT_NOT_FOUND, "an account id is not the team's");
    if (first->segment != NULL || create->segment.id != 0)
        return ERR_OK;
    problem_add(&create->problems, problem_pointer(create->arena, first->pointer, "segmentId"),
                "not_found", "is not a segment of your team, or it is archived");
    return errmsg_set(msg, ERR_SEGMENT_NOT_FOUND, "the segment id is not the team's");
}

/* The look-ups that have been answered, or those that have not. */
static struct lookup **collect_lookups(struct stream_create *create, bool found, size_t *ret_count)
{
    struct lookup **lookups = arena_array(create->arena, create->target_count, sizeof *lookups);
    size_t count = 0;

    for (size_t i = 0; i < create->target_count; i++) {
        struct lookup *lookup = create->targets[i].lookup;

        if (lookup != NULL && (lookup->outcome == LOOKUP_FOUND) == found)
            lookups[count++] = lookup;
    }
    *ret_count = count;
    return lookups;
}

static enum err find_cached_profiles(struct stream_create *create, struct errmsg *msg)
{
    int64_t max_age_us = create->flow->config->profile_max_age_s * CLOCK_S_US;
    size_t count;
    struct lookup **lookups = collect_lookups(create, false, &count);

    if (count == 0)
        return ERR_OK;
    return profile_find(create->flow->db, create->arena, lookups, count,
                        clock_now_us() - max_age_us, msg);
}

/* The cache and the team's own row name the account differently: one of them is out of date, and
 * only X knows which. */
static void doubt_cache(struct stream_create *create)
{
    for (size_t i = 0; i < create->target_count; i++) {
        struct target *target = &create->targets[i];

        if (target->lookup == NULL || target->account == NULL)
            continue;
        if (strcasecmp(target->lookup->profile.handle, target->account->handle) != 0)
            target->lookup->outcome = LOOKUP_FAILED;
    }
}

/* A handle the cache does not know may still be one that the team tracks. It is looked up all the
 * same, since handles change hands, but the limits are first checked by this guess. */
static enum err guess_accounts(struct stream_create *create, struct errmsg *msg)
{
    struct account_list accounts;
    size_t count;
    struct lookup **lookups = collect_lookups(create, false, &count);
    const char **handles = arena_array(create->arena, count, sizeof *handles);
    enum err err;

    if (count == 0)
        return ERR_OK;
    for (size_t i = 0; i < count; i++)
        handles[i] = lookups[i]->handle;
    err = account_find_by_handle(create->flow->db, create->arena, create->caller.team_id, handles,
                                 count, &accounts, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < create->target_count; i++)
        for (size_t j = 0; j < accounts.count && create->targets[i].handle != NULL; j++)
            if (create->targets[i].account == NULL &&
                strcasecmp(create->targets[i].handle, accounts.items[j].handle) == 0)
                stream_set_account(&create->targets[i], &accounts.items[j]);
    return ERR_OK;
}

enum err stream_match_targets(struct stream_create *create, struct errmsg *msg)
{
    struct account_list accounts;
    size_t count;
    struct lookup **lookups = collect_lookups(create, true, &count);
    int64_t *x_user_ids = arena_array(create->arena, count, sizeof *x_user_ids);
    enum err err;

    if (count == 0)
        return ERR_OK;
    for (size_t i = 0; i < count; i++)
        x_user_ids[i] = lookups[i]->profile.x_user_id;
    err = account_find_by_x_user(create->flow->db, create->arena, create->caller.team_id,
                                 x_user_ids, count, &accounts, msg);
    for (size_t i = 0; err == ERR_OK && i < create->target_count; i++) {
        struct target *target = &create->targets[i];

        if (target->lookup == NULL || target->lookup->outcome != LOOKUP_FOUND)
            continue;
        target->account = NULL;
        target->account_id = 0;
        target->origin = PAIR_NEW;
        for (size_t j = 0; j < accounts.count; j++)
            if (target->lookup->profile.x_user_id == accounts.items[j].x_user_id)
                stream_set_account(target, &accounts.items[j]);
    }
    return err;
}

static int64_t x_user_id_of(const struct target *target)
{
    if (target->lookup != NULL && target->lookup->outcome == LOOKUP_FOUND)
        return target->lookup->profile.x_user_id;
    return target->lookup == NULL ? target->account->x_user_id : 0;
}

void stream_merge_targets(struct stream_create *create)
{
    size_t count = 0;

    for (size_t i = 0; i < create->target_count; i++) {
        int64_t x_user_id = x_user_id_of(&create->targets[i]);
        bool is_new = true;

        for (size_t j = 0; x_user_id != 0 && j < count; j++)
            is_new = is_new && x_user_id_of(&create->targets[j]) != x_user_id;
        if (is_new)
            create->targets[count++] = create->targets[i];
    }
    create->target_count = count;
}

enum err stream_find_targets(struct stream_create *create, struct errmsg *msg)
{
    enum err err;

    make_targets(create);
    err = find_by_id(create, msg);
    if (err == ERR_OK)
        err = check_found(create, msg);
    if (err == ERR_OK)
        err = find_cached_profiles(create, msg);
    if (err == ERR_OK)
        err = stream_match_targets(create, msg);
    if (err == ERR_OK)
        doubt_cache(create);
    if (err == ERR_OK)
        err = guess_accounts(create, msg);
    if (err == ERR_OK)
        stream_merge_targets(create);
    return err;
}
