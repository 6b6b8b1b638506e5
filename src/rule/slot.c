#include "rule/slot.h"

#include <string.h>

#include "base/zone.h"

#define DAY_S INT64_C(86400)
#define QUARTER_S INT64_C(900)

/* Further from a local time, read as if it were UTC, than any zone's offset plus any shift of the
 * clock: what holds there is what holds before or after a change. */
#define FAR_S (26 * INT64_C(3600))

/* Two decimal digits, or -1. */
static int read_pair(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return -1;
    return (text[0] - '0') * 10 + (text[1] - '0');
}

enum slot_fault slot_read(const char *text, uint8_t *ret_slot)
{
    int hour, minute;

    if (strlen(text) != SLOT_TEXT_BYTES - 1 || text[2] != ':')
        return SLOT_BAD_TIME;
    hour = read_pair(text);
    minute = read_pair(text + 3);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return SLOT_BAD_TIME;
    if (minute % 15 != 0)
        return SLOT_BAD_QUARTER;
    *ret_slot = (uint8_t)(hour * 4 + minute / 15);
    return SLOT_FINE;
}

void slot_write(uint8_t slot, char ret_text[SLOT_TEXT_BYTES])
{
    int hour = slot / 4;
    int minute = slot % 4 * 15;

    ret_text[0] = (char)('0' + hour / 10);
    ret_text[1] = (char)('0' + hour % 10);
    ret_text[2] = ':';
    ret_text[3] = (char)('0' + minute / 10);
    ret_text[4] = (char)('0' + minute % 10);
    ret_text[5] = '\0';
}

/* The last step of splitmix64 (Sebastiano Vigna, public domain). Streams keep their slot over
 * rebuilds only while these numbers stay. */
uint8_t slot_of_stream(int64_t stream_id)
{
    uint64_t hash = (uint64_t)stream_id;

    hash = (hash ^ (hash >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94D049BB133111EB);
    hash ^= hash >> 31;
    return (uint8_t)(hash % SLOT_COUNT);
}

/* The instant at which clocks of the zone show LOCAL, a local time counted as if it were UTC. */
static int64_t instant_of_local(int64_t local_s, const struct zone_offset *zone)
{
    int64_t before = zone->offset_s(zone->zone, local_s - FAR_S);
    int64_t after = zone->offset_s(zone->zone, local_s + FAR_S);
    int64_t early = local_s - (before > after ? before : after);
    int64_t late = local_s - (before > after ? after : before);

    if (zone->offset_s(zone->zone, early) == local_s - early)
        return early;
    if (zone->offset_s(zone->zone, late) == local_s - late)
        return late;
    return local_s - before;
}

static int64_t day_of(int64_t local_s)
{
    return local_s / DAY_S - (local_s % DAY_S < 0 ? 1 : 0);
}

int64_t slot_next_s(uint8_t slot, int64_t now_s, const struct zone_offset *zone)
{
    int64_t today = day_of(now_s + zone->offset_s(zone->zone, now_s));

    /* A gap moves a slot by up to a day, so yesterday's may still be to come. Instants grow with
     * the date and the loop ends within a few rounds. */
    for (int64_t day = today - 1;; day++) {
        int64_t instant = instant_of_local(day * DAY_S + slot * QUARTER_S, zone);

        if (instant > now_s)
            return instant;
    }
}
