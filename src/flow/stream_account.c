#include "flow/stream_account.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "flow/flow.h"
#include "flow/stream_create.h"
#include "flow/stream_target.h"
#include "rule/lookup.h"
#include "store/account.h"
#include "store/billing.h"

bool stream_needs_team_lock(const struct stream_create *create)
{
    for (size_t i = 0; i < create->target_count; i++) {
        const struct account *account = create->targets[i].account;

        if (account == NULL || account->state != ACCOUNT_ACTIVE)
            return true;
    }
    return false;
}

static bool is_looked_up(const struct target *target)
{
    return target->lookup != NULL && target->lookup->outcome == LOOKUP_FOUND;
}

const char *stream_target_handle(const struct target *target)
{
    return is_looked_up(target) ? target->lookup->profile.handle : target->account->handle;
}

enum tier stream_target_tier(const struct target *target)
{
    return target->account == NULL ? target->tier : target->account->tier;
}

enum err stream_refresh_accounts(struct stream_create *create, struct errmsg *msg)
{
    int64_t *ids = arena_array(create->arena, create->target_count, sizeof *ids);
    struct account_list accounts;
    size_t count = 0;
    enum err err;

    for (size_t i = 0; i < create->target_count; i++)
        if (create->targets[i].lookup == NULL)
            ids[count++] = create->targets[i].account_id;
    if (count == 0)
        return ERR_OK;
    err = account_find(create->flow->db, create->arena, create->caller.team_id, ids, count,
                       &accounts, msg);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < create->target_count; i++)
        for (size_t j = 0; j < accounts.count; j++)
            if (create->targets[i].account_id == accounts.items[j].id)
                stream_set_account(&create->targets[i], &accounts.items[j]);
    return ERR_OK;
}

enum err stream_raise_billing(struct stream_create *create, struct errmsg *msg)
{
    struct db *db = create->flow->db;
    int64_t team_id = create->caller.team_id;
    unsigned added_tiers = 0;
    int64_t version;
    enum err err;

    if (create->caller.is_free)
        return ERR_OK;
    for (size_t i = 0; i < create->target_count; i++) {
        const struct target *target = &create->targets[i];
        unsigned bit = 1U << stream_target_tier(target);

        if (target->origin != PAIR_KNOWN)
            added_tiers |= bit;
        if (target->origin != PAIR_KNOWN || target->account->state == ACCOUNT_PENDING)
            create->wait_tiers |= bit;
    }
    if (create->wait_tiers == 0)
        return ERR_OK;
    err = billing_lock_team(db, create->arena, team_id, &version, msg);
    if (err != ERR_OK)
        return err;
    /* Every tier that is waited for must be meant to reach the stream's version, also one of which
     * only pending accounts of other streams are used. */
    create->stream.billing_version = added_tiers == 0 ? version : version + 1;
    return billing_raise(db, create->arena, team_id, create->wait_tiers,
                         create->stream.billing_version, msg);
}

static struct account *new_account(struct stream_create *create, const struct target *target)
{
    struct account *account = arena_alloc(create->arena, sizeof *account);

    *account = (struct account){
        .x_user_id = target->lookup->profile.x_user_id,
        .handle = target->lookup->profile.handle,
        .tier = target->tier,
        .state = create->caller.is_free ? ACCOUNT_ACTIVE : ACCOUNT_PENDING,
    };
    return account;
}

static int by_x_user_id(const void *a, const void *b)
{
    const struct account *const *first = a;
    const struct account *const *second = b;

    return (*first)->x_user_id < (*second)->x_user_id ? -1 : 1;
}

static enum err add_accounts(struct stream_create *create, struct errmsg *msg)
{
    struct account **added = arena_array(create->arena, create->target_count, sizeof *added);
    size_t count = 0;
    enum err err;

    for (size_t i = 0; i < create->target_count; i++)
        if (create->targets[i].origin == PAIR_NEW)
            added[count++] = create->targets[i].account = new_account(create, &create->targets[i]);
    if (count == 0)
        return ERR_OK;
    qsort(added, count, sizeof *added, by_x_user_id);
    err = account_add(create->flow->db, create->arena, create->caller.team_id, added, count,
                      create->stream.created_us, msg);
    for (size_t i = 0; i < create->target_count; i++)
        create->targets[i].account_id = create->targets[i].account->id;
    return err;
}

static enum err wake_accounts(struct stream_create *create, struct errmsg *msg)
{
    enum account_state state = create->caller.is_free ? ACCOUNT_ACTIVE : ACCOUNT_PENDING;
    int64_t *ids = arena_array(create->arena, create->target_count, sizeof *ids);
    size_t count = 0;

    for (size_t i = 0; i < create->target_count; i++) {
        if (create->targets[i].origin != PAIR_WOKEN)
            continue;
        create->targets[i].account->state = state;
        ids[count++] = create->targets[i].account_id;
    }
    if (count == 0)
        return ERR_OK;
    return account_wake(create->flow->db, create->arena, create->caller.team_id, ids, count, state,
                        msg);
}

/* A known account that X now knows by another handle. */
static bool is_renamed(const struct target *target)
{
    return target->origin != PAIR_NEW && is_looked_up(target) &&
           strcmp(target->account->handle, target->lookup->profile.handle) != 0;
}

static enum err rename_accounts(struct stream_create *create, struct errmsg *msg)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < create->target_count && err == ERR_OK; i++) {
        const struct target *target = &create->targets[i];

        if (is_renamed(target))
            err = account_set_handle(create->flow->db, create->arena, create->caller.team_id,
                                     target->account_id, target->lookup->profile.handle, msg);
    }
    return err;
}

enum err stream_put_accounts(struct stream_create *create, struct errmsg *msg)
{
    enum err err = add_accounts(create, msg);

    if (err == ERR_OK)
        err = wake_accounts(create, msg);
    return err;
}

enum err stream_take_accounts(struct stream_create *create, struct errmsg *msg)
{
    int64_t *ids = stream_create_account_ids(create);
    int64_t taken;
    enum err err = account_take_stream(create->flow->db, create->arena, create->caller.team_id, ids,
                                       create->target_count, create->needs_team_lock, &taken, msg);

    if (err != ERR_OK)
        return err;
    create->was_short = taken < (int64_t)create->target_count;
    if (create->was_short)
        return errmsg_set(msg, ERR_OVERLOADED, "accounts kept filling and freeing meanwhile");
    return rename_accounts(create, msg);
}
