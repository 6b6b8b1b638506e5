#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/value.h"
#include "edge/json_read.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct value read_fine(const char *text)
{
    struct errmsg msg = {""};
    struct value value;

    if (json_read(arena, text, strlen(text), &value, &msg) != ERR_OK)
        fail_msg("%s: %s", text, msg.text);
    return value;
}

static void refuses(const char *text, const char *sentence)
{
    struct errmsg msg = {""};
    struct value value;

    assert_int_equal(json_read(arena, text, strlen(text), &value, &msg), ERR_INVALID_JSON);
    assert_string_equal(msg.text, sentence);
}

static void assert_int(const char *text, int64_t integer)
{
    struct value value = read_fine(text);

    assert_int_equal(value.kind, VALUE_INT);
    assert_true(value.integer == integer);
}

static void assert_number(const char *text, double number)
{
    struct value value = read_fine(text);

    assert_int_equal(value.kind, VALUE_NUMBER);
    assert_true(value.number >= number && value.number <= number);
}

static void test_scalars(void **state)
{
    (void)state;
    assert_int_equal(read_fine("null").kind, VALUE_NULL);
    assert_int_equal(read_fine(" true ").kind, VALUE_BOOL);
    assert_true(read_fine("true").boolean);
    assert_false(read_fine("false").boolean);
    assert_int_equal(read_fine("\"\"").kind, VALUE_TEXT);
    assert_string_equal(read_fine("\"a\"").text, "a");
}

static void test_integers(void **state)
{
    (void)state;
    assert_int("0", 0);
    assert_int("-0", 0);
    assert_int("42", 42);
    assert_int("9007199254740993", INT64_C(9007199254740993));
    assert_int("9223372036854775807", INT64_MAX);
    assert_int("-9223372036854775807", -INT64_MAX);
}

/* Never clamped to the nearest integer. */
static void test_integers_out_of_range(void **state)
{
    (void)state;
    assert_number("9223372036854775808", 9223372036854775808.0);
    assert_number("18446744073709551615", 18446744073709551615.0);
    assert_number("99999999999999999999999", 18446744073709551615.0);
    assert_number("-9223372036854775809", -9223372036854775808.0);
    assert_number("-99999999999999999999999", -9223372036854775808.0);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_number("1.5", 1.5);
    assert_number("1.0", 1.0);
    assert_number("1e2", 100.0);
    assert_number("-2E-1", -0.2);
}

static void test_text(void **state)
{
    struct value value = read_fine("\"\\u00e9\\uD834\\uDD1E\\n\\/\x7F\"");

    (void)state;
    assert_string_equal(value.text, "\xC3\xA9\xF0\x9D\x84\x9E\n/\x7F");
    assert_int_equal(value.len, 9);
}

static void test_tree(void **state)
{
    struct value value = read_fine("{\"b\":[1,null,{}],\"a\":null,\"\":[]}");
    const struct value *list = value_find(&value, "b");

    (void)state;
    assert_int_equal(value.kind, VALUE_OBJECT);
    assert_int_equal(value.count, 3);
    assert_string_equal(value.items[0].name, "b");
    assert_string_equal(value.items[1].name, "a");
    assert_int_equal(value.items[1].kind, VALUE_NULL);
    assert_null(value_find(&value, "a"));
    assert_int_equal(list->kind, VALUE_ARRAY);
    assert_int_equal(list->count, 3);
    assert_int_equal(list->items[1].kind, VALUE_NULL);
    assert_int_equal(list->items[2].kind, VALUE_OBJECT);
    assert_int_equal(list->items[2].count, 0);
    assert_int_equal(value_find(&value, "")->count, 0);
}

static void test_duplicates(void **state)
{
    (void)state;
    refuses("{\"a\":1,\"a\":2}", "Two members of the object at byte 0 have the same name.");
    refuses("{\"a\":1,\"a\":1}", "Two members of the object at byte 0 have the same name.");
    refuses("{\"a\":1,\"\\u0061\":2}", "Two members of the object at byte 0 have the same name.");
    refuses("{\"/\":1,\"\\/\":2}", "Two members of the object at byte 0 have the same name.");
    refuses("{\"\":1,\"\":2}", "Two members of the object at byte 0 have the same name.");
    refuses("{\"a\":null,\"a\":null}", "Two members of the object at byte 0 have the same name.");
    refuses("{\"a\":[{\"b\":{}},{\"c\":1,\"c\":2}]}",
            "Two members of the object at byte 15 have the same name.");
    refuses("{\"x\":{\"a\":1},\"x\":{\"a\":1,\"b\":2}}",
            "Two members of the object at byte 0 have the same name.");
    refuses("[{\"a\":{\"b\":1,\"b\":{\"c\":1}}},{}]",
            "Two members of the object at byte 6 have the same name.");
    assert_int_equal(read_fine("{\"a\":{\"a\":{\"a\":1}},\"A\":2}").count, 2);
}

static void test_refusal_leaves_result(void **state)
{
    struct errmsg msg = {""};
    struct value value = {.kind = VALUE__MAX};

    (void)state;
    assert_int_equal(json_read(arena, "[1", 2, &value, &msg), ERR_INVALID_JSON);
    assert_int_equal(json_read(arena, "{\"a\":1,\"a\":1}", 13, &value, &msg), ERR_INVALID_JSON);
    assert_int_equal(value.kind, VALUE__MAX);
    refuses("", "There is no JSON text: it is empty.");
}

/* The deepest text the gate allows is not too deep for json-c. */
static void test_depth(void **state)
{
    (void)state;
    read_fine("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]");
    read_fine("[[[[[[[[[[[[[[[{\"a\":\"b\"}]]]]]]]]]]]]]]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scalars, setup, teardown),
        cmocka_unit_test_setup_teardown(test_integers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_integers_out_of_range, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_duplicates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusal_leaves_result, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
