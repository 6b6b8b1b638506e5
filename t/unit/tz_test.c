#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/zone.h"
#include "edge/tz.h"
#include "rule/slot.h"

#define ZONEINFO "/usr/share/zoneinfo"
#define HOUR 3600

static struct arena *arena;
static struct zone_list zones;

static int setup(void **state)
{
    struct errmsg msg;

    (void)state;
    arena = arena_new();
    return tz_list_read(arena, ZONEINFO, &zones, &msg) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Seconds since 1970 of "YYYY-MM-DDTHH:MM", taken as UTC. */
static int64_t instant_of(const char *text)
{
    struct tm utc = {0};

    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M", &utc));
    return timegm(&utc);
}

static int64_t next_at(const char *zone, uint8_t slot, int64_t now_s)
{
    struct zone_offset offset = tz_offset(zone);

    assert_true(zone_is_known(&zones, zone));
    return slot_next_s(slot, now_s, &offset);
}

static uint8_t slot_of(const char *text)
{
    uint8_t slot;

    assert_int_equal(slot_read(text, &slot), SLOT_FINE);
    return slot;
}

static const struct {
    const char *zone, *slot, *instant;
    int shift_min; /* from the slot to what clocks show at the instant */
} vectors[] = {
    {"America/New_York", "02:30", "2026-03-08T07:30", 60},
    {"America/New_York", "01:30", "2026-11-01T05:30", 0},
    {"Europe/Berlin", "02:30", "2026-03-29T01:30", 60},
    {"Europe/Berlin", "02:30", "2026-10-25T00:30", 0},
    {"Europe/London", "01:30", "2026-10-25T00:30", 0},
    {"Europe/Dublin", "01:30", "2026-03-29T01:30", 60},
    {"Australia/Lord_Howe", "02:15", "2026-10-03T15:45", 30},
    {"Australia/Lord_Howe", "01:45", "2026-04-04T14:45", 0},
    {"Africa/Cairo", "00:30", "2026-04-23T22:30", 60},
    {"America/Santiago", "00:00", "2026-09-06T04:00", 60},
    {"Africa/Casablanca", "02:30", "2026-02-15T01:30", 0},
    {"Africa/Casablanca", "02:30", "2026-03-22T02:30", 60},
    {"Pacific/Apia", "09:00", "2011-12-30T19:00", 0},
    {"Asia/Kolkata", "09:00", "2026-06-01T03:30", 0},
    {"UTC", "09:15", "2026-11-24T09:15", 0},
    {"UTC", "00:00", "2026-12-31T00:00", 0},
    {"Pacific/Kiritimati", "00:00", "2026-05-31T10:00", 0},
    {"Etc/GMT+12", "23:45", "2026-06-01T11:45", 0},
    {"Etc/GMT-14", "13:45", "2026-05-31T23:45", 0},
    {"Asia/Kathmandu", "00:00", "2026-05-31T18:15", 0},
    {"Pacific/Chatham", "12:45", "2026-06-01T00:00", 0},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(vectors); i++) {
        int64_t expected = instant_of(vectors[i].instant);
        uint8_t slot = slot_of(vectors[i].slot);
        struct zone_offset zone;
        int64_t local_s;

        assert_int_equal(next_at(vectors[i].zone, slot, expected - 1), expected);
        assert_int_equal(next_at(vectors[i].zone, slot, expected - 6 * HOUR), expected);
        assert_int_equal(next_at(vectors[i].zone, slot, expected - 22 * HOUR), expected);
        assert_in_range(next_at(vectors[i].zone, slot, expected) - expected, 22 * HOUR, 26 * HOUR);
        zone = tz_offset(vectors[i].zone);
        local_s = expected + zone.offset_s(zone.zone, expected);
        assert_int_equal(local_s % 86400, slot * 900 + vectors[i].shift_min * 60);
    }
}

/* The first instant at which clocks show LOCAL, found by looking at every quarter-hour; in a gap,
 * LOCAL by the offset before it. What instant_of_local in rule/slot.c computes with two offsets. */
static int64_t first_instant_showing(int64_t local_s, const struct zone_offset *zone)
{
    int64_t before = zone->offset_s(zone->zone, local_s - 15 * HOUR);

    for (int64_t at = local_s - 15 * HOUR; at <= local_s + 15 * HOUR; at += 900) {
        int64_t offset = zone->offset_s(zone->zone, at);

        if (at + offset == local_s)
            return at;
        if (at + offset > local_s)
            return local_s - before;
        before = offset;
    }
    fail_msg("no instant shows %lld", (long long)local_s);
    return 0;
}

/* Follows a slot for two years: each local date gives one instant, the right one. */
static void check_two_years(const char *name, const char *slot_text, const char *start)
{
    struct zone_offset zone = tz_offset(name);
    uint8_t slot = slot_of(slot_text);
    int64_t now = instant_of(start);
    int64_t day = (now + zone.offset_s(zone.zone, now)) / 86400 + 2;
    int64_t last = first_instant_showing((day - 1) * 86400 + slot * 900, &zone);

    for (int i = 0; i < 731; i++, day++) {
        int64_t expected = first_instant_showing(day * 86400 + slot * 900, &zone);

        if (expected == last)
            continue;
        assert_true(expected > last);
        assert_int_equal(slot_next_s(slot, last, &zone), expected);
        assert_int_equal(slot_next_s(slot, expected - 1, &zone), expected);
        last = expected;
    }
}

static void test_once_a_local_date(void **state)
{
    static const char *const names[] = {
        "UTC",          "America/New_York", "Europe/Berlin",     "Europe/Dublin",
        "Africa/Cairo", "America/Santiago", "Africa/Casablanca", "Australia/Lord_Howe",
        "Asia/Kolkata", "Pacific/Chatham",  "America/Havana",    "Asia/Beirut",
        "America/Nuuk", "Antarctica/Troll", "Asia/Gaza",         "America/St_Johns",
    };

    (void)state;
    for (size_t i = 0; i < HW_COUNT(names); i++) {
        check_two_years(names[i], "00:00", "2026-01-01T00:00");
        check_two_years(names[i], "02:15", "2026-01-01T00:00");
        check_two_years(names[i], "23:45", "2026-01-01T00:00");
    }
    check_two_years("Pacific/Apia", "09:00", "2011-01-01T00:00");
    check_two_years("Pacific/Apia", "00:00", "2011-01-01T00:00");
    check_two_years("Pacific/Apia", "23:45", "2011-01-01T00:00");
    check_two_years("Pacific/Kwajalein", "12:00", "1993-01-01T00:00");
    check_two_years("Pacific/Kwajalein", "12:00", "1969-01-01T00:00");
}

/* At Apia the slots of 30 and 31 December 2011 are one instant, and it comes once. */
static void test_skipped_day(void **state)
{
    int64_t both = instant_of("2011-12-30T19:00");

    (void)state;
    assert_int_equal(next_at("Pacific/Apia", slot_of("09:00"), both - 24 * HOUR - 1),
                     both - 24 * HOUR);
    assert_int_equal(next_at("Pacific/Apia", slot_of("09:00"), both - 24 * HOUR), both);
    assert_int_equal(next_at("Pacific/Apia", slot_of("09:00"), both), both + 24 * HOUR);
}

static void test_list(void **state)
{
    static const char *const known[] = {
        "UTC",         "Europe/Berlin", "Asia/Calcutta",
        "US/Eastern",  "Etc/GMT+12",    "EST5EDT",
        "Europe/Kyiv", "Europe/Kiev",   "America/Argentina/ComodRivadavia",
        "GMT0"};
    static const char *const unknown[] = {
        "Factory",        "posix/UTC",
        "right/UTC",      "localtime",
        "posixrules",     "",
        "europe/berlin",  "Nope/Zone",
        "+05:30",         ":Europe/Berlin",
        "UTC0",           "Europe",
        "zone.tab",       "tzdata.zi",
        "../UTC",         "EST5EDT,M3.2.0,M11.1.0",
        "Europe/Berlin/",
    };

    (void)state;
    assert_in_range(zones.count, 580, 650);
    for (size_t i = 0; i < HW_COUNT(known); i++)
        assert_true(zone_is_known(&zones, known[i]));
    for (size_t i = 0; i < HW_COUNT(unknown); i++)
        assert_false(zone_is_known(&zones, unknown[i]));
}

/* The list and glibc must agree: a name that glibc did not find would show no name of its own. */
static void test_every_zone_has_data(void **state)
{
    int differ = 0;

    (void)state;
    for (size_t i = 0; i < zones.count; i++) {
        struct zone_offset zone = tz_offset(zones.names[i]);
        int64_t offset = zone.offset_s(zone.zone, instant_of("2026-07-14T12:00"));

        assert_in_range(offset + 12 * HOUR, 0, 26 * HOUR);
        assert_int_equal(offset % 900, 0);
        differ += offset != 0;
    }
    assert_in_range(differ, 500, 650);
}

static void test_offsets_change_with_zone(void **state)
{
    int64_t july = instant_of("2026-07-14T12:00");
    struct zone_offset zone = tz_offset("Europe/Berlin");

    (void)state;
    assert_int_equal(zone.offset_s(zone.zone, july), 2 * HOUR);
    zone = tz_offset("America/New_York");
    assert_int_equal(zone.offset_s(zone.zone, july), -4 * HOUR);
    zone = tz_offset("Etc/GMT+5");
    assert_int_equal(zone.offset_s(zone.zone, july), -5 * HOUR);
    zone = tz_offset("Europe/Berlin");
    assert_int_equal(zone.offset_s(zone.zone, july), 2 * HOUR);
    zone = tz_offset("Europe/Berlin");
    assert_int_equal(zone.offset_s(zone.zone, july - 180 * 24 * HOUR), HOUR);
}

/* A rule as a POSIX string must not be obeyed even if it slipped through the list. */
static void test_no_posix_rules(void **state)
{
    struct zone_offset zone = tz_offset("AAA-5");

    (void)state;
    assert_int_equal(zone.offset_s(zone.zone, 0), 0);
    zone = tz_offset("EST5EDT,M3.2.0,M11.1.0");
    assert_int_equal(zone.offset_s(zone.zone, 0), 0);
}

static void test_tzdir_does_not_count(void **state)
{
    struct zone_offset zone;

    (void)state;
    setenv("TZDIR", "/nonexistent", 1);
    zone = tz_offset("Asia/Kathmandu");
    assert_int_equal(zone.offset_s(zone.zone, instant_of("2026-01-01T00:00")), 20700);
    unsetenv("TZDIR");
}

/* Makes a directory with a tzdata.zi of that text. */
static void make_dir(char dir[], const char *text)
{
    char path[64];
    FILE *file;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/tzdata.zi", dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_dir(const char *dir)
{
    char path[64];

    snprintf(path, sizeof path, "%s/tzdata.zi", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/UTC", dir);
    unlink(path);
    rmdir(dir);
}

/* Offsets come from the directory that was read last, also for the zone in use. */
static void test_other_directory(void **state)
{
    char dir[] = "/tmp/tz_test.XXXXXX";
    char link[64];
    struct zone_list few;
    struct errmsg msg;
    struct zone_offset zone = tz_offset("UTC");

    (void)state;
    assert_int_equal(zone.offset_s(zone.zone, 0), 0);
    make_dir(dir, "Z UTC 0 - UTC\n");
    snprintf(link, sizeof link, "%s/UTC", dir);
    assert_int_equal(symlink(ZONEINFO "/Asia/Kolkata", link), 0);
    assert_int_equal(tz_list_read(arena, dir, &few, &msg), ERR_OK);
    zone = tz_offset("UTC");
    assert_int_equal(zone.offset_s(zone.zone, 0), 19800);
    remove_dir(dir);
    assert_int_equal(tz_list_read(arena, dir, &few, &msg), ERR_IO);
    assert_int_equal(tz_list_read(arena, ZONEINFO, &few, &msg), ERR_OK);
    zone = tz_offset("UTC");
    assert_int_equal(zone.offset_s(zone.zone, 0), 0);
}

static void test_name_without_file_is_dropped(void **state)
{
    char dir[] = "/tmp/tz_test.XXXXXX";
    char link[64];
    struct zone_list few;
    struct errmsg msg;

    (void)state;
    make_dir(dir, "Z UTC 0 - UTC\nL UTC Zulu\n");
    snprintf(link, sizeof link, "%s/UTC", dir);
    assert_int_equal(symlink(ZONEINFO "/UTC", link), 0);
    assert_int_equal(tz_list_read(arena, dir, &few, &msg), ERR_OK);
    assert_true(zone_is_known(&few, "UTC"));
    assert_false(zone_is_known(&few, "Zulu"));
    remove_dir(dir);
    assert_int_equal(tz_list_read(arena, ZONEINFO, &few, &msg), ERR_OK);
}

static void test_faults(void **state)
{
    char dir[] = "/tmp/tz_test.XXXXXX";
    struct zone_list none = {NULL, 7};
    struct errmsg msg;

    (void)state;
    assert_int_equal(tz_list_read(arena, "/nonexistent", &none, &msg), ERR_IO);
    assert_non_null(strstr(msg.text, "/nonexistent/tzdata.zi"));
    assert_non_null(strstr(msg.text, "package tzdata"));
    assert_non_null(strstr(msg.text, "No such file"));
    assert_int_equal(tz_list_read(arena, "/", &none, &msg), ERR_IO);
    make_dir(dir, "# nothing here\n");
    assert_int_equal(tz_list_read(arena, dir, &none, &msg), ERR_IO);
    assert_non_null(strstr(msg.text, "names no time zone"));
    assert_int_equal(none.count, 7);
    remove_dir(dir);
    assert_int_equal(tz_list_read(arena, ZONEINFO, &none, &msg), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_once_a_local_date),
        cmocka_unit_test(test_skipped_day),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_every_zone_has_data),
        cmocka_unit_test(test_offsets_change_with_zone),
        cmocka_unit_test(test_no_posix_rules),
        cmocka_unit_test(test_tzdir_does_not_count),
        cmocka_unit_test(test_other_directory),
        cmocka_unit_test(test_name_without_file_is_dropped),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
