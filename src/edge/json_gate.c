#include "edge/json_gate.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

struct gate {
    struct arena *arena;
    const char *text;
    const char *end;
    const char *at; /* all before it is fine */
    size_t depth;
    size_t token_count;
    struct json_gate_object *objects;
    struct json_gate_object **tail; /* where the next object goes */
    struct errmsg *msg;
};

static enum err gate_refuse(struct gate *gate, const char *at, const char *what)
{
    size_t offset = (size_t)(at - gate->text);

    return errmsg_set(gate->msg, ERR_INVALID_JSON, "%s at byte %zu.", what, offset);
}

/* Refuses what stands at the present place, where something else was due. */
static enum err gate_refuse_next(struct gate *gate, const char *expected)
{
    if (gate->at == gate->end)
        return gate_refuse(gate, gate->at, "The JSON text ends too early,");
    return gate_refuse(gate, gate->at, expected);
}

static bool gate_sees(const struct gate *gate, char byte)
{
    return gate->at < gate->end && *gate->at == byte;
}

static void gate_skip_space(struct gate *gate)
{
    while (gate_sees(gate, ' ') || gate_sees(gate, '\t') || gate_sees(gate, '\n') ||
           gate_sees(gate, '\r'))
        gate->at++;
}

/* Steps over BYTE, with white space on both sides, if it comes next. */
static bool gate_take(struct gate *gate, char byte)
{
    gate_skip_space(gate);
    if (!gate_sees(gate, byte))
        return false;
    gate->at++;
    gate_skip_space(gate);
    return true;
}

static enum err gate_count_token(struct gate *gate)
{
    if (++gate->token_count > JSON_GATE_TOKEN_MAX)
        return gate_refuse(gate, gate->at, "There are more than 10,000 values and member names,");
    return ERR_OK;
}

/* Reads \uXXXX at AT, which may lie anywhere. */
static bool gate_read_unit(const struct gate *gate, const char *at, unsigned *ret_unit)
{
    char digits[5] = "";

    if (gate->end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return false;
    memcpy(digits, at + 2, 4);
    if (strspn(digits, "0123456789ABCDEFabcdef") != 4)
        return false;
    *ret_unit = (unsigned)strtoul(digits, NULL, 16);
    return true;
}

static enum err gate_check_unit(struct gate *gate)
{
    unsigned unit;
    unsigned low;

    if (!gate_read_unit(gate, gate->at, &unit))
        return gate_refuse(gate, gate->at, "Four hexadecimal digits must follow \\u,");
    if (unit == 0)
        return gate_refuse(gate, gate->at, "The character U+0000 is not allowed,");
    if (unit < 0xD800 || unit > 0xDFFF) {
        gate->at += 6;
        return ERR_OK;
    }
    if (unit > 0xDBFF || !gate_read_unit(gate, gate->at + 6, &low) || low < 0xDC00 || low > 0xDFFF)
        return gate_refuse(gate, gate->at, "There is half a surrogate pair");
    gate->at += 12;
    return ERR_OK;
}

static enum err gate_check_escape(struct gate *gate)
{
    if (gate->end - gate->at < 2)
        return gate_refuse(gate, gate->end, "The JSON text ends inside a string,");
    if (gate->at[1] == 'u')
        return gate_check_unit(gate);
    if (strchr("\"\\/bfnrt", gate->at[1]) == NULL || gate->at[1] == '\0')
        return gate_refuse(gate, gate->at, "There is an unknown escape");
    gate->at += 2;
    return ERR_OK;
}

static enum err gate_check_character(struct gate *gate)
{
    if (*gate->at == '\\')
        return gate_check_escape(gate);
    if ((unsigned char)*gate->at < 0x20)
        return gate_refuse(gate, gate->at, "There is an unescaped control character");
    if (text_next(&gate->at, gate->end) < 0)
        return gate_refuse(gate, gate->at, "There is no valid UTF-8");
    return ERR_OK;
}

/* A string; the present place is its opening quote. */
static enum err gate_check_string(struct gate *gate)
{
    for (gate->at++; !gate_sees(gate, '"');) {
        enum err err;

        if (gate->at == gate->end)
            return gate_refuse(gate, gate->at, "The JSON text ends inside a string,");
        err = gate_check_character(gate);
        if (err != ERR_OK)
            return err;
    }
    gate->at++;
    return ERR_OK;
}

/* Steps over one digit or more. */
static bool gate_take_digits(struct gate *gate)
{
    const char *start = gate->at;

    while (gate->at < gate->end && isdigit((unsigned char)*gate->at))
        gate->at++;
    return gate->at > start;
}

/* The grammar of RFC 8259 section 6. On failure the present place is the fault's. */
static bool gate_take_number(struct gate *gate)
{
    gate->at += gate_sees(gate, '-');
    if (gate_sees(gate, '0'))
        gate->at++;
    else if (!gate_take_digits(gate))
        return false;
    if (gate_sees(gate, '.')) {
        gate->at++;
        if (!gate_take_digits(gate))
            return false;
    }
    if (!gate_sees(gate, 'e') && !gate_sees(gate, 'E'))
        return true;
    gate->at++;
    gate->at += gate_sees(gate, '+') || gate_sees(gate, '-');
    return gate_take_digits(gate);
}

static enum err gate_check_number(struct gate *gate)
{
    const char *start = gate->at;
    char copy[JSON_GATE_NUMBER_BYTES_MAX + 1] = "";
    size_t len;

    if (!gate_take_number(gate))
        return gate_refuse_next(gate, "A digit is missing");
    len = (size_t)(gate->at - start);
    if (len > JSON_GATE_NUMBER_BYTES_MAX)
        return gate_refuse(gate, start, "There is a number of more than 32 characters");
    memcpy(copy, start, len);
    if (!isfinite(strtod(copy, NULL)))
        return gate_refuse(gate, start, "There is a number out of range");
    return ERR_OK;
}

static enum err gate_check_word(struct gate *gate)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < HW_COUNT(words); i++) {
        size_t len = strlen(words[i]);

        if ((size_t)(gate->end - gate->at) < len || memcmp(gate->at, words[i], len) != 0)
            continue;
        gate->at += len;
        return ERR_OK;
    }
    return gate_refuse_next(gate, "A value is expected");
}

static enum err gate_check_value(struct gate *gate);

static enum err gate_check_member(struct gate *gate)
{
    enum err err;

    if (!gate_sees(gate, '"'))
        return gate_refuse_next(gate, "A member name in double quotes is expected");
    err = gate_count_token(gate);
    if (err == ERR_OK)
        err = gate_check_string(gate);
    if (err != ERR_OK)
        return err;
    if (!gate_take(gate, ':'))
        return gate_refuse_next(gate, "A colon is expected");
    return gate_check_value(gate);
}

static struct json_gate_object *gate_add_object(struct gate *gate)
{
    struct json_gate_object *object = arena_alloc(gate->arena, sizeof *object);

    object->offset = (size_t)(gate->at - gate->text);
    *gate->tail = object;
    gate->tail = &object->next;
    return object;
}

static enum err gate_check_object(struct gate *gate)
{
    struct json_gate_object *object = gate_add_object(gate);

    gate->at++;
    if (gate_take(gate, '}'))
        return ERR_OK;
    do {
        enum err err = gate_check_member(gate);

        if (err != ERR_OK)
            return err;
        object->member_count++;
    } while (gate_take(gate, ','));
    if (!gate_take(gate, '}'))
        return gate_refuse_next(gate, "A comma or a closing brace is expected");
    return ERR_OK;
}

static enum err gate_check_array(struct gate *gate)
{
    gate->at++;
    if (gate_take(gate, ']'))
        return ERR_OK;
    do {
        enum err err = gate_check_value(gate);

        if (err != ERR_OK)
            return err;
    } while (gate_take(gate, ','));
    if (!gate_take(gate, ']'))
        return gate_refuse_next(gate, "A comma or a closing bracket is expected");
    return ERR_OK;
}

static enum err gate_check_nested(struct gate *gate)
{
    enum err err;

    if (gate->depth == JSON_GATE_DEPTH_MAX)
        return gate_refuse(gate, gate->at, "Arrays and objects are nested more than 16 deep,");
    gate->depth++;
    err = *gate->at == '{' ? gate_check_object(gate) : gate_check_array(gate);
    gate->depth--;
    return err;
}

static enum err gate_check_value(struct gate *gate)
{
    enum err err = gate_count_token(gate);

    if (err != ERR_OK)
        return err;
    if (gate_sees(gate, '{') || gate_sees(gate, '['))
        return gate_check_nested(gate);
    if (gate_sees(gate, '"'))
        return gate_check_string(gate);
    if (gate_sees(gate, '-') || (gate->at < gate->end && isdigit((unsigned char)*gate->at)))
        return gate_check_number(gate);
    return gate_check_word(gate);
}

static enum err gate_check_text(struct gate *gate)
{
    enum err err;

    if (gate->end - gate->at >= 3 && memcmp(gate->at, "\xEF\xBB\xBF", 3) == 0)
        return gate_refuse(gate, gate->at, "A byte-order mark is not allowed,");
    gate_skip_space(gate);
    if (gate->at == gate->end)
        return errmsg_set(gate->msg, ERR_INVALID_JSON, "There is no JSON text: it is empty.");
    err = gate_check_value(gate);
    if (err != ERR_OK)
        return err;
    gate_skip_space(gate);
    if (gate->at < gate->end)
        return gate_refuse(gate, gate->at, "The end of the JSON text is expected");
    return ERR_OK;
}

enum err json_gate_check(struct arena *arena, const char *text, size_t len,
                         struct json_gate_object **ret_objects, struct errmsg *msg)
{
    struct gate gate = {.arena = arena, .text = text, .end = text + len, .at = text, .msg = msg};
    enum err err;

    gate.tail = &gate.objects;
    err = gate_check_text(&gate);
    if (err == ERR_OK)
        *ret_objects = gate.objects;
    return err;
}
