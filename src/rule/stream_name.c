#include "rule/stream_name.h"

#include "base/arena.h"
#include "base/text.h"

#define DESCRIPTION_MAX 80

/* What the name says of the segment; empty if both texts hold nothing that can be shown. */
static const char *segment_part(struct arena *arena, const char *name, const char *description)
{
    const char *part = name == NULL ? "" : text_collapse(arena, name);

    if (part[0] != '\0')
        return part;
    return text_cut_at_word(arena, text_collapse(arena, description), DESCRIPTION_MAX);
}

const char *stream_name_derive(struct arena *arena, const char *segment_name,
                               const char *segment_description, const char *handle,
                               size_t account_count)
{
    const char *segment = segment_part(arena, segment_name, segment_description);
    const char *middle = segment[0] == '\0' ? "" : " \u00B7 ";

    if (account_count == 1)
        return arena_printf(arena, "%s%s@%s", segment, middle, handle);
    return arena_printf(arena, "%s%s%zu accounts", segment, middle, account_count);
}
