#include "rule/schedule_input.h"

#include "base/zone.h"
#include "rule/field.h"
#include "rule/problem.h"
#include "rule/slot.h"
#include "rule/stream_input.h"
#include "rule/stream_reading.h"

static bool time_read(const struct field *field, uint8_t *ret_slot)
{
    const char *text;

    if (!field_read_text(field, &text))
        return false;
    switch (slot_read(text, ret_slot)) {
    case SLOT_FINE:
        return true;
    case SLOT_BAD_QUARTER:
        problem_add(field->problems, field->pointer, "slot", "must lie on a quarter hour");
        return false;
    case SLOT_BAD_TIME:
        break;
    }
    problem_add(field->problems, field->pointer, "pattern",
                "must be a 24-hour time of day such as \"09:15\"");
    return false;
}

void schedule_input_read_times(const struct field *field, void *reading)
{
    struct stream_input *input = ((struct stream_reading *)reading)->input;
    bool given[SLOT_COUNT] = {false};

    if (!field_check_array(field, 1, STREAM_SLOT_MAX))
        return;
    for (size_t i = 0; i < field->value->count; i++) {
        struct field item = field_item(field, i);
        uint8_t slot;

        if (!time_read(&item, &slot))
            continue;
        if (given[slot])
            problem_add(item.problems, item.pointer, "unique", "must not be given twice");
        given[slot] = true;
    }
    for (size_t slot = 0; slot < SLOT_COUNT; slot++)
        if (given[slot])
            input->slots[input->slot_count++] = (uint8_t)slot;
}

void schedule_input_read_timezone(const struct field *field, void *reading)
{
    struct stream_reading *r = reading;
    const char *name;

    if (!field_read_text(field, &name))
        return;
    if (zone_is_known(r->env->zones, name))
        r->input->timezone = name;
    else
        problem_add(field->problems, field->pointer, "timezone",
                    "must be the exact name of an IANA time zone such as \"Europe/Berlin\"");
}
