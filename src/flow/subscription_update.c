#include "flow/subscription_update.h"

#include "base/log.h"
#include "rule/stripe_event.h"
#include "rule/subscription_status.h"
#include "store/team.h"

/* What came of an event; each has its words for the log. */
enum outcome {
    OUTCOME_STORED,
    OUTCOME_NO_NEWS,
    OUTCOME_OTHER_TYPE,
    OUTCOME_UNKNOWN_STATUS,
    OUTCOME_UNKNOWN_SUBSCRIPTION,
    OUTCOME__MAX
};

struct outcome_row {
    const char *text;
    enum log_level level;
};

static const struct outcome_row outcomes[OUTCOME__MAX] = {
    [OUTCOME_STORED] = {"stored", LOG_INFO},
    [OUTCOME_NO_NEWS] = {"older, repeated or behind the end: nothing changed", LOG_INFO},
    [OUTCOME_OTHER_TYPE] = {"another kind of event: nothing changed", LOG_INFO},
    [OUTCOME_UNKNOWN_STATUS] = {"unknown status: nothing changed", LOG_WARNING},
    [OUTCOME_UNKNOWN_SUBSCRIPTION] = {"no team has the subscription: nothing changed", LOG_INFO},
};

static void log_outcome(const struct stripe_event *event, int64_t team_id, enum outcome outcome)
{
    struct log_line line;

    log_line_init(&line, outcomes[outcome].level, "stripe event");
    log_line_add_text(&line, "event", event->id);
    log_line_add_text(&line, "type", event->type);
    log_line_add_text(&line, "subscription", event->subscription_id);
    log_line_add_text(&line, "status", event->status);
    if (team_id != 0)
        log_line_add_int(&line, "team", team_id);
    log_line_add_text(&line, "outcome", outcomes[outcome].text);
    log_line_write(&line);
}

/* An idle connection may have been closed by the server: reading once more is safe. */
static enum err find_team(struct db *db, struct arena *arena, const char *subscription_id,
                          int64_t *ret_id, struct errmsg *msg)
{
    enum err err = team_find_by_subscription(db, arena, subscription_id, ret_id, msg);

    if (err == ERR_DB_LOST)
        err = team_find_by_subscription(db, arena, subscription_id, ret_id, msg);
    return err;
}

/* Within its second an event is told from a late one by what it says was changed. The end always
 * counts, and so does an update that does not say. */
static bool wins_tie(const struct stripe_event *event)
{
    return event->is_deleted || (event->is_update && !event->has_previous);
}

static enum err apply(struct db *db, struct arena *arena, const struct stripe_event *event,
                      int64_t *ret_team_id, enum outcome *ret_outcome, struct errmsg *msg)
{
    const struct team_status status = {.subscription_id = event->subscription_id,
                                       .status = event->status,
                                       .previous_status = event->previous_status,
                                       .wins_tie = wins_tie(event),
                                       .created_us = event->created_us};
    bool is_set;
    enum err err = find_team(db, arena, event->subscription_id, ret_team_id, msg);

    if (err == ERR_NOT_FOUND) {
        *ret_outcome = OUTCOME_UNKNOWN_SUBSCRIPTION;
        return ERR_OK;
    }
    if (err == ERR_OK)
        err = team_set_status(db, arena, *ret_team_id, &status, &is_set, msg);
    if (err == ERR_OK)
        *ret_outcome = is_set ? OUTCOME_STORED : OUTCOME_NO_NEWS;
    return err;
}

enum err subscription_update_run(struct db *db, struct arena *arena,
                                 const struct stripe_event *event, struct errmsg *msg)
{
    enum outcome outcome = OUTCOME_OTHER_TYPE;
    int64_t team_id = 0;
    enum err err = ERR_OK;

    if (event->is_of_subscription && !subscription_status_is_known(event->status))
        outcome = OUTCOME_UNKNOWN_STATUS;
    else if (event->is_of_subscription)
        err = apply(db, arena, event, &team_id, &outcome, msg);
    if (err == ERR_OK)
        log_outcome(event, team_id, outcome);
    return err;
}
