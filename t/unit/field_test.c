#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "body.h"
#include "rule/field.h"

static struct problem_list problems;

static int setup(void **state)
{
    (void)state;
    problem_list_init(&problems, arena_new());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(problems.arena);
    return 0;
}

/* A field "/f" with this JSON as its value. */
static struct field field_of(const char *json)
{
    return (struct field){
        .value = body_value(problems.arena, json), .pointer = "/f", .problems = &problems};
}

/* The last fault is this one. */
static void assert_last(const char *code, const char *message)
{
    assert_non_null(problems.last);
    assert_string_equal(problems.last->pointer, "/f");
    assert_string_equal(problems.last->code, code);
    assert_string_equal(problems.last->message, message);
}

static void test_kinds(void **state)
{
    struct field field = field_of("5");
    const char *text = NULL;
    bool boolean = false;

    (void)state;
    assert_false(field_read_text(&field, &text));
    assert_last("type", "must be a string");
    assert_false(field_read_bool(&field, &boolean));
    assert_last("type", "must be a boolean");
    assert_false(field_check_kind(&field, VALUE_OBJECT));
    assert_last("type", "must be an object");
    field = field_of("true");
    assert_true(field_read_bool(&field, &boolean));
    assert_true(boolean);
    field = field_of("\"x\"");
    assert_true(field_read_text(&field, &text));
    assert_string_equal(text, "x");
}

static void test_id(void **state)
{
    static const char *const bad[] = {
        "\"1\"", "1.0", "1e3", "true", "[1]", "9223372036854775808", "-9223372036854775809"};
    struct field field = field_of("9223372036854775807");
    int64_t id = 0;

    (void)state;
    assert_true(field_read_id(&field, &id));
    assert_true(id == INT64_MAX);
    for (size_t i = 0; i < HW_COUNT(bad); i++) {
        field = field_of(bad[i]);
        assert_false(field_read_id(&field, &id));
        assert_last("type", "must be a positive integer");
    }
    field = field_of("0");
    assert_false(field_read_id(&field, &id));
    assert_last("minimum", "must be a positive integer");
    field = field_of("-7");
    assert_false(field_read_id(&field, &id));
    assert_last("minimum", "must be a positive integer");
}

static void test_choice(void **state)
{
    static const char *const texts[] = {NULL, "a", "b", "c"};
    struct field field = field_of("\"c\"");
    unsigned index = 9;

    (void)state;
    assert_true(field_read_choice(&field, texts, HW_COUNT(texts), &index));
    assert_int_equal(index, 3);
    field = field_of("\"C\"");
    assert_false(field_read_choice(&field, texts, HW_COUNT(texts), &index));
    assert_last("enum", "must be \"a\", \"b\" or \"c\"");
    field = field_of("1");
    assert_false(field_read_choice(&field, texts, HW_COUNT(texts), &index));
    assert_last("type", "must be a string");
    assert_int_equal(index, 3);
}

static void test_choices(void **state)
{
    static const char *const texts[] = {"a", "b", "c"};
    struct field field = field_of("[\"c\",\"a\"]");
    unsigned bits = 0;

    (void)state;
    assert_true(field_read_choices(&field, texts, HW_COUNT(texts), &bits));
    assert_int_equal(bits, 5);
    field = field_of("[]");
    assert_true(field_read_choices(&field, texts, HW_COUNT(texts), &bits));
    assert_int_equal(bits, 0);
    assert_int_equal(problems.count, 0);
    field = field_of("[\"a\",\"x\",null,\"a\",3,\"b\",\"a\"]");
    assert_true(field_read_choices(&field, texts, HW_COUNT(texts), &bits));
    assert_string_equal(body_faults(&problems),
                        "/f/1 enum\n/f/2 type\n/f/3 unique\n/f/4 type\n/f/6 unique");
}

static void test_length(void **state)
{
    struct field field = field_of("\"\"");

    (void)state;
    assert_true(field_check_length(&field, "\xC3\xA9\xF0\x9D\x84\x9E", 2));
    assert_false(field_check_length(&field, "", 2));
    assert_last("min_length", "must not be empty");
    assert_false(field_check_length(&field, "abc", 2));
    assert_last("max_length", "must have at most 2 characters");
}

static void test_patterns(void **state)
{
    struct field field = field_of("\"\"");

    (void)state;
    assert_true(field_check_not_blank(&field, " x "));
    assert_false(field_check_not_blank(&field, " \t\n\xC2\xA0\xE3\x80\x80"));
    assert_last("pattern", "must not be blank");
    assert_true(field_check_no_control(&field, "a b\xC3\xA9"));
    assert_false(field_check_no_control(&field, "a\nb"));
    assert_false(field_check_no_control(&field, "a\x7F"));
    assert_false(field_check_no_control(&field, "\xC2\x85"));
    assert_last("pattern", "must not hold control characters");
}

static void test_array(void **state)
{
    struct field field = field_of("[1,2,3]");
    struct field item = field_item(&field, 2);

    (void)state;
    assert_true(field_check_array(&field, 1, 3));
    assert_int_equal(problems.count, 0);
    assert_string_equal(item.pointer, "/f/2");
    assert_int_equal(item.value->integer, 3);
    assert_true(field_check_array(&field, 1, 2));
    assert_last("max_items", "must have at most 2 items");
    field = field_of("[]");
    assert_true(field_check_array(&field, 0, 2));
    assert_true(field_check_array(&field, 1, 2));
    assert_last("min_items", "must not be empty");
    field = field_of("{}");
    assert_false(field_check_array(&field, 1, 2));
    assert_last("type", "must be an array");
}

static void count_read(const struct field *field, void *target)
{
    (void)field;
    ++*(int *)target;
}

static void test_object(void **state)
{
    static const struct field_rule rules[] = {
        {.name = "a", .read = count_read},
        {.name = "b", .required = true, .read = count_read},
        {.name = "c", .required = true, .read = count_read},
    };
    static const struct field_table table = {rules, HW_COUNT(rules)};
    struct field field = field_of("{\"x/y\":null,\"a\":1,\"b\":null,\"B\":2,\"c\":false}");
    int count = 0;

    (void)state;
    assert_true(field_read_object(&field, &table, &count));
    assert_int_equal(count, 2);
    assert_string_equal(body_faults(&problems),
                        "/f/x~1y unknown_field\n/f/B unknown_field\n/f/b required");
    field = field_of("[]");
    assert_false(field_read_object(&field, &table, &count));
    assert_last("type", "must be an object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_id, setup, teardown),
        cmocka_unit_test_setup_teardown(test_choice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_choices, setup, teardown),
        cmocka_unit_test_setup_teardown(test_length, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_array, setup, teardown),
        cmocka_unit_test_setup_teardown(test_object, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
