/*
 * TZ is always set to the absolute path of a zone file. glibc then reads that file and nothing
 * else: TZDIR does not count, and the value cannot be taken for a POSIX rule ("EST5EDT,M3.2.0"),
 * which would begin with a letter. Names and offsets thus come from the same directory.
 */
#include "edge/tz.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"

#define NAME_BYTES 128
#define PATH_BYTES (PATH_MAX + NAME_BYTES)

static char zone_dir[PATH_MAX] = "/usr/share/zoneinfo";

/* The zone that TZ stands for now, so that asking for it again costs nothing. Empty = none. */
static char zone_name[NAME_BYTES];

static bool file_read(const char *path, struct buf *text)
{
    char block[16 * 1024];
    FILE *file = fopen(path, "re");
    size_t len;
    bool failed;

    if (file == NULL)
        return false;
    while ((len = fread(block, 1, sizeof block, file)) > 0)
        buf_add(text, block, len);
    failed = ferror(file) != 0;
    fclose(file);
    return !failed;
}

static void zone_path(const char *dir, const char *name, char ret_path[PATH_BYTES])
{
    snprintf(ret_path, PATH_BYTES, "%s/%s", dir, name);
}

/* Drops the names without a file, as where old names come in a package of their own: glibc would
 * silently take them for UTC. */
static void drop_names_without_file(struct zone_list *zones, const char *dir)
{
    char path[PATH_BYTES];
    size_t kept = 0;

    for (size_t i = 0; i < zones->count; i++) {
        zone_path(dir, zones->names[i], path);
        if (access(path, R_OK) == 0)
            zones->names[kept++] = zones->names[i];
    }
    zones->count = kept;
}

enum err tz_list_read(struct arena *arena, const char *dir, struct zone_list *ret_zones,
                      struct errmsg *msg)
{
    char real_dir[PATH_MAX];
    char path[PATH_BYTES];
    struct arena *scratch;
    struct zone_list zones;
    struct buf text;
    bool found;

    if (realpath(dir, real_dir) == NULL)
        return errmsg_set(msg, ERR_IO, "Cannot read %s/tzdata.zi (package tzdata): %s.", dir,
                          strerror(errno));
    scratch = arena_new();
    buf_init(&text, scratch);
    zone_path(real_dir, "tzdata.zi", path);
    found = file_read(path, &text);
    if (found)
        zone_list_read(arena, text.text, text.len, &zones);
    arena_free(scratch);
    if (!found)
        return errmsg_set(msg, ERR_IO, "Cannot read %s (package tzdata): %s.", path,
                          strerror(errno));
    drop_names_without_file(&zones, real_dir);
    if (zones.count == 0)
        return errmsg_set(msg, ERR_IO, "%s (package tzdata) names no time zone.", path);
    snprintf(zone_dir, sizeof zone_dir, "%s", real_dir);
    zone_name[0] = '\0';
    *ret_zones = zones;
    return ERR_OK;
}

/* The first line of the file is "# version 2026a". */
enum err tz_version_read(struct arena *arena, const char *dir, const char **ret_version,
                         struct errmsg *msg)
{
    static const char start[] = "# version ";
    char line[80] = "";
    char path[PATH_BYTES];
    FILE *file;

    snprintf(path, sizeof path, "%.*s/tzdata.zi", PATH_MAX, dir);
    file = fopen(path, "re");
    if (file == NULL)
        return errmsg_set(msg, ERR_IO, "Cannot read %s (package tzdata): %s.", path,
                          strerror(errno));
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, start, sizeof start - 1) == 0)
        *ret_version = arena_text(arena, line + sizeof start - 1, strlen(line + sizeof start - 1));
    else
        *ret_version = "";
    return ERR_OK;
}

static int64_t local_offset_s(void *zone, int64_t instant_s)
{
    time_t instant = (time_t)instant_s;
    struct tm local;

    (void)zone;
    return localtime_r(&instant, &local) == NULL ? 0 : local.tm_gmtoff;
}

static void zone_set(const char *name)
{
    char path[PATH_BYTES];

    assert(strlen(name) < sizeof zone_name);
    zone_path(zone_dir, name, path);
    if (setenv("TZ", path, 1) != 0)
        abort();
    /* localtime_r need not look at TZ again; tzset does. */
    tzset();
    snprintf(zone_name, sizeof zone_name, "%s", name);
}

struct zone_offset tz_offset(const char *name)
{
    if (strcmp(zone_name, name) != 0)
        zone_set(name);
    return (struct zone_offset){local_offset_s, NULL};
}
