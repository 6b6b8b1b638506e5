#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/zone.h"
#include "rule/slot.h"

#define HOUR 3600

/* A made-up zone: its offset changes once, by SHIFT at instant AT. */
struct change {
    int64_t before, after, at;
};

static int64_t change_offset_s(void *zone, int64_t instant_s)
{
    const struct change *change = zone;

    return instant_s < change->at ? change->before : change->after;
}

static int64_t next_in(struct change change, uint8_t slot, int64_t now_s)
{
    struct zone_offset zone = {change_offset_s, &change};

    return slot_next_s(slot, now_s, &zone);
}

static void test_read_all_slots(void **state)
{
    (void)state;
    for (int i = 0; i < SLOT_COUNT; i++) {
        char text[SLOT_TEXT_BYTES];
        uint8_t slot = 255;

        slot_write((uint8_t)i, text);
        assert_int_equal(slot_read(text, &slot), SLOT_FINE);
        assert_int_equal(slot, i);
    }
}

static void test_write(void **state)
{
    char text[SLOT_TEXT_BYTES];

    (void)state;
    slot_write(0, text);
    assert_string_equal(text, "00:00");
    slot_write(37, text);
    assert_string_equal(text, "09:15");
    slot_write(95, text);
    assert_string_equal(text, "23:45");
}

static void test_read_refuses(void **state)
{
    static const char *const bad_times[] = {
        "",       "9:15",   "09:15 ", " 9:15", "24:00", "23:60", "09.15",       "0915",
        "09:1",   "09:150", "-1:15",  "+9:15", "09:+5", "aa:bb", "09:15\n",     "99:00",
        "09:15Z", "::",     "1:2:3",  "09-15", "0:900", "12:7a", "\xD9\xA9:15", "12:75",
    };
    static const char *const bad_quarters[] = {"09:07", "00:01", "23:59", "12:44", "12:16"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad_times); i++) {
        uint8_t slot = 77;

        assert_int_equal(slot_read(bad_times[i], &slot), SLOT_BAD_TIME);
        assert_int_equal(slot, 77);
    }
    for (size_t i = 0; i < HW_COUNT(bad_quarters); i++) {
        uint8_t slot = 77;

        assert_int_equal(slot_read(bad_quarters[i], &slot), SLOT_BAD_QUARTER);
        assert_int_equal(slot, 77);
    }
}

/* If this fails, every stream without times of its own would move. */
static void test_hash_never_changes(void **state)
{
    static const struct {
        int64_t id;
        uint8_t slot;
    } fixed[] = {
        {0, 0}, {1, 37}, {2, 10}, {3, 80}, {42, 2}, {1000, 87}, {1000000, 86}, {INT64_MAX, 61},
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(fixed); i++)
        assert_int_equal(slot_of_stream(fixed[i].id), fixed[i].slot);
}

static void check_spread(int64_t first, int64_t step, int allowed_percent)
{
    int counts[SLOT_COUNT] = {0};

    for (int64_t i = 0; i < 1000 * SLOT_COUNT; i++)
        counts[slot_of_stream(first + i * step)]++;
    for (int i = 0; i < SLOT_COUNT; i++) {
        assert_in_range(counts[i], 1000 - 10 * allowed_percent, 1000 + 10 * allowed_percent);
    }
}

static void test_hash_is_even(void **state)
{
    (void)state;
    check_spread(1, 1, 10);
    check_spread(5000000, 1, 13);
    check_spread(1, 3, 13);
    check_spread(7, SLOT_COUNT, 13);
}

static void test_next_is_strictly_later(void **state)
{
    const struct change utc = {0, 0, 0};

    (void)state;
    assert_int_equal(next_in(utc, 4, 0), HOUR);
    assert_int_equal(next_in(utc, 4, HOUR - 1), HOUR);
    assert_int_equal(next_in(utc, 4, HOUR), 25 * HOUR);
    assert_int_equal(next_in(utc, 0, 0), 24 * HOUR);
    assert_int_equal(next_in(utc, 0, -1), 0);
    assert_int_equal(next_in(utc, 95, -86400), -900);
}

static void test_far_offsets(void **state)
{
    const struct change east = {14 * HOUR, 14 * HOUR, 0};
    const struct change west = {-12 * HOUR, -12 * HOUR, 0};

    (void)state;
    assert_int_equal(next_in(east, 0, 0), 10 * HOUR);
    assert_int_equal(next_in(east, 56, 0), 24 * HOUR);
    assert_int_equal(next_in(east, 57, 0), 900);
    assert_int_equal(next_in(west, 0, 0), 12 * HOUR);
    assert_int_equal(next_in(west, 48, 0), 24 * HOUR);
    assert_int_equal(next_in(west, 49, 0), 900);
}

/* At 24:00 UTC of day 0, 02:00 local, the clock goes to 03:00: 02:30 is skipped. */
static void test_gap(void **state)
{
    const struct change gap = {2 * HOUR, 3 * HOUR, 24 * HOUR};
    int64_t moved = 24 * HOUR + 1800;

    (void)state;
    assert_int_equal(next_in(gap, 10, 22 * HOUR), moved);
    assert_int_equal(next_in(gap, 10, 24 * HOUR), moved);
    assert_int_equal(next_in(gap, 10, moved - 1), moved);
    assert_int_equal(next_in(gap, 10, moved), moved + 23 * HOUR);
}

/* At 23:30 of day 0 the clock goes to 00:30: the slot of 23:45 comes on the next date, at 00:45. */
static void test_gap_over_midnight(void **state)
{
    const struct change gap = {0, HOUR, 23 * HOUR + 1800};
    int64_t moved = 23 * HOUR + 2700;

    (void)state;
    assert_int_equal(next_in(gap, 95, 23 * HOUR), moved);
    assert_int_equal(next_in(gap, 95, 23 * HOUR + 2000), moved);
    assert_int_equal(next_in(gap, 95, moved), moved + 23 * HOUR);
}

/* At 24:00 UTC of day 0, 03:00 local, the clock goes back to 02:00: 02:30 comes twice. */
static void test_overlap(void **state)
{
    const struct change overlap = {3 * HOUR, 2 * HOUR, 24 * HOUR};
    int64_t first = 24 * HOUR - 1800;

    (void)state;
    assert_int_equal(next_in(overlap, 10, 22 * HOUR), first);
    assert_int_equal(next_in(overlap, 10, first), first + 25 * HOUR);
    assert_int_equal(next_in(overlap, 10, 24 * HOUR), first + 25 * HOUR);
}

/* At 24:00 UTC the clock goes back over midnight, from 00:30 to 23:30. */
static void test_overlap_over_midnight(void **state)
{
    const struct change overlap = {1800, -1800, 24 * HOUR};
    int64_t midnight = 24 * HOUR - 1800;

    (void)state;
    assert_int_equal(next_in(overlap, 0, midnight - 1), midnight);
    assert_int_equal(next_in(overlap, 0, midnight), midnight + 25 * HOUR);
    assert_int_equal(next_in(overlap, 0, 24 * HOUR + 60), midnight + 25 * HOUR);
}

/* A whole day skipped and a whole day lived twice, as at the date line. */
static void test_whole_days(void **state)
{
    const struct change skipped = {-10 * HOUR, 14 * HOUR, 34 * HOUR};
    const struct change twice = {14 * HOUR, -10 * HOUR, 34 * HOUR};

    (void)state;
    assert_int_equal(next_in(skipped, 36, 33 * HOUR), 43 * HOUR);
    assert_int_equal(next_in(skipped, 36, 43 * HOUR), 67 * HOUR);
    assert_int_equal(next_in(twice, 36, 18 * HOUR), 19 * HOUR);
    assert_int_equal(next_in(twice, 36, 19 * HOUR), 67 * HOUR);
    assert_int_equal(next_in(twice, 36, 40 * HOUR), 67 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_all_slots),        cmocka_unit_test(test_write),
        cmocka_unit_test(test_read_refuses),          cmocka_unit_test(test_hash_never_changes),
        cmocka_unit_test(test_hash_is_even),          cmocka_unit_test(test_next_is_strictly_later),
        cmocka_unit_test(test_far_offsets),           cmocka_unit_test(test_gap),
        cmocka_unit_test(test_gap_over_midnight),     cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_overlap_over_midnight), cmocka_unit_test(test_whole_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
