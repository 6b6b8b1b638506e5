#include "base/text.h"

#include <string.h>

#include "base/arena.h"

/* Bytes in the sequence that starts with FIRST, and the smallest code point it may stand for. */
static int sequence_bytes(unsigned char first, int32_t *ret_smallest, int32_t *ret_bits)
{
    if (first < 0x80) {
        *ret_smallest = 0;
        *ret_bits = first;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *ret_smallest = 0x80;
        *ret_bits = first & 0x1F;
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *ret_smallest = 0x800;
        *ret_bits = first & 0x0F;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *ret_smallest = 0x10000;
        *ret_bits = first & 0x07;
        return 4;
    }
    return 0;
}

int32_t text_next(const char **at, const char *end)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    int32_t smallest = 0;
    int32_t point = 0;
    int count = *at < end ? sequence_bytes(bytes[0], &smallest, &point) : 0;

    if (count == 0 || end - *at < count)
        return -1;
    for (int i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return -1;
        point = (point << 6) | (bytes[i] & 0x3F);
    }
    if (point < smallest || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return -1;
    *at += count;
    return point;
}

/* The next code point of text that was not checked: a byte that is not UTF-8 counts as U+FFFD, so
 * that every loop moves on. */
static int32_t text_step(const char **at, const char *end)
{
    int32_t point = text_next(at, end);

    if (point >= 0)
        return point;
    (*at)++;
    return 0xFFFD;
}

bool text_is_utf8(const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end)
        if (text_next(&text, end) < 0)
            return false;
    return true;
}

size_t text_length(const char *text)
{
    size_t length = 0;

    for (; *text != '\0'; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return length;
}

static bool is_control(int32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F);
}

/* Unicode's White_Space property (PropList.txt). */
static bool is_space(int32_t point)
{
    switch (point) {
    case 0x20:
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
        return true;
    default:
        return (point >= 0x09 && point <= 0x0D) || (point >= 0x2000 && point <= 0x200A);
    }
}

bool text_has_control(const char *text)
{
    const char *end = text + strlen(text);

    while (text < end)
        if (is_control(text_step(&text, end)))
            return true;
    return false;
}

char *text_trim(struct arena *arena, const char *text)
{
    const char *end = text + strlen(text);
    const char *first = NULL;
    const char *last = text;

    for (const char *at = text; at < end;) {
        const char *start = at;

        if (is_space(text_step(&at, end)))
            continue;
        if (first == NULL)
            first = start;
        last = at;
    }
    return first == NULL ? arena_text(arena, "", 0)
                         : arena_text(arena, first, (size_t)(last - first));
}

char *text_collapse(struct arena *arena, const char *text)
{
    const char *end = text + strlen(text);
    char *copy = arena_alloc(arena, strlen(text) + 1);
    size_t len = 0;
    bool gap = false;

    while (text < end) {
        const char *start = text;
        int32_t point = text_step(&text, end);

        if (is_space(point) || is_control(point)) {
            gap = len > 0;
            continue;
        }
        if (gap)
            copy[len++] = ' ';
        gap = false;
        memcpy(copy + len, start, (size_t)(text - start));
        len += (size_t)(text - start);
    }
    copy[len] = '\0';
    return copy;
}

char *text_cut_at_word(struct arena *arena, const char *text, size_t max)
{
    const char *trimmed = text_trim(arena, text);
    const char *end = trimmed + strlen(trimmed);
    const char *at = trimmed;
    const char *word_end = NULL; /* behind the last whole word that fits */

    for (size_t i = 0; i < max && at < end; i++) {
        const char *start = at;

        if (is_space(text_step(&at, end)))
            word_end = start;
    }
    if (at < end) {
        const char *next = at;

        if (word_end != NULL && !is_space(text_step(&next, end)))
            at = word_end;
    }
    return text_trim(arena, arena_text(arena, trimmed, (size_t)(at - trimmed)));
}
