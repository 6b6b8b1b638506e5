#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "rule/host_name.h"

#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static void test_fine(void **state)
{
    static const char *const fine[] = {
        "example.com",      "a.b",           "hooks.example.co.uk", "EXAMPLE.Com",
        "x1.example.com",   "1.2.com",       "a-b.example.com",     "xn--bcher-kva.ch",
        "example.xn--p1ai", LABEL_63 ".com",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(fine); i++)
        if (!host_name_check(fine[i]))
            fail_msg("refused: %s", fine[i]);
}

static void test_refusals(void **state)
{
    static const char *const bad[] = {
        "",
        ".",
        "com",
        "localhost",
        ".com",
        "example.",
        "example.com.",
        "a..com",
        "-a.com",
        "a-.com",
        "a.-com",
        "a.com-",
        "exam_ple.com",
        "b\xC3\xBC"
        "cher.ch",
        "a b.com",
        "127.0.0.1",
        "256.1.1.1",
        "1.2.3.4.5",
        "example.1",
        "1.0x7f",
        "[::1]",
        "[fe80::1%25eth0]",
        "a.com:80",
        LABEL_63 "h.com",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        if (host_name_check(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_length(void **state)
{
    struct arena *arena = arena_new();
    const char *name = LABEL_63 "." LABEL_63 "." LABEL_63 ".";

    (void)state;
    assert_true(host_name_check(arena_printf(arena, "%s%.57s.com", name, LABEL_63)));
    assert_false(host_name_check(arena_printf(arena, "%s%.58s.com", name, LABEL_63)));
    arena_free(arena);
}

static void test_local(void **state)
{
    (void)state;
    assert_true(host_name_is_local("localhost"));
    assert_true(host_name_is_local("a.LocalHost"));
    assert_true(host_name_is_local("printer.local"));
    assert_true(host_name_is_local("metadata.google.internal"));
    assert_true(host_name_is_local("internal"));
    assert_false(host_name_is_local("local.example.com"));
    assert_false(host_name_is_local("mylocalhost"));
    assert_false(host_name_is_local("example.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fine),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_local),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
