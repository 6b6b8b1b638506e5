#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rule/problem.h"
#include "rule/stream_query.h"

/* The query is read as a dry run or not, and its faults are "PARAMETER CODE", one a line. */
static void check(const char *query, bool validate_only, const char *faults)
{
    struct arena *arena = arena_new();
    struct problem_list problems;
    struct buf found;
    bool is_set = !validate_only;

    problem_list_init(&problems, arena);
    stream_query_read(query, &problems, &is_set);
    buf_init(&found, arena);
    for (const struct problem *problem = problems.first; problem != NULL; problem = problem->next) {
        assert_null(problem->pointer);
        assert_true(problem->message[0] != '\0');
        buf_printf(&found, "%s %s\n", problem->parameter, problem->code);
    }
    assert_string_equal(found.text, faults);
    assert_int_equal(is_set, validate_only);
    arena_free(arena);
}

static void test_values(void **state)
{
    (void)state;
    check(NULL, false, "");
    check("", false, "");
    check("validateOnly=true", true, "");
    check("validateOnly=false", false, "");
    check("validateOnly", false, "validateOnly boolean\n");
    check("validateOnly=", false, "validateOnly boolean\n");
    check("validateOnly=True", false, "validateOnly boolean\n");
    check("validateOnly=1", false, "validateOnly boolean\n");
    check("validateOnly=true ", false, "validateOnly boolean\n");
    check("validateOnly=true+", false, "validateOnly boolean\n");
    check("validateOnly=true=true", false, "validateOnly boolean\n");
    check("validateOnly=true;x", false, "validateOnly boolean\n");
    check("validateOnly=\"true\"", false, "validateOnly boolean\n");
}

static void test_names(void **state)
{
    (void)state;
    check("validateonly=true", false, "validateonly unknown\n");
    check("validate_only=true", false, "validate_only unknown\n");
    check("validateOnly[]=true", false, "validateOnly%5B%5D unknown\n");
    check("=true", false, " unknown\n");
    check("x", false, "x unknown\n");
    check("x&y=1&x", false, "x unknown\ny unknown\nx unknown\n");
    check("validateOnly=true&x=1", true, "x unknown\n");
    check("x=validateOnly=true", false, "x unknown\n");
}

static void test_given_twice(void **state)
{
    (void)state;
    check("validateOnly=true&validateOnly=true", true, "validateOnly duplicate\n");
    check("validateOnly=false&validateOnly=true", false, "validateOnly duplicate\n");
    check("validateOnly=true&validate%4Fnly=false", true, "validate%4Fnly duplicate\n");
    check("validateOnly=x&validateOnly=true", false,
          "validateOnly boolean\nvalidateOnly duplicate\n");
    check("validateOnly&validateOnly&validateOnly", false,
          "validateOnly boolean\nvalidateOnly duplicate\nvalidateOnly duplicate\n");
}

static void test_empty_parts_say_nothing(void **state)
{
    (void)state;
    check("&", false, "");
    check("&&validateOnly=true&", true, "");
}

static void test_percent_encoding(void **state)
{
    (void)state;
    check("validate%4Fnly=%74rue", true, "");
    check("validate%4fnly=tru%65", true, "");
    check("validateOnly=tru%6", false, "validateOnly boolean\n");
    check("validateOnly=true%", false, "validateOnly boolean\n");
    check("validateOnly=tr%zze", false, "validateOnly boolean\n");
    check("validateOnly=true%00", false, "validateOnly boolean\n");
    check("validateOnly=tru%+5", false, "validateOnly boolean\n");
    check("validateOnly%=true", false, "validateOnly% unknown\n");
    check("validateOnly%4=true", false, "validateOnly%4 unknown\n");
    check("validateOnly%00=true", false, "validateOnly%00 unknown\n");
    check("validateOnly%3Dtrue", false, "validateOnly%3Dtrue unknown\n");
    check("validateOnly=true%26x", false, "validateOnly boolean\n");
}

/* What is repeated in the answer is plain ASCII, whatever was sent. */
static void test_names_are_safe_to_repeat(void **state)
{
    char name[STREAM_QUERY_NAME_MAX + 1];
    char query[100];
    char faults[100];

    (void)state;
    check("\xC3\xA4\xFF=1", false, "%C3%A4%FF unknown\n");
    check("<\"\\\x7F\x01 >", false, "%3C%22%5C%7F%01%20%3E unknown\n");
    memset(name, 'n', STREAM_QUERY_NAME_MAX);
    name[STREAM_QUERY_NAME_MAX] = '\0';
    snprintf(query, sizeof query, "%s=1", name);
    snprintf(faults, sizeof faults, "%s unknown\n", name);
    check(query, false, faults);
    snprintf(query, sizeof query, "%snn=1", name);
    snprintf(faults, sizeof faults, "%s... unknown\n", name);
    check(query, false, faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),           cmocka_unit_test(test_names),
        cmocka_unit_test(test_given_twice),      cmocka_unit_test(test_empty_parts_say_nothing),
        cmocka_unit_test(test_percent_encoding), cmocka_unit_test(test_names_are_safe_to_repeat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
