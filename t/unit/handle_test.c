#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "rule/handle.h"

static void reads(const char *text, const char *handle)
{
    struct arena *arena = arena_new();
    const char *found = handle_read(arena, text);

    if (found == NULL)
        fail_msg("refused: %s", text);
    assert_string_equal(found, handle);
    arena_free(arena);
}

static void test_forms(void **state)
{
    (void)state;
    reads("a", "a");
    reads("yongfook", "yongfook");
    reads("@YongFook", "YongFook");
    reads("___", "___");
    reads("123456789012345", "123456789012345");
    reads("https://x.com/jack", "jack");
    reads("https://twitter.com/Jack_1", "Jack_1");
    reads("HTTPS://X.COM/jack", "jack");
    reads("https://Twitter.Com/jack", "jack");
    reads("https://x.com/jack/", "jack");
}

static void test_refusals(void **state)
{
    static const char *const bad[] = {
        "",
        "@",
        "@@jack",
        "jack@",
        "1234567890123456",
        "@1234567890123456",
        "ja ck",
        " jack",
        "jack ",
        "jack\n",
        "jack/",
        "@jack/",
        "ja-ck",
        "ja.ck",
        "j\xC3\xB6rg",
        "\xEF\xBC\xA0jack",
        "http://x.com/jack",
        "x.com/jack",
        "https://x.com",
        "https://x.com/",
        "https://x.com//",
        "https://x.com/@jack",
        "@https://x.com/jack",
        "https://x.com/jack//",
        "https://x.com/jack/status/1",
        "https://x.com/jack?lang=en",
        "https://x.com/jack#top",
        "https://x.com/1234567890123456",
        "https://www.x.com/jack",
        "https://mobile.twitter.com/jack",
        "https://x.com.evil.example/jack",
        "https://evil.example/https://x.com/jack",
        "https://user@x.com/jack",
        "https://x.com:443/jack",
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        if (handle_read(arena, bad[i]) != NULL)
            fail_msg("taken: %s", bad[i]);
    arena_free(arena);
}

static void test_equal(void **state)
{
    (void)state;
    assert_true(handle_equal("jack", "JACK"));
    assert_false(handle_equal("jack", "jack_"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_equal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
