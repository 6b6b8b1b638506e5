#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rule/api_key.h"

/* The checksums were computed with zlib's crc32. */
static const char *const good[] = {
    "hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh4aGjCm",
    "hw_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA44Ohf2",
    "hw_live_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz3MCBWR",
};

static void test_read(void **state)
{
    char id[API_KEY_ID_LEN + 1];

    (void)state;
    assert_int_equal(API_KEY_LEN, 58);
    for (size_t i = 0; i < HW_COUNT(good); i++)
        assert_true(api_key_read(good[i], id));
    assert_true(api_key_read(good[0], id));
    assert_string_equal(id, "01234567");
}

/* Every single wrong character, and every swap of two neighbours, is found. */
static void test_slips_are_refused(void **state)
{
    char id[API_KEY_ID_LEN + 1] = "before";
    char text[API_KEY_LEN + 1];

    (void)state;
    for (size_t i = 0; i < API_KEY_LEN; i++) {
        memcpy(text, good[0], sizeof text);
        text[i] = text[i] == 'x' ? 'y' : 'x';
        assert_false(api_key_read(text, id));
    }
    for (size_t i = 0; i + 1 < API_KEY_LEN; i++) {
        memcpy(text, good[0], sizeof text);
        text[i] = good[0][i + 1];
        text[i + 1] = good[0][i];
        assert_false(api_key_read(text, id));
    }
    assert_string_equal(id, "before");
}

static void test_other_forms_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "hw_live_",
        "hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh4aGjC",
        "hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh4aGjCm ",
        " hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh4aGjCm",
        "HW_LIVE_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh4aGjCm",
        "hw_test_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh4aGjCm",
        "hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef-h4aGjCm",
        "hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef\303\2514aGjCm",
    };
    char id[API_KEY_ID_LEN + 1];

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        assert_false(api_key_read(bad[i], id));
}

static void test_write_reads_back(void **state)
{
    unsigned char random[API_KEY_RANDOM_BYTES];
    char text[API_KEY_LEN + 1];
    char id[API_KEY_ID_LEN + 1];

    (void)state;
    for (unsigned round = 0; round < 248; round++) {
        for (size_t i = 0; i < sizeof random; i++)
            random[i] = (unsigned char)((round + i * 7) % 248);
        assert_true(api_key_write(random, sizeof random, text));
        assert_int_equal(strlen(text), API_KEY_LEN);
        assert_true(api_key_read(text, id));
        assert_memory_equal(id, text + strlen(API_KEY_PREFIX), API_KEY_ID_LEN);
    }
}

static void test_write_gives_the_known_key(void **state)
{
    unsigned char random[API_KEY_RANDOM_BYTES];
    char text[API_KEY_LEN + 1];

    (void)state;
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (unsigned char)(i + 62 * (i % 4));
    assert_true(api_key_write(random, sizeof random, text));
    assert_string_equal(text, good[0]);
}

/* Bytes from 248 on give nothing, so that no digit is likelier than another. */
static void test_unfair_bytes_are_skipped(void **state)
{
    unsigned char random[2 * API_KEY_RANDOM_BYTES];
    char text[API_KEY_LEN + 1] = "before";

    (void)state;
    for (size_t i = 0; i < API_KEY_RANDOM_BYTES; i++) {
        random[2 * i] = (unsigned char)(248 + i % 8);
        random[2 * i + 1] = (unsigned char)i;
    }
    assert_false(api_key_write(random, sizeof random - 1, text));
    assert_string_equal(text, "before");
    assert_true(api_key_write(random, sizeof random, text));
    assert_string_equal(text, good[0]);
    assert_false(api_key_write(random, 0, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_slips_are_refused),
        cmocka_unit_test(test_other_forms_are_refused),
        cmocka_unit_test(test_write_reads_back),
        cmocka_unit_test(test_write_gives_the_known_key),
        cmocka_unit_test(test_unfair_bytes_are_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
