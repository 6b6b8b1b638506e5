#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "body.h"
#include "rule/segment_input.h"

static void test_forms(void **state)
{
    struct body body;

    (void)state;
    body_init(&body, "{\"pairs\":[{\"accountId\":7,\"segmentId\":9},"
                     "{\"accountHandle\":\"@Jack\",\"accountTier\":\"pro\",\"accountId\":null,"
                     "\"segment\":{\"description\":\"d\"}}]}");
    assert_string_equal(body_faults(&body.problems), "");
    assert_int_equal(body.input.pair_count, 2);
    assert_string_equal(body.input.pairs[0].pointer, "/pairs/0");
    assert_int_equal(body.input.pairs[0].account_id, 7);
    assert_null(body.input.pairs[0].handle);
    assert_int_equal(body.input.pairs[0].tier, TIER_STARTER);
    assert_false(body.input.pairs[0].tier_given);
    assert_int_equal(body.input.pairs[0].segment_id, 9);
    assert_null(body.input.pairs[0].segment);
    assert_string_equal(body.input.pairs[1].pointer, "/pairs/1");
    assert_int_equal(body.input.pairs[1].account_id, 0);
    assert_string_equal(body.input.pairs[1].handle, "Jack");
    assert_int_equal(body.input.pairs[1].tier, TIER_PRO);
    assert_true(body.input.pairs[1].tier_given);
    assert_int_equal(body.input.pairs[1].segment_id, 0);
    assert_string_equal(body.input.pairs[1].segment->description, "d");
    body_clear(&body);
}

static void refuses(const char *pairs, const char *faults)
{
    struct arena *arena = arena_new();

    body_assert(arena_printf(arena, "{\"pairs\":%s}", pairs), faults);
    arena_free(arena);
}

static void test_list(void **state)
{
    (void)state;
    refuses("null", "/pairs required");
    refuses("{}", "/pairs type");
    refuses("[]", "/pairs min_items");
    refuses("[null,1,[]]", "/pairs/0 type\n/pairs/1 type\n/pairs/2 type");
}

static void test_count(void **state)
{
    struct arena *arena = arena_new();
    struct buf pairs;

    (void)state;
    buf_init(&pairs, arena);
    buf_add_text(&pairs, "[");
    for (int i = 1; i < 50; i++)
        buf_printf(&pairs, "{\"accountId\":%d,\"segmentId\":1},", i);
    refuses(arena_printf(arena, "%s{\"accountId\":50,\"segmentId\":1}]", pairs.text), "");
    refuses(arena_printf(arena, "%s{\"accountId\":50,\"segmentId\":1},{}]", pairs.text),
            "/pairs max_items\n/pairs/50 required\n/pairs/50 required");
    arena_free(arena);
}

static void test_one_of(void **state)
{
    (void)state;
    refuses("[{\"segmentId\":1}]", "/pairs/0 required");
    refuses("[{\"accountId\":1}]", "/pairs/0 required");
    refuses("[{\"accountId\":null,\"segmentId\":1}]", "/pairs/0 required");
    refuses("[{\"accountId\":1,\"accountHandle\":\"a\",\"segmentId\":1}]", "/pairs/0 conflict");
    refuses("[{\"accountId\":1,\"segmentId\":1,\"segment\":{\"description\":\"d\"}}]",
            "/pairs/0 conflict");
    refuses("[{\"accountId\":1,\"segmentId\":1,\"segment\":{}}]",
            "/pairs/0/segment/description required\n/pairs/0 conflict");
}

static void test_fields(void **state)
{
    (void)state;
    refuses("[{\"accountId\":0,\"segmentId\":-1}]",
            "/pairs/0/accountId minimum\n/pairs/0/segmentId minimum");
    refuses("[{\"accountId\":\"7\",\"segmentId\":1.5}]",
            "/pairs/0/accountId type\n/pairs/0/segmentId type");
    refuses("[{\"accountId\":99999999999999999999,\"segmentId\":1e3}]",
            "/pairs/0/accountId type\n/pairs/0/segmentId type");
    refuses("[{\"accountHandle\":7,\"segment\":\"s\"}]",
            "/pairs/0/accountHandle type\n/pairs/0/segment type");
    refuses("[{\"accountHandle\":\"not a handle\",\"segmentId\":1,\"handle\":\"x\"}]",
            "/pairs/0/accountHandle pattern\n/pairs/0/handle unknown_field");
}

static void test_tier(void **state)
{
    (void)state;
    refuses("[{\"accountHandle\":\"a\",\"accountTier\":\"free\",\"segmentId\":1}]",
            "/pairs/0/accountTier enum");
    refuses("[{\"accountHandle\":\"a\",\"accountTier\":\"Pro\",\"segmentId\":1}]",
            "/pairs/0/accountTier enum");
    refuses("[{\"accountHandle\":\"a\",\"accountTier\":null,\"segmentId\":1}]", "");
    refuses("[{\"accountId\":1,\"accountTier\":\"pro\",\"segmentId\":1}]",
            "/pairs/0/accountTier conflict");
    refuses("[{\"accountTier\":\"pro\",\"segmentId\":1}]", "/pairs/0 required");
}

static void test_tier_conflict(void **state)
{
    const char *growth = "{\"accountHandle\":\"Jack\",\"accountTier\":\"growth\",\"segmentId\":1}";
    const char *pro = "{\"accountHandle\":\"@jACK\",\"accountTier\":\"pro\",\"segmentId\":1}";
    const char *none = "{\"accountHandle\":\"jack\",\"segmentId\":1}";
    struct arena *arena = arena_new();

    (void)state;
    refuses(arena_printf(arena, "[%s,%s]", growth, pro), "/pairs/1/accountTier conflict");
    refuses(arena_printf(arena, "[%s,%s,%s]", none, growth, growth), "");
    refuses(arena_printf(arena, "[%s,%s,%s,%s]", growth, none, pro, growth),
            "/pairs/2/accountTier conflict");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),         cmocka_unit_test(test_list),
        cmocka_unit_test(test_count),         cmocka_unit_test(test_one_of),
        cmocka_unit_test(test_fields),        cmocka_unit_test(test_tier),
        cmocka_unit_test(test_tier_conflict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
