#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "edge/digest.h"
#include "rule/stripe_signature.h"

#define A8 "aaaaaaaa"
#define B8 "00112233"
#define A64 A8 A8 A8 A8 A8 A8 A8 A8
#define B64 B8 B8 B8 B8 B8 B8 B8 B8

static void assert_read(const char *header, int64_t signed_at_s, size_t count)
{
    struct stripe_signature signature;

    assert_true(stripe_signature_read(header, &signature));
    assert_int_equal(signature.signed_at_s, signed_at_s);
    assert_int_equal(signature.count, count);
}

static void test_read(void **state)
{
    struct stripe_signature signature;

    (void)state;
    assert_true(stripe_signature_read("t=1492774577,v1=" A64 ",v1=" B64 ",v0=" A64, &signature));
    assert_int_equal(signature.signed_at_s, 1492774577);
    assert_int_equal(signature.count, 2);
    assert_memory_equal(signature.v1[0], A64, STRIPE_SIGNATURE_HEX_LEN);
    assert_memory_equal(signature.v1[1], B64, STRIPE_SIGNATURE_HEX_LEN);
    assert_read("v1=" A64 ",t=1", 1, 1);
    assert_read("t=9223372036854775807,v1=" A64, INT64_MAX, 1);
}

/* What cannot match is passed over, and so is what a later scheme may bring. */
static void test_other_items_are_passed_over(void **state)
{
    (void)state;
    assert_read("t=1,v2=" B64 ",v1=" A64 ",x,,=,v1", 1, 1);
    assert_read("t=1,v1=,v1=aa,v1=" A64 "a,v1=" A64, 1, 1);
    assert_read("t=1,v1=A" A64 ",v1=" A64 "=,v1=" B64, 1, 1);
    assert_read("t=1, v1=" A64 ",V1=" A64 ",v1=" B64, 1, 1);
}

static void test_refused(void **state)
{
    static const char *const bad[] = {
        "",
        ",",
        "t=1",
        "v1=" A64,
        "t=,v1=" A64,
        "t,v1=" A64,
        "t=0,v1=" A64,
        "t=01,v1=" A64,
        "t=-1,v1=" A64,
        "t=+1,v1=" A64,
        "t= 1,v1=" A64,
        "t=1.0,v1=" A64,
        "t=1e3,v1=" A64,
        "t=9223372036854775808,v1=" A64,
        "t=10000000000000000000000,v1=" A64,
        "t=1,t=1,v1=" A64,
        "t=1,v0=" A64,
        "t=1,v1=" A8,
        "t=1;v1=" A64,
        "t=1,v1=AAAAAAAA" A8 A8 A8 A8 A8 A8 A8,
        "t=1,v1=gggggggg" A8 A8 A8 A8 A8 A8 A8,
    };
    struct stripe_signature signature = {.signed_at_s = 7};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        if (stripe_signature_read(bad[i], &signature))
            fail_msg("%s", bad[i]);
    assert_int_equal(signature.signed_at_s, 7);
}

static void test_many(void **state)
{
    char header[(STRIPE_SIGNATURE_MAX + 2) * 70] = "t=1";
    size_t len = strlen(header);

    (void)state;
    for (size_t i = 1; i <= STRIPE_SIGNATURE_MAX; i++) {
        len += (size_t)snprintf(header + len, sizeof header - len, ",v1=%s", A64);
        assert_read(header, 1, i);
    }
    snprintf(header + len, sizeof header - len, ",v1=%s", A64);

    struct stripe_signature signature;
    assert_false(stripe_signature_read(header, &signature));
}

static bool is_fresh(int64_t signed_at_s, int64_t now_us)
{
    return stripe_signature_is_fresh(&(struct stripe_signature){.signed_at_s = signed_at_s},
                                     now_us);
}

static void test_tolerance(void **state)
{
    const int64_t now_s = 1700000000;
    const int64_t now_us = now_s * CLOCK_S_US + 1;

    (void)state;
    assert_true(is_fresh(now_s, now_us));
    assert_true(is_fresh(now_s - 300, now_us));
    assert_false(is_fresh(now_s - 301, now_us));
    assert_true(is_fresh(now_s + 300, now_us));
    assert_false(is_fresh(now_s + 301, now_us));
    assert_false(is_fresh(1, now_us));
    assert_false(is_fresh(INT64_MAX, now_us));
    assert_false(is_fresh(INT64_MAX, 0));
}

/* RFC 4231, test cases 2 and 6: a short key, and one longer than a block. */
static void test_hmac(void **state)
{
    static const char text[] = "what do ya want for nothing?";
    static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    unsigned char digest[DIGEST_BYTES];
    unsigned char key[131];
    char hex[STRIPE_SIGNATURE_HEX_LEN + 1];

    (void)state;
    digest_hmac("Jefe", 4, text, sizeof text - 1, digest);
    digest_write_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    digest_hmac(key, sizeof key, long_text, sizeof long_text - 1, digest);
    digest_write_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),      cmocka_unit_test(test_other_items_are_passed_over),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_many),
        cmocka_unit_test(test_tolerance), cmocka_unit_test(test_hmac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
