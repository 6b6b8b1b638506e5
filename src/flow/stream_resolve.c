#include "flow/stream_resolve.h"

#include "base/arena.h"
#include "base/breaker.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "flow/flow.h"
#include "flow/stream_create.h"
#include "flow/stream_target.h"
#include "remote/scrapebadger.h"
#include "rule/lookup.h"
#include "store/profile.h"

/* The look-ups that the cache has not answered. */
struct open_lookups {
    struct lookup **items;
    size_t count;
};

static struct open_lookups find_open(struct stream_create *create)
{
    struct open_lookups open = {
        .items = arena_array(create->arena, create->target_count, sizeof *open.items)};

    for (size_t i = 0; i < create->target_count; i++) {
        struct lookup *lookup = create->targets[i].lookup;

        if (lookup != NULL && lookup->outcome != LOOKUP_FOUND)
            open.items[open.count++] = lookup;
    }
    return open;
}

/* Looks up a batch, and tells all workers whether the service answers. One that a create which is
 * short of time leaves less than its own time says nothing by being late. */
static void find_batch(struct stream_create *create, struct lookup *batch, size_t count)
{
    struct flow *flow = create->flow;
    int64_t until_us = clock_monotonic_us() + flow->config->scrapebadger_deadline_ms * CLOCK_MS_US;
    bool is_short = create->deadline_us < until_us;
    bool has_answered = false;

    scrapebadger_find(flow->scrapebadger, create->arena, batch, count,
                      is_short ? create->deadline_us : until_us, &create->retry_after_s,
                      &has_answered);
    if (has_answered || !is_short)
        breaker_note(flow->scrapebadger_breaker, has_answered, clock_monotonic_us());
}

/* Asks for all handles that are still open; the answers come back in the targets' look-ups. */
static void ask(struct stream_create *create, const struct open_lookups *open)
{
    struct lookup *batch = arena_array(create->arena, open->count, sizeof *batch);

    for (size_t i = 0; i < open->count; i++)
        batch[i] = *open->items[i];
    find_batch(create, batch, open->count);
    for (size_t i = 0; i < open->count; i++)
        *open->items[i] = batch[i];
}

/* The service is known to be silent: nothing is asked. */
static void give_up(struct stream_create *create, const struct open_lookups *open)
{
    create->retry_after_s =
        breaker_retry_after_s(create->flow->scrapebadger_breaker, clock_monotonic_us());
    for (size_t i = 0; i < open->count; i++) {
        open->items[i]->outcome = LOOKUP_FAILED;
        open->items[i]->why = "the look-up service has not answered for a while";
    }
}

/* Has the open look-ups answered. True if ScrapeBadger was asked. */
static bool answer_open(struct stream_create *create, const struct open_lookups *open)
{
    if (open->count == 0)
        return false;
    if (!breaker_admits(create->flow->scrapebadger_breaker, clock_monotonic_us())) {
        give_up(create, open);
        return false;
    }
    ask(create, open);
    return true;
}

/* The cache is a convenience: a create does not fail because it could not be written. */
static void remember(struct stream_create *create, const struct open_lookups *answered)
{
    struct errmsg msg;

    if (profile_put(create->flow->db, create->arena, answered->items, answered->count,
                    clock_now_us(), &msg) != ERR_OK)
        log_write(LOG_WARNING, "profiles were not cached: %s", msg.text);
}

static bool has_fault(const struct lookup *lookup, enum err fault)
{
    switch (fault) {
    case ERR_HANDLE_LOOKUP_FAILED:
        return lookup->outcome == LOOKUP_FAILED;
    case ERR_HANDLE_NOT_FOUND:
        return lookup->outcome == LOOKUP_MISSING;
    default:
        return lookup->outcome == LOOKUP_FOUND && lookup->profile.is_protected;
    }
}

/* Lists every handle with this fault; ERR_OK if there is none. */
static enum err refuse_handles(struct stream_create *create, enum err fault, const char *code,
                               const char *message, struct errmsg *msg)
{
    const char *why = NULL;

    for (size_t i = 0; i < create->target_count; i++) {
        const struct target *target = &create->targets[i];

        if (target->lookup == NULL || !has_fault(target->lookup, fault))
            continue;
        why = target->lookup->why;
        problem_add(&create->problems,
                    problem_pointer(create->arena, target->pointer, "accountHandle"), code, "%s",
                    message);
    }
    if (create->problems.count == 0)
        return ERR_OK;
    return errmsg_set(msg, fault, "%s", why == NULL ? message : why);
}

static enum err check_lookups(struct stream_create *create, struct errmsg *msg)
{
    enum err err = refuse_handles(create, ERR_HANDLE_LOOKUP_FAILED, "lookup_failed",
                                  "could not be looked up now", msg);

    if (err == ERR_OK)
        err = refuse_handles(create, ERR_HANDLE_NOT_FOUND, "not_found", "is not an account on X",
                             msg);
    if (err == ERR_OK)
        err = refuse_handles(create, ERR_HANDLE_PROTECTED, "protected", "is a private account on X",
                             msg);
    return err;
}

/* Refuses what X does not have, or matches what it has with the team's accounts. */
static enum err take_lookups(struct stream_create *create, struct errmsg *msg)
{
    enum err err = check_lookups(create, msg);

    if (err == ERR_OK)
        err = stream_match_targets(create, msg);
    if (err == ERR_OK)
        stream_merge_targets(create);
    return err;
}

enum err stream_resolve_handles(struct stream_create *create, struct errmsg *msg)
{
    struct open_lookups open = find_open(create);

    if (answer_open(create, &open))
        remember(create, &open);
    return take_lookups(create, msg);
}

enum err stream_foresee_handles(struct stream_create *create, struct errmsg *msg)
{
    struct open_lookups open = find_open(create);

    (void)answer_open(create, &open);
    return take_lookups(create, msg);
}
