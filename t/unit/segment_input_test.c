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

static struct problem_list problems;

static int setup(void **state)
{
    (void)state;
    problem_list_init(&problems, arena_new());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(problems.arena);
    return 0;
}

static struct segment_input read_fine(const char *json)
{
    struct segment_input segment;

    segment_input_read(body_value(problems.arena, json), "/s", &problems, &segment);
    assert_string_equal(body_faults(&problems), "");
    return segment;
}

static void refuses(const char *json, const char *faults)
{
    struct segment_input segment;

    problem_list_init(&problems, problems.arena);
    segment_input_read(body_value(problems.arena, json), "/s", &problems, &segment);
    assert_string_equal(body_faults(&problems), faults);
}

/* TEXT, COUNT times. */
static const char *repeat(const char *text, size_t count)
{
    struct buf buf;

    buf_init(&buf, problems.arena);
    while (count-- > 0)
        buf_add_text(&buf, text);
    return buf.text;
}

static void test_least(void **state)
{
    struct segment_input segment = read_fine("{\"description\":\" AI\\nfounders \",\"name\":null}");

    (void)state;
    assert_string_equal(segment.description, " AI\nfounders ");
    assert_null(segment.name);
    assert_int_equal(segment.gender_values, 0);
    assert_int_equal(segment.follower_count_tiers, 0);
    assert_int_equal(segment.label_count, 0);
}

static void test_whole(void **state)
{
    struct segment_input segment = read_fine(
        "{\"description\":\"d\",\"name\":\" n \",\"genderValues\":[\"unknown\",\"female\"],"
        "\"followerCountTiers\":[\"over_1m\",\"under_1k\"],\"appliedSearchFilters\":"
        "{\"job_role\":[\" Co  founder\\t\",\"CTO\"],\"x\":null,\"a/b\":[\"c\"]}}");

    (void)state;
    assert_string_equal(segment.name, " n ");
    assert_int_equal(segment.gender_values, 1U << GENDER_UNKNOWN | 1U << GENDER_FEMALE);
    assert_int_equal(segment.follower_count_tiers,
                     1U << FOLLOWER_OVER_1M | 1U << FOLLOWER_UNDER_1K);
    assert_int_equal(segment.label_count, 3);
    assert_string_equal(segment.labels[0].pointer, "/s/appliedSearchFilters/job_role/0");
    assert_string_equal(segment.labels[0].category, "job_role");
    assert_string_equal(segment.labels[0].label, " Co  founder\t");
    assert_string_equal(segment.labels[0].folded, "Co founder");
    assert_int_equal(segment.labels[0].label_id, 0);
    assert_string_equal(segment.labels[1].label, "CTO");
    assert_string_equal(segment.labels[2].pointer, "/s/appliedSearchFilters/a~1b/0");
}

static void test_faults(void **state)
{
    (void)state;
    refuses("null", "/s type");
    refuses("[]", "/s type");
    refuses("{}", "/s/description required");
    refuses("{\"description\":null}", "/s/description required");
    refuses("{\"description\":1}", "/s/description type");
    refuses("{\"description\":\"\"}", "/s/description min_length");
    refuses("{\"description\":\" \\u3000\\n\"}", "/s/description pattern");
    refuses("{\"description\":\"d\",\"name\":\"\",\"Name\":1}",
            "/s/name min_length\n/s/Name unknown_field");
    refuses("{\"description\":\"d\",\"name\":\"a\\nb\"}", "/s/name pattern");
    refuses("{\"description\":\"d\",\"name\":\"  \"}", "/s/name pattern");
    refuses("{\"description\":\"d\",\"genderValues\":\"female\",\"followerCountTiers\":[\"1k\"]}",
            "/s/genderValues type\n/s/followerCountTiers/0 enum");
    refuses("{\"description\":\"d\",\"genderValues\":[\"male\",\"male\",\"Male\"]}",
            "/s/genderValues/1 unique\n/s/genderValues/2 enum");
}

/* A segment whose description and name have so many characters. */
static const char *segment_of(size_t description, size_t name)
{
    return arena_printf(problems.arena, "{\"description\":\"%s\",\"name\":\"%s\"}",
                        repeat("\xC3\xA9", description), repeat("\xC3\xA9", name));
}

static void test_lengths(void **state)
{
    (void)state;
    read_fine(segment_of(2000, 200));
    refuses(segment_of(2001, 201), "/s/description max_length\n/s/name max_length");
}

static void refuses_filters(const char *filters, const char *faults)
{
    refuses(arena_printf(problems.arena, "{\"description\":\"d\",\"appliedSearchFilters\":%s}",
                         filters),
            faults);
}

static void test_filters(void **state)
{
    (void)state;
    refuses_filters("[]", "/s/appliedSearchFilters type");
    refuses_filters("{}", "");
    refuses_filters("{\"a\":[\"b\",\"b\"]}", "");
    refuses_filters("{\"a\":\"b\",\"c\":[]}",
                    "/s/appliedSearchFilters/a type\n/s/appliedSearchFilters/c min_items");
    refuses_filters("{\"a\":[null,1,\"\",\" \",\"x\",[]]}",
                    "/s/appliedSearchFilters/a/0 type\n/s/appliedSearchFilters/a/1 type\n"
                    "/s/appliedSearchFilters/a/2 min_length\n/s/appliedSearchFilters/a/3 pattern\n"
                    "/s/appliedSearchFilters/a/5 type");
    refuses_filters("{\"\":[\"x\"]}", "/s/appliedSearchFilters/ min_length");
}

static void test_filter_bounds(void **state)
{
    struct arena *arena = problems.arena;
    const char *forty = repeat("\xC3\xA9", 40);
    const char *hundred = repeat("\xC3\xA9", 100);
    const char *twelve = "\"a\":[\"x\"],\"b\":[\"x\"],\"c\":[\"x\"],\"d\":[\"x\"],\"e\":[\"x\"],"
                         "\"f\":[\"x\"],\"g\":[\"x\"],\"h\":[\"x\"],\"i\":[\"x\"],\"j\":[\"x\"],"
                         "\"k\":[\"x\"],\"l\":[\"x\"]";

    (void)state;
    refuses_filters(arena_printf(arena, "{\"%s\":[\"%s\"]}", forty, hundred), "");
    refuses_filters(arena_printf(arena, "{\"%sa\":[\"x\"]}", forty),
                    arena_printf(arena, "/s/appliedSearchFilters/%sa max_length", forty));
    refuses_filters(arena_printf(arena, "{\"a\":[\"%sx\"]}", hundred),
                    "/s/appliedSearchFilters/a/0 max_length");
    refuses_filters(arena_printf(arena, "{\"a\":[%s\"x\"]}", repeat("\"x\",", 49)), "");
    refuses_filters(arena_printf(arena, "{\"a\":[%s\"x\"]}", repeat("\"x\",", 50)),
                    "/s/appliedSearchFilters/a max_items");
    refuses_filters(arena_printf(arena, "{%s,\"m\":null}", twelve), "");
    refuses_filters(arena_printf(arena, "{%s,\"m\":[\"x\"]}", twelve),
                    "/s/appliedSearchFilters max_items");
}

static void assert_same(const char *a, const char *b, bool same)
{
    struct segment_input left = read_fine(a);
    struct segment_input right = read_fine(b);

    assert_int_equal(segment_input_equal(&left, &right), same);
    assert_int_equal(segment_input_equal(&right, &left), same);
}

static void test_equal(void **state)
{
    (void)state;
    assert_same("{\"description\":\"d\"}", "{\"genderValues\":[],\"description\":\"d\"}", true);
    assert_same("{\"description\":\"d\"}", "{\"description\":\"D\"}", false);
    assert_same("{\"description\":\"d\",\"name\":\"n\"}", "{\"description\":\"d\"}", false);
    assert_same("{\"description\":\"d\",\"name\":\"n\"}", "{\"description\":\"d\",\"name\":\"n\"}",
                true);
    assert_same("{\"description\":\"d\",\"genderValues\":[\"male\",\"female\"]}",
                "{\"description\":\"d\",\"genderValues\":[\"female\",\"male\"]}", true);
    assert_same("{\"description\":\"d\",\"followerCountTiers\":[\"under_1k\"]}",
                "{\"description\":\"d\",\"followerCountTiers\":[\"over_1m\"]}", false);
    assert_same(
        "{\"description\":\"d\",\"appliedSearchFilters\":{\"a\":[\"X\",\"y\"],\"b\":[\"z\"]}}",
        "{\"description\":\"d\",\"appliedSearchFilters\":{\"b\":[\"Z\"],\"a\":[\"y\",\"x \"]}}",
        true);
    assert_same("{\"description\":\"d\",\"appliedSearchFilters\":{\"a\":[\"x\",\"x\"]}}",
                "{\"description\":\"d\",\"appliedSearchFilters\":{\"a\":[\"x\"]}}", true);
    assert_same("{\"description\":\"d\",\"appliedSearchFilters\":{\"a\":[\"x\"]}}",
                "{\"description\":\"d\",\"appliedSearchFilters\":{\"b\":[\"x\"]}}", false);
    assert_same("{\"description\":\"d\",\"appliedSearchFilters\":{\"a\":[\"x\",\"y\"]}}",
                "{\"description\":\"d\",\"appliedSearchFilters\":{\"a\":[\"x\"]}}", false);
}

/* Two spellings of one canonical label are the same once the catalogue knew both. */
static void test_equal_by_id(void **state)
{
    struct segment_input a =
        read_fine("{\"description\":\"d\",\"appliedSearchFilters\":{\"r\":[\"Cofounder\"]}}");
    struct segment_input b =
        read_fine("{\"description\":\"d\",\"appliedSearchFilters\":{\"r\":[\"Co-founder\"]}}");

    (void)state;
    assert_false(segment_input_equal(&a, &b));
    a.labels[0].label_id = 7;
    assert_false(segment_input_equal(&a, &b));
    b.labels[0].label_id = 7;
    assert_true(segment_input_equal(&a, &b));
    b.labels[0].label_id = 8;
    assert_false(segment_input_equal(&a, &b));
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(gender_text(GENDER_NONBINARY), "nonbinary");
    assert_string_equal(follower_tier_text(FOLLOWER_10K_TO_100K), "10k_to_100k");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_least, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_filters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_filter_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_equal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_equal_by_id, setup, teardown),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
