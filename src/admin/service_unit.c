#include "admin/service_unit.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#define UNIT_LINE_BYTES 4096

/* In systemd's order. */
static const char *const unit_paths[] = {
    "/etc/systemd/system/headwater.service",           "/run/systemd/system/headwater.service",
    "/usr/local/lib/systemd/system/headwater.service", "/usr/lib/systemd/system/headwater.service",
    "/lib/systemd/system/headwater.service",
};

static bool unit_has_line(FILE *unit, const char *wanted)
{
    char line[UNIT_LINE_BYTES];

    while (fgets(line, sizeof line, unit) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strcmp(line, wanted) == 0)
            return true;
    }
    return false;
}

bool service_unit_hands_over(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *wanted =
        arena_printf(arena, "LoadCredential=%s:%s", slash == NULL ? path : slash + 1, path);

    for (size_t i = 0; i < HW_COUNT(unit_paths); i++) {
        FILE *unit = fopen(unit_paths[i], "re");
        bool found;

        if (unit == NULL)
            continue;
        found = unit_has_line(unit, wanted);
        fclose(unit);
        return found;
    }
    return false;
}
