#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rule/tier.h"

static void test_tiers(void **state)
{
    enum tier tier = TIER__MAX;

    (void)state;
    for (int i = 0; i < TIER__MAX; i++) {
        assert_true(tier_find(tier_text((enum tier)i), &tier));
        assert_int_equal(tier, i);
    }
    assert_string_equal(tier_text(TIER_GROWTH), "growth");
    assert_false(tier_find("Pro", &tier));
    assert_false(tier_find("", &tier));
    assert_false(tier_find("starter ", &tier));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
