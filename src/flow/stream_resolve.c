#include "flow/stream_resolve.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "flow/flow.h"
#include "flow/stream_create.h"
#include "flow/stream_target.h"
#include "remote/scrapebadger.h"
#include "rule/lookup.h"
#include "store/profile.h"

/* Asks for all handles that are still open; the answers come back in the targets' look-ups. */
static void ask(struct stream_create *create, struct lookup **open, size_t count)
{
    struct lookup *batch = arena_array(create->arena, count, sizeof *batch);
    int64_t until_us =
        clock_monotonic_us() + create->flow->config->scrapebadger_deadline_ms * CLOCK_MS_US;

    for (size_t i = 0; i < count; i++)
        batch[i] = *open[i];
    scrapebadger_find(create->flow->scrapebadger, create->arena, batch, count,
                      until_us < create->deadline_us ? until_us : create->deadline_us,
                      &create->retry_after_s);
    for (size_t i = 0; i < count; i++)
        *open[i] = batch[i];
}

/* The cache is a convenience: a create does not fail because it could not be written. */
static void remember(struct stream_create *create, struct lookup *const *lookups, size_t count)
{
    struct errmsg msg;

    if (profile_put(create->flow->db, create->arena, lookups, count, clock_now_us(), &msg) !=
        ERR_OK)
        log_write(LOG_WARNING, "profiles were not cached: %s", msg.text);
}

static void ask_open(struct stream_create *create)
{
    struct lookup **open = arena_array(create->arena, create->target_count, sizeof *open);
    size_t count = 0;

    for (size_t i = 0; i < create->target_count; i++) {
        struct lookup *lookup = create->targets[i].lookup;

        if (lookup != NULL && lookup->outcome != LOOKUP_FOUND)
            open[count++] = lookup;
    }
    if (count == 0)
        return;
    ask(create, open, count);
    remember(create, open, count);
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

enum err stream_resolve_handles(struct stream_create *create, struct errmsg *msg)
{
    enum err err;

    ask_open(create);
    err = check_lookups(create, msg);
    if (err == ERR_OK)
        err = stream_match_targets(create, msg);
    if (err == ERR_OK)
        stream_merge_targets(create);
    return err;
}
