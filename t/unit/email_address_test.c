#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "rule/email_address.h"

#define LOCAL_64 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
#define LABEL_60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

static void test_fine(void **state)
{
    static const char *const fine[] = {
        "a@b.co",
        "ops@example.com",
        "first.last+tag@sub.example.co.uk",
        "UPPER@EXAMPLE.COM",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "o'brien@example.ie",
        "1@1.com",
        "x@xn--bcher-kva.ch",
        LOCAL_64 "@example.com",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(fine); i++)
        if (!email_address_check(fine[i]))
            fail_msg("refused: %s", fine[i]);
}

static void test_refusals(void **state)
{
    static const char *const bad[] = {
        "",
        "a",
        "@",
        "a@",
        "@b.co",
        "a@b",
        "a@localhost",
        "a@@b.co",
        "a@b@c.co",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.co",
        "a b@c.co",
        " a@b.co",
        "a@b.co ",
        "a@b.co\n",
        "a@b.co\r\nBcc: c@d.co",
        "a\r\n@b.co",
        "a@b.co,c@d.co",
        "A <a@b.co>",
        "\"a b\"@c.co",
        "a(b)@c.co",
        "a@b..co",
        "a@.b.co",
        "a@b.co.",
        "a@-b.co",
        "a@b_c.co",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "\xC3\xA4@b.co",
        "a@b\xC3\xBC"
        "cher.ch",
        LOCAL_64 "a@example.com",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        if (email_address_check(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_length(void **state)
{
    struct arena *arena = arena_new();
    const char *domain = LABEL_60 "." LABEL_60 "." LABEL_60 ".com";

    (void)state;
    assert_true(email_address_check(arena_printf(arena, "%s@b%s", LOCAL_64, domain)));
    assert_int_equal(strlen(LOCAL_64) + 2 + strlen(domain), 252);
    assert_true(email_address_check(arena_printf(arena, "%s@bcd%s", LOCAL_64, domain)));
    assert_false(email_address_check(arena_printf(arena, "%s@bcd.%s", LOCAL_64, domain)));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fine),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
