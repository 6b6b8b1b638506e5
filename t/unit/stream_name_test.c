#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "rule/stream_name.h"

#define DOT " \xC2\xB7 "

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

static void test_one_account(void **state)
{
    (void)state;
    assert_string_equal(stream_name_derive(arena, "AI founders", "ignored", "yongfook", 1),
                        "AI founders" DOT "@yongfook");
    assert_string_equal(
        stream_name_derive(arena, NULL, "AI founders building developer tools", "yongfook", 1),
        "AI founders building developer tools" DOT "@yongfook");
}

static void test_many_accounts(void **state)
{
    (void)state;
    assert_string_equal(stream_name_derive(arena, "VCs", "x", NULL, 2), "VCs" DOT "2 accounts");
    assert_string_equal(stream_name_derive(arena, "VCs", "x", "unused", 50),
                        "VCs" DOT "50 accounts");
}

static void test_name_is_not_cut(void **state)
{
    char name[201];

    (void)state;
    memset(name, 'n', 200);
    name[200] = '\0';
    assert_int_equal(text_length(stream_name_derive(arena, name, "x", "abcdefghijklmno", 1)),
                     200 + 3 + 16);
}

static void test_description_cut_at_word(void **state)
{
    static const char exact[] = "aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff "
                                "ggggggggg hhhhhhhhhh";
    static const char longer[] = "aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff "
                                 "ggggggggg hhhhhhhhhhh";
    char solid[101];

    (void)state;
    assert_int_equal(strlen(exact), 80);
    assert_int_equal(strlen(stream_name_derive(arena, NULL, exact, "h", 1)), 80 + 6);
    assert_string_equal(stream_name_derive(arena, NULL, longer, "h", 1),
                        "aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff ggggggggg" DOT
                        "@h");
    memset(solid, 'w', 100);
    solid[100] = '\0';
    assert_int_equal(strlen(stream_name_derive(arena, NULL, solid, "h", 1)), 80 + 6);
}

static void test_white_space_and_controls(void **state)
{
    (void)state;
    assert_string_equal(stream_name_derive(arena, NULL, "  a\n\n b\t\xC2\xA0 c\x01 ", "h", 1),
                        "a b c" DOT "@h");
    assert_string_equal(stream_name_derive(arena, "x\r\ny", "z", "h", 1), "x y" DOT "@h");
}

static void test_nothing_to_show(void **state)
{
    (void)state;
    assert_string_equal(stream_name_derive(arena, "\x01\x02", "described", "h", 1),
                        "described" DOT "@h");
    assert_string_equal(stream_name_derive(arena, NULL, "\x01\n", "h", 1), "@h");
    assert_string_equal(stream_name_derive(arena, NULL, "\x01\n", NULL, 3), "3 accounts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_account),
        cmocka_unit_test(test_many_accounts),
        cmocka_unit_test(test_name_is_not_cut),
        cmocka_unit_test(test_description_cut_at_word),
        cmocka_unit_test(test_white_space_and_controls),
        cmocka_unit_test(test_nothing_to_show),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
