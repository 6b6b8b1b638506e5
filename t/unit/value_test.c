#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/value.h"

static struct value members[] = {
    {.kind = VALUE_TEXT, .name = "a", .text = "first", .len = 5},
    {.kind = VALUE_NULL, .name = "b"},
    {.kind = VALUE_INT, .name = "", .integer = 7},
    {.kind = VALUE_BOOL, .name = "A", .boolean = true},
};

static const struct value object = {
    .kind = VALUE_OBJECT, .items = members, .count = HW_COUNT(members)};

static void test_find(void **state)
{
    (void)state;
    assert_ptr_equal(value_find(&object, "a"), &members[0]);
    assert_ptr_equal(value_find(&object, "A"), &members[3]);
    assert_ptr_equal(value_find(&object, ""), &members[2]);
    assert_null(value_find(&object, "c"));
    assert_null(value_find(&object, "aa"));
}

static void test_null_counts_as_absent(void **state)
{
    (void)state;
    assert_null(value_find(&object, "b"));
}

static void test_empty_object(void **state)
{
    const struct value empty = {.kind = VALUE_OBJECT};

    (void)state;
    assert_null(value_find(&empty, "a"));
}

static void test_kind_texts(void **state)
{
    (void)state;
    assert_string_equal(value_kind_text(VALUE_NULL), "null");
    assert_string_equal(value_kind_text(VALUE_INT), "an integer");
    assert_string_equal(value_kind_text(VALUE_OBJECT), "an object");
    for (int kind = 0; kind < VALUE__MAX; kind++)
        assert_non_null(value_kind_text((enum value_kind)kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_null_counts_as_absent),
        cmocka_unit_test(test_empty_object),
        cmocka_unit_test(test_kind_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
