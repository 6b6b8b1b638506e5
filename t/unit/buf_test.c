#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

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

static void test_empty(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, arena);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.text, "");
    buf_add(&buf, "", 0);
    buf_add_text(&buf, "");
    buf_printf(&buf, "%s", "");
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.text, "");
}

/* Every length around the sizes at which the buffer grows, added in one piece and byte by byte. */
static void test_growth(void **state)
{
    static char bytes[2100];

    (void)state;
    memset(bytes, 'b', sizeof bytes);
    for (size_t len = 0; len < sizeof bytes; len += len < 250 || len > 258 ? 7 : 1) {
        struct buf whole, single;

        buf_init(&whole, arena);
        buf_add(&whole, bytes, len);
        buf_init(&single, arena);
        for (size_t i = 0; i < len; i++)
            buf_add(&single, bytes + i, 1);
        assert_int_equal(whole.len, len);
        assert_int_equal(strlen(whole.text), len);
        assert_string_equal(whole.text, single.text);
        assert_true(whole.size > whole.len && single.size > single.len);
        arena_reset(arena);
    }
}

static void test_printf_at_the_edge(void **state)
{
    (void)state;
    for (int len = 250; len < 262; len++) {
        struct buf buf;

        buf_init(&buf, arena);
        buf_printf(&buf, "%*d", len, 7);
        buf_printf(&buf, "%s", "end");
        assert_int_equal(buf.len, len + 3);
        assert_string_equal(buf.text + len - 1, "7end");
    }
}

static void test_bytes_with_nul(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, arena);
    buf_add(&buf, "a\0b", 3);
    buf_add_text(&buf, "c");
    assert_int_equal(buf.len, 4);
    assert_memory_equal(buf.text, "a\0bc", 5);
}

static void test_add_to_itself(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, arena);
    buf_add_text(&buf, "0123456789");
    for (int i = 0; i < 8; i++)
        buf_add(&buf, buf.text, buf.len);
    assert_int_equal(buf.len, 2560);
    for (size_t i = 0; i < buf.len; i++)
        assert_int_equal(buf.text[i], '0' + i % 10);
}

static void test_cut(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, arena);
    buf_add_text(&buf, "abcdef");
    buf_cut(&buf, 7);
    buf_cut(&buf, 6);
    assert_string_equal(buf.text, "abcdef");
    buf_cut(&buf, 2);
    assert_string_equal(buf.text, "ab");
    assert_int_equal(buf.len, 2);
    buf_add_text(&buf, "z");
    assert_string_equal(buf.text, "abz");
    buf_cut(&buf, 0);
    assert_string_equal(buf.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_printf_at_the_edge),
        cmocka_unit_test(test_bytes_with_nul),
        cmocka_unit_test(test_add_to_itself),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
