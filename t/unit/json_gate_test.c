#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "edge/json_gate.h"

/* From a heap copy of the exact length, so that a sanitizer sees any byte read beyond it. */
static enum err gate(const char *text, size_t len, struct errmsg *msg)
{
    struct json_gate_object *objects;
    struct arena *arena = arena_new();
    char *copy = malloc(len + (len == 0));
    enum err err;

    memcpy(copy, text, len);
    err = json_gate_check(arena, copy, len, &objects, msg);
    free(copy);
    arena_free(arena);
    return err;
}

static void passes(const char *text)
{
    struct errmsg msg = {""};

    if (gate(text, strlen(text), &msg) != ERR_OK)
        fail_msg("%s: %s", text, msg.text);
}

static void refuses(const char *text, const char *sentence)
{
    struct errmsg msg = {""};

    assert_int_equal(gate(text, strlen(text), &msg), ERR_INVALID_JSON);
    assert_string_equal(msg.text, sentence);
}

/* N times TEXT, between HEAD and TAIL. */
static char *repeat(struct arena *arena, const char *head, const char *text, size_t n,
                    const char *tail)
{
    struct buf buf;

    buf_init(&buf, arena);
    buf_add_text(&buf, head);
    for (size_t i = 0; i < n; i++)
        buf_add_text(&buf, text);
    buf_add_text(&buf, tail);
    return buf.text;
}

static void test_values(void **state)
{
    (void)state;
    passes("{}");
    passes(" \t\r\n[ ] \n");
    passes("0");
    passes("-0");
    passes("\"\"");
    passes("null");
    passes("[true , false,null]");
    passes("{\"a\" : {\"b\":[1,{\"c\":\"d\"}]} , \"\":2}");
    passes("[0.5,-1e5,1E+2,1.25e-3,123456789012345678901234567890]");
    passes("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD834\\uDD1E\\ufFfF\"]");
    passes("[\"\x7F \xC3\xA9 \xE2\x82\xAC \xF0\x9D\x84\x9E \xF4\x8F\xBF\xBF\"]");
}

/* What json-c 0.16 lets through even with STRICT and VALIDATE_UTF8. */
static void test_what_json_c_accepts(void **state)
{
    (void)state;
    refuses("[-01]", "A comma or a closing bracket is expected at byte 3.");
    refuses("[-2.]", "A digit is missing at byte 4.");
    refuses("[0.e1]", "A digit is missing at byte 3.");
    refuses("[2.e+3]", "A digit is missing at byte 3.");
    refuses("[2.e-3]", "A digit is missing at byte 3.");
    refuses("[2.e3]", "A digit is missing at byte 3.");
    refuses("[NaN]", "A value is expected at byte 1.");
    refuses("[Infinity]", "A value is expected at byte 1.");
    refuses("[-Infinity]", "A digit is missing at byte 2.");
    refuses("[-012]", "A comma or a closing bracket is expected at byte 3.");
    refuses("[-.123]", "A digit is missing at byte 2.");
    refuses("[1.]", "A digit is missing at byte 3.");
    refuses("{'a':0}", "A member name in double quotes is expected at byte 1.");
    refuses("[\"a\nb\"]", "There is an unescaped control character at byte 3.");
    refuses("[\"\t\"]", "There is an unescaped control character at byte 2.");
    refuses("[1e400]", "There is a number out of range at byte 1.");
    refuses("[-1e9999]", "There is a number out of range at byte 1.");
}

static void test_syntax(void **state)
{
    (void)state;
    refuses("", "There is no JSON text: it is empty.");
    refuses(" \n ", "There is no JSON text: it is empty.");
    refuses("{", "The JSON text ends too early, at byte 1.");
    refuses("[1,", "The JSON text ends too early, at byte 3.");
    refuses("{\"a\"", "The JSON text ends too early, at byte 4.");
    refuses("tru", "A value is expected at byte 0.");
    refuses("-", "The JSON text ends too early, at byte 1.");
    refuses("\"a", "The JSON text ends inside a string, at byte 2.");
    refuses("\"a\\", "The JSON text ends inside a string, at byte 3.");
    refuses("[1,]", "A value is expected at byte 3.");
    refuses("{\"a\":1,}", "A member name in double quotes is expected at byte 7.");
    refuses("{\"a\" 1}", "A colon is expected at byte 5.");
    refuses("{a:1}", "A member name in double quotes is expected at byte 1.");
    refuses("[1 2]", "A comma or a closing bracket is expected at byte 3.");
    refuses("{\"a\":1 \"b\":2}", "A comma or a closing brace is expected at byte 7.");
    refuses("[1]]", "The end of the JSON text is expected at byte 3.");
    refuses("{} {}", "The end of the JSON text is expected at byte 3.");
    refuses("[1}", "A comma or a closing bracket is expected at byte 2.");
    refuses("[/* a */1]", "A value is expected at byte 1.");
    refuses("[+1]", "A value is expected at byte 1.");
    refuses("[True]", "A value is expected at byte 1.");
    refuses("[1\f]", "A comma or a closing bracket is expected at byte 2.");
    refuses("[\xC2\xA0"
            "1]",
            "A value is expected at byte 1.");
    refuses("\xEF\xBB\xBF{}", "A byte-order mark is not allowed, at byte 0.");
}

static void test_escapes(void **state)
{
    (void)state;
    refuses("[\"\\u0000\"]", "The character U+0000 is not allowed, at byte 2.");
    refuses("{\"a\\u0000\":1}", "The character U+0000 is not allowed, at byte 3.");
    refuses("[\"\\x\"]", "There is an unknown escape at byte 2.");
    refuses("[\"\\u12\"]", "Four hexadecimal digits must follow \\u, at byte 2.");
    refuses("[\"\\u 123\"]", "Four hexadecimal digits must follow \\u, at byte 2.");
    refuses("[\"\\uD834\"]", "There is half a surrogate pair at byte 2.");
    refuses("[\"\\uDD1E\"]", "There is half a surrogate pair at byte 2.");
    refuses("[\"\\uD834\\uD834\"]", "There is half a surrogate pair at byte 2.");
    refuses("[\"\\uD834\\n\"]", "There is half a surrogate pair at byte 2.");
    refuses("\"\\uD834\\uDD1", "There is half a surrogate pair at byte 1.");
}

static void test_utf8(void **state)
{
    static const char *const bad[] = {
        "\x80",         "\xBF",         "\xC0\xAF",         "\xC1\x81", "\xC3",
        "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xFF",     "\xF4\xBF\xBF\xBF",
        "\xE2\x82",     "\xC3\xC3\xA9", "\xF5\x80\x80\x80", "\xFE",     "\xF8\x88\x80\x80\x80",
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++) {
        refuses(arena_printf(arena, "[\"%s\"]", bad[i]), "There is no valid UTF-8 at byte 2.");
        refuses(arena_printf(arena, "{\"%s\":1}", bad[i]), "There is no valid UTF-8 at byte 2.");
    }
    arena_free(arena);
}

static void test_raw_nul(void **state)
{
    struct errmsg msg = {""};

    (void)state;
    assert_int_equal(gate("[\"\0\"]", 5, &msg), ERR_INVALID_JSON);
    assert_string_equal(msg.text, "There is an unescaped control character at byte 2.");
    assert_int_equal(gate("[\"\\\0\"]", 6, &msg), ERR_INVALID_JSON);
    assert_string_equal(msg.text, "There is an unknown escape at byte 2.");
    assert_int_equal(gate("{}\0", 3, &msg), ERR_INVALID_JSON);
    assert_string_equal(msg.text, "The end of the JSON text is expected at byte 2.");
}

static void test_bounds(void **state)
{
    struct arena *arena = arena_new();
    struct errmsg msg = {""};
    char *text;

    (void)state;
    passes("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]");
    refuses("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
            "Arrays and objects are nested more than 16 deep, at byte 16.");
    passes("12345678901234567890123456789012");
    refuses("123456789012345678901234567890123",
            "There is a number of more than 32 characters at byte 0.");
    passes(repeat(arena, "[", "1,", JSON_GATE_TOKEN_MAX - 2, "1]"));
    refuses(repeat(arena, "[", "1,", JSON_GATE_TOKEN_MAX - 1, "1]"),
            "There are more than 10,000 values and member names, at byte 19999.");
    text = repeat(arena, "", "[", 60000, "");
    assert_int_equal(gate(text, 60000, &msg), ERR_INVALID_JSON);
    arena_free(arena);
}

/* Every beginning of a text that is not the whole is refused, and read no further than it goes. */
static void test_truncation(void **state)
{
    const char *text = "{\"a\":[1.5e3,\"\\uD834\\uDD1E\xE2\x82\xAC\",true,null,{\"b\":-2}]}";
    struct errmsg msg = {""};

    (void)state;
    passes(text);
    for (size_t len = 0; len < strlen(text); len++)
        assert_int_equal(gate(text, len, &msg), ERR_INVALID_JSON);
}

static void test_objects(void **state)
{
    const char *text = "{\"a\":{\"x\":1,\"x\":2},\"b\":[{}]}";
    struct arena *arena = arena_new();
    struct json_gate_object *object;
    struct errmsg msg = {""};

    (void)state;
    assert_int_equal(json_gate_check(arena, text, strlen(text), &object, &msg), ERR_OK);
    assert_int_equal(object->offset, 0);
    assert_int_equal(object->member_count, 2);
    object = object->next;
    assert_int_equal(object->offset, 5);
    assert_int_equal(object->member_count, 2);
    object = object->next;
    assert_int_equal(object->offset, 24);
    assert_int_equal(object->member_count, 0);
    assert_null(object->next);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),  cmocka_unit_test(test_what_json_c_accepts),
        cmocka_unit_test(test_syntax),  cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_utf8),    cmocka_unit_test(test_raw_nul),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_objects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
