#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define NAME_MAX_BYTES 64

/* Only what names of the IANA data consist of: no dot, so none of them can leave a directory. */
static bool name_is_sound(const char *name, size_t len)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+-_/";

    if (len == 0 || len > NAME_MAX_BYTES || name[0] == '/' || name[0] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (memchr(allowed, name[i], sizeof allowed - 1) == NULL)
            return false;
    return true;
}

/* The field of that index of a line whose fields are divided by single spaces. */
static const char *line_field(const char *line, const char *end, int index, size_t *ret_len)
{
    const char *space;

    for (; index > 0; index--) {
        space = memchr(line, ' ', (size_t)(end - line));
        line = space == NULL ? end : space + 1;
    }
    space = memchr(line, ' ', (size_t)(end - line));
    *ret_len = (size_t)((space == NULL ? end : space) - line);
    return line;
}

/* The name that a line defines, copied to ARENA, or NULL. "Z NAME ..." or "L TARGET NAME". */
static const char *line_name(struct arena *arena, const char *line, const char *end)
{
    const char *name;
    size_t len;

    if (end - line < 2 || line[1] != ' ' || (line[0] != 'Z' && line[0] != 'L'))
        return NULL;
    name = line_field(line, end, line[0] == 'Z' ? 1 : 2, &len);
    if (!name_is_sound(name, len))
        return NULL;
    name = arena_text(arena, name, len);
    return strcmp(name, "Factory") == 0 ? NULL : name;
}

static int name_order(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

static size_t count_lines(const char *text, size_t len)
{
    size_t count = 1;

    for (size_t i = 0; i < len; i++)
        count += text[i] == '\n';
    return count;
}

static void zone_list_sort(struct zone_list *zones)
{
    size_t kept = 0;

    qsort(zones->names, zones->count, sizeof zones->names[0], name_order);
    for (size_t i = 0; i < zones->count; i++)
        if (kept == 0 || strcmp(zones->names[kept - 1], zones->names[i]) != 0)
            zones->names[kept++] = zones->names[i];
    zones->count = kept;
}

void zone_list_read(struct arena *arena, const char *text, size_t len, struct zone_list *ret_zones)
{
    const char *end = text + len;

    ret_zones->count = 0;
    ret_zones->names = arena_array(arena, count_lines(text, len), sizeof ret_zones->names[0]);
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline == NULL ? end : newline;
        const char *name = line_name(arena, text, line_end);

        if (name != NULL)
            ret_zones->names[ret_zones->count++] = name;
        text = newline == NULL ? end : newline + 1;
    }
    zone_list_sort(ret_zones);
}

bool zone_is_known(const struct zone_list *zones, const char *name)
{
    return zones->count > 0 &&
           bsearch(&name, zones->names, zones->count, sizeof zones->names[0], name_order) != NULL;
}
