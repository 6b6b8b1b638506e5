/* edge/http_date: the forms of RFC 9110, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "edge/http_date.h"

#define INSTANT_US INT64_C(784111777000000)

static void test_forms(void **state)
{
    static const char *const texts[] = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        int64_t instant_us = 0;

        assert_true(http_date_read(texts[i], &instant_us));
        assert_int_equal(instant_us, INSTANT_US);
    }
}

static void test_no_date(void **state)
{
    static const char *const texts[] = {"", "yesterday", "Sun, 36 Nov 1994 08:49:37 GMT", "GMT"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        int64_t instant_us = 7;

        assert_false(http_date_read(texts[i], &instant_us));
        assert_int_equal(instant_us, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_no_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
