#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

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

/* UTF-8 of any number below 0x200000, allowed or not, in COUNT bytes. */
static void encode(int32_t point, int count, char bytes[5])
{
    static const int marks[] = {0, 0x00, 0xC0, 0xE0, 0xF0};

    bytes[count] = '\0';
    for (int i = count - 1; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)(marks[count] | point);
}

static int bytes_of(int32_t point)
{
    if (point < 0x80)
        return 1;
    if (point < 0x800)
        return 2;
    return point < 0x10000 ? 3 : 4;
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (int32_t point = 0; point <= 0x1FFFFF; point++) {
        bool allowed = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
        int count = bytes_of(point);
        char bytes[5];
        const char *at = bytes;

        encode(point, count, bytes);
        if (text_next(&at, bytes + count) != (allowed ? point : -1))
            fail_msg("U+%04X", (unsigned)point);
        if (at != bytes + (allowed ? count : 0))
            fail_msg("U+%04X moves %td", (unsigned)point, at - bytes);
    }
}

static void test_overlong(void **state)
{
    (void)state;
    for (int32_t point = 0; point < 0x10000; point++) {
        for (int count = bytes_of(point) + 1; count <= 4; count++) {
            char bytes[5];

            encode(point, count, bytes);
            if (text_is_utf8(bytes, (size_t)count))
                fail_msg("U+%04X in %d bytes", (unsigned)point, count);
        }
    }
}

static void test_broken_sequences(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC3",
        "\xC3(",
        "\xC3\xC3",
        "\xE2\x82",
        "\xE2(\xAC",
        "\xE2\x82(",
        "\xF0\x9F\xA6",
        "\xF0\x9F(\x84",
        "\xF5\x80\x80\x80",
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xC0\x80",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "ok\xFF",
        "\xEF\xBB",
        "\xF4\x90\x80\x80",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        if (text_is_utf8(bad[i], strlen(bad[i])))
            fail_msg("row %zu", i);
}

/* A sequence that goes on behind the end is cut, and nothing behind the end is read. */
static void test_end_is_obeyed(void **state)
{
    static const char clef[] = "\xF0\x9D\x84\x9E";
    const char *at = clef;

    (void)state;
    for (int len = 1; len < 4; len++)
        assert_int_equal(text_next(&at, clef + len), -1);
    assert_int_equal(text_next(&at, clef), -1);
    assert_ptr_equal(at, clef);
    assert_int_equal(text_next(&at, clef + 4), 0x1D11E);
    assert_true(text_is_utf8("", 0));
    assert_true(text_is_utf8("a\0b", 3));
}

static void test_length(void **state)
{
    (void)state;
    assert_int_equal(text_length(""), 0);
    assert_int_equal(text_length("abc"), 3);
    assert_int_equal(text_length("\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x84x"), 4);
    assert_int_equal(text_length("e\xCC\x81"), 2);
}

static void test_has_control(void **state)
{
    static const char *const with[] = {"\x01",     "a\nb",     "\t",       "\x7F",
                                       "\xC2\x80", "\xC2\x85", "\xC2\x9F", "a\x1F"};
    static const char *const without[] = {
        "", " ", "abc~", "\xC2\xA0", "\xE2\x80\xA8", "\xE2\x80\x8B", "\xE2\x80\xAE"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(with); i++)
        assert_true(text_has_control(with[i]));
    for (size_t i = 0; i < HW_COUNT(without); i++)
        assert_false(text_has_control(without[i]));
}

/* Unicode's White_Space, all 25. */
static const int32_t spaces[] = {0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x20,   0x85,
                                 0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
                                 0x2029, 0x202F, 0x205F, 0x3000};

static bool is_listed(int32_t point)
{
    for (size_t i = 0; i < HW_COUNT(spaces); i++)
        if (spaces[i] == point)
            return true;
    return false;
}

static void test_every_white_space(void **state)
{
    (void)state;
    for (int32_t point = 1; point < 0x3100; point++) {
        char text[5];

        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        encode(point, bytes_of(point), text);
        assert_int_equal(text_trim(arena, text)[0] == '\0', is_listed(point));
        arena_reset(arena);
    }
}

static void test_trim(void **state)
{
    (void)state;
    assert_string_equal(text_trim(arena, ""), "");
    assert_string_equal(text_trim(arena, "   "), "");
    assert_string_equal(text_trim(arena, "a"), "a");
    assert_string_equal(text_trim(arena, " a  b "), "a  b");
    assert_string_equal(text_trim(arena, "\xE3\x80\x80\n\xC3\xA9\xC2\xA0\t"), "\xC3\xA9");
    assert_string_equal(text_trim(arena, "\x01 x \x01"), "\x01 x \x01");
}

static void test_collapse(void **state)
{
    (void)state;
    assert_string_equal(text_collapse(arena, ""), "");
    assert_string_equal(text_collapse(arena, " \n\x01"), "");
    assert_string_equal(text_collapse(arena, "a"), "a");
    assert_string_equal(text_collapse(arena, " a \t\x02\r\n b\xC2\x85\xE2\x80\x83"
                                             "c "),
                        "a b c");
    assert_string_equal(text_collapse(arena, "a\x7F"
                                             "b"),
                        "a b");
    assert_string_equal(text_collapse(arena, "\xF0\x9F\xA6\x84  \xC3\xA9"),
                        "\xF0\x9F\xA6\x84 \xC3\xA9");
}

static void test_cut_at_word(void **state)
{
    (void)state;
    assert_string_equal(text_cut_at_word(arena, "one two", 7), "one two");
    assert_string_equal(text_cut_at_word(arena, "one two", 100), "one two");
    assert_string_equal(text_cut_at_word(arena, "one two", 6), "one");
    assert_string_equal(text_cut_at_word(arena, "one two", 4), "one");
    assert_string_equal(text_cut_at_word(arena, "one two", 3), "one");
    assert_string_equal(text_cut_at_word(arena, "one two", 2), "on");
    assert_string_equal(text_cut_at_word(arena, "one  two", 6), "one");
    assert_string_equal(text_cut_at_word(arena, "one two three", 7), "one two");
    assert_string_equal(text_cut_at_word(arena, "abc", 0), "");
    assert_string_equal(text_cut_at_word(arena, "", 5), "");
}

/* Space in front is no word: what stands behind it must not be lost. */
static void test_cut_trims_first(void **state)
{
    (void)state;
    assert_string_equal(text_cut_at_word(arena, "   abcdef", 5), "abcde");
    assert_string_equal(text_cut_at_word(arena, "  ab cd ", 5), "ab cd");
    assert_string_equal(text_cut_at_word(arena, "     ", 3), "");
}

static void test_cut_counts_code_points(void **state)
{
    (void)state;
    assert_string_equal(text_cut_at_word(arena, "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 3),
                        "\xC3\xA9\xC3\xA9\xC3\xA9");
    assert_string_equal(text_cut_at_word(arena, "\xF0\x9F\xA6\x84\xE3\x80\x80\xF0\x9F\xA6\x84z", 3),
                        "\xF0\x9F\xA6\x84");
}

/* Text that nobody checked, as from a command line, ends every loop and keeps its bytes. */
static void test_unchecked_text(void **state)
{
    (void)state;
    assert_false(text_has_control("a\xFFz"));
    assert_true(text_has_control("a\xFF\n"));
    assert_string_equal(text_trim(arena, " \xFF "), "\xFF");
    assert_string_equal(text_collapse(arena, "\xFF \xC3"), "\xFF \xC3");
    assert_string_equal(text_cut_at_word(arena, "\xFF\xFE\xFD", 2), "\xFF\xFE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_overlong),
        cmocka_unit_test(test_broken_sequences),
        cmocka_unit_test(test_end_is_obeyed),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_has_control),
        cmocka_unit_test(test_every_white_space),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_collapse),
        cmocka_unit_test(test_cut_at_word),
        cmocka_unit_test(test_cut_trims_first),
        cmocka_unit_test(test_cut_counts_code_points),
        cmocka_unit_test(test_unchecked_text),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
