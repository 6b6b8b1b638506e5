#include "rule/stripe_event.h"

#include <string.h>

#include "base/clock.h"
#include "base/value.h"
#include "rule/subscription_status.h"

#define ID_BYTES_MAX 255

/* The end of the year 9999, the last that the database can hold. */
#define CREATED_MAX_S INT64_C(253402300799)

static enum err refuse(struct errmsg *msg, const char *what)
{
    return errmsg_set(msg, ERR_INVALID_JSON, "The body is not an event: %s.", what);
}

static const struct value *find_kind(const struct value *object, const char *name,
                                     enum value_kind kind)
{
    const struct value *value = object == NULL ? NULL : value_find(object, name);

    return value == NULL || value->kind != kind ? NULL : value;
}

static const char *find_text(const struct value *object, const char *name)
{
    const struct value *value = find_kind(object, name, VALUE_TEXT);

    return value == NULL ? NULL : value->text;
}

/* What the column of the subscription's id can hold. */
static bool is_id(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (text[i] < '!' || text[i] > '~')
            return false;
    return len > 0 && len <= ID_BYTES_MAX;
}

static bool is_of_subscription(const char *type)
{
    static const char *const types[] = {
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
    };

    for (size_t i = 0; i < HW_COUNT(types); i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

static enum err read_subscription(const struct value *body, struct stripe_event *event,
                                  struct errmsg *msg)
{
    const struct value *created = find_kind(body, "created", VALUE_INT);
    const struct value *data = find_kind(body, "data", VALUE_OBJECT);
    const struct value *object = find_kind(data, "object", VALUE_OBJECT);
    const struct value *previous = find_kind(data, "previous_attributes", VALUE_OBJECT);

    event->is_update = strcmp(event->type, "customer.subscription.updated") == 0;
    event->is_deleted = strcmp(event->type, "customer.subscription.deleted") == 0;
    event->subscription_id = find_text(object, "id");
    event->status = event->is_deleted ? SUBSCRIPTION_STATUS_CANCELED : find_text(object, "status");
    event->previous_status = find_text(previous, "status");
    event->has_previous = previous != NULL;
    if (created == NULL || created->integer <= 0 || created->integer > CREATED_MAX_S)
        return refuse(msg, "created must be a time in seconds");
    if (event->subscription_id == NULL || !is_id(event->subscription_id))
        return refuse(msg, "data.object.id must be the id of a subscription");
    if (event->status == NULL)
        return refuse(msg, "data.object.status must be a string");
    event->created_us = created->integer * CLOCK_S_US;
    return ERR_OK;
}

enum err stripe_event_read(const struct value *body, struct stripe_event *ret_event,
                           struct errmsg *msg)
{
    struct stripe_event event = {0};
    enum err err = ERR_OK;

    if (body->kind != VALUE_OBJECT)
        return refuse(msg, "it must be an object");
    event.id = find_text(body, "id");
    event.type = find_text(body, "type");
    if (event.type == NULL)
        return refuse(msg, "type must be a string");
    event.is_of_subscription = is_of_subscription(event.type);
    if (event.is_of_subscription)
        err = read_subscription(body, &event, msg);
    if (err == ERR_OK)
        *ret_event = event;
    return err;
}
