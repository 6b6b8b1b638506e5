/*
 * Time zones by IANA name, and what the rules need to know of one: its offset at an instant. The
 * list is tzdata's own: the Z and L lines of tzdata.zi (zic(8)). The data come from edge/tz.h.
 */
#ifndef HW_BASE_ZONE_H
#define HW_BASE_ZONE_H

#include "base/base.h"

struct arena;

struct zone_list {
    const char **names; /* sorted by bytes */
    size_t count;
};

/* Offset of a zone from UTC, in seconds east, at an instant in seconds since 1970. */
struct zone_offset {
    int64_t (*offset_s)(void *zone, int64_t instant_s);
    void *zone;
};

/* Reads the text of tzdata.zi: zones and links, without Factory. A name with any byte but letters,
 * digits and "+-_/" is left out. The names live on ARENA. */
void zone_list_read(struct arena *arena, const char *text, size_t len, struct zone_list *ret_zones);

/* True if the name, exactly so spelt, is in the list. */
bool zone_is_known(const struct zone_list *zones, const char *name);

#endif
