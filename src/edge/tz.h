/*
 * The system's time zone data through glibc: offsets by tzset(3) and localtime_r(3), and the list
 * of names from tzdata.zi. TZ is process-wide, so workers must stay single-threaded; names must
 * have been checked against the list before (glibc takes any unknown name for UTC).
 */
#ifndef HW_EDGE_TZ_H
#define HW_EDGE_TZ_H

#include "base/base.h"
#include "base/err.h"

struct arena;
struct zone_list;
struct zone_offset;

/* Reads DIR/tzdata.zi, drops the names that have no zone file in DIR, and takes all offsets from
 * DIR from now on (before the first call: /usr/share/zoneinfo; TZDIR does not count). The list
 * lives on ARENA. ERR_IO names the file and the package (tzdata); then nothing has changed. */
enum err tz_list_read(struct arena *arena, const char *dir, struct zone_list *ret_zones,
                      struct errmsg *msg) HW_MUST_CHECK;

/* The release that DIR/tzdata.zi says it is ("2026a"), on ARENA; empty if it does not say. ERR_IO.
 */
enum err tz_version_read(struct arena *arena, const char *dir, const char **ret_version,
                         struct errmsg *msg) HW_MUST_CHECK;

/* The offsets of a known zone; valid until the next call. The same zone again costs nothing. */
struct zone_offset tz_offset(const char *name);

#endif
