#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "body.h"
#include "rule/problem.h"

static void test_list(void **state)
{
    struct arena *arena = arena_new();
    struct problem_list list;

    (void)state;
    problem_list_init(&list, arena);
    assert_null(list.first);
    assert_int_equal(list.count, 0);
    problem_add(&list, "", "type", "must be %s", "an object");
    problem_add(&list, "/a", "required", "is required");
    assert_int_equal(list.count, 2);
    assert_string_equal(list.first->pointer, "");
    assert_string_equal(list.first->code, "type");
    assert_string_equal(list.first->message, "must be an object");
    assert_ptr_equal(list.first->next, list.last);
    assert_string_equal(list.last->pointer, "/a");
    assert_null(list.last->next);
    arena_free(arena);
}

static void test_parameter(void **state)
{
    struct arena *arena = arena_new();
    struct problem_list list;

    (void)state;
    problem_list_init(&list, arena);
    problem_add_parameter(&list, "page", "unknown", "is 100% unknown");
    problem_add(&list, "/a", "required", "is required");
    assert_int_equal(list.count, 2);
    assert_null(list.first->pointer);
    assert_string_equal(list.first->parameter, "page");
    assert_string_equal(list.first->code, "unknown");
    assert_string_equal(list.first->message, "is 100% unknown");
    assert_string_equal(problem_place(list.first), "page");
    assert_ptr_equal(list.first->next, list.last);
    assert_null(list.last->parameter);
    assert_string_equal(problem_place(list.last), "/a");
    arena_free(arena);
}

static void test_many(void **state)
{
    struct arena *arena = arena_new();
    struct problem_list list;
    size_t count = 0;

    (void)state;
    problem_list_init(&list, arena);
    for (size_t i = 0; i < 5000; i++)
        problem_add(&list, problem_pointer_index(arena, "/a", i), "type", "must be %zu", i);
    for (const struct problem *p = list.first; p != NULL; p = p->next)
        count++;
    assert_int_equal(count, 5000);
    assert_string_equal(list.last->pointer, "/a/4999");
    arena_free(arena);
}

static void test_pointer(void **state)
{
    struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(problem_pointer(arena, "", "a"), "/a");
    assert_string_equal(problem_pointer(arena, "/a/0", "b c"), "/a/0/b c");
    assert_string_equal(problem_pointer(arena, "", ""), "/");
    assert_string_equal(problem_pointer(arena, "/x", "~a/b~1"), "/x/~0a~1b~01");
    assert_string_equal(problem_pointer(arena, "", "%s\xC3\xA9\n"), "/%s\xC3\xA9\n");
    assert_string_equal(problem_pointer_index(arena, "/pairs", 0), "/pairs/0");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_parameter),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_pointer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
