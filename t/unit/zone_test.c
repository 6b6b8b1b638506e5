#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/zone.h"

static struct zone_list list_of(struct arena *arena, const char *text)
{
    struct zone_list zones;

    zone_list_read(arena, text, strlen(text), &zones);
    return zones;
}

static void test_zones_and_links_sorted(void **state)
{
    struct arena *arena = arena_new();
    struct zone_list zones = list_of(arena, "# version 2026f\n"
                                            "R A 1916 o - Jun 14 23s 1 S\n"
                                            "Z Europe/Berlin 0:53:28 - LMT 1893 Ap\n"
                                            "1 c CE%sT 1945 May 24 2\n"
                                            "Z Africa/Abidjan -0:16:8 - LMT 1912\n"
                                            "L Asia/Kolkata Asia/Calcutta\n"
                                            "L Etc/GMT GMT+0\n");

    (void)state;
    assert_int_equal(zones.count, 4);
    assert_string_equal(zones.names[0], "Africa/Abidjan");
    assert_string_equal(zones.names[1], "Asia/Calcutta");
    assert_string_equal(zones.names[2], "Europe/Berlin");
    assert_string_equal(zones.names[3], "GMT+0");
    arena_free(arena);
}

static void test_factory_and_doubles_dropped(void **state)
{
    struct arena *arena = arena_new();
    struct zone_list zones =
        list_of(arena, "Z Factory 0 - -00\nZ B 0 - B\nL B A\nL B Factory\nL B A\n");

    (void)state;
    assert_int_equal(zones.count, 2);
    assert_false(zone_is_known(&zones, "Factory"));
    assert_true(zone_is_known(&zones, "A"));
    assert_true(zone_is_known(&zones, "B"));
    arena_free(arena);
}

static void test_last_line_without_newline(void **state)
{
    struct arena *arena = arena_new();
    struct zone_list link = list_of(arena, "Z UTC 0 - UTC\nL UTC Zulu");
    struct zone_list bare = list_of(arena, "Z UTC");

    (void)state;
    assert_int_equal(link.count, 2);
    assert_true(zone_is_known(&link, "Zulu"));
    assert_true(zone_is_known(&bare, "UTC"));
    arena_free(arena);
}

static void test_length_is_obeyed(void **state)
{
    struct arena *arena = arena_new();
    struct zone_list zones;

    (void)state;
    zone_list_read(arena, "Z ABCDEF", 5, &zones);
    assert_int_equal(zones.count, 1);
    assert_string_equal(zones.names[0], "ABC");
    arena_free(arena);
}

static void test_odd_lines_ignored(void **state)
{
    static const char *const texts[] = {
        "",
        "\n",
        "\n\n",
        "Z",
        "Z \n",
        "L\n",
        "L A",
        "L A \n",
        "Zone A\n",
        "z a\n",
        "Z ../etc/passwd\n",
        "Z /etc/passwd\n",
        "Z -x",
        "Z EST5EDT,M3.2.0\n",
        "Z a\tb\n",
        " Z A\n",
        "Z <+03>-3\n",
        "L A B\xC3\xA9\n",
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        struct zone_list zones = list_of(arena, texts[i]);

        assert_int_equal(zones.count, 0);
        assert_false(zone_is_known(&zones, "A"));
    }
    arena_free(arena);
}

static void test_exact_spelling(void **state)
{
    const struct zone_list none = {NULL, 0};
    struct arena *arena = arena_new();
    struct zone_list zones = list_of(arena, "Z Europe/Berlin 0:53:28 - LMT\n");

    (void)state;
    assert_true(zone_is_known(&zones, "Europe/Berlin"));
    assert_false(zone_is_known(&zones, "europe/berlin"));
    assert_false(zone_is_known(&zones, "Europe/Berlin "));
    assert_false(zone_is_known(&zones, ":Europe/Berlin"));
    assert_false(zone_is_known(&zones, "Europe"));
    assert_false(zone_is_known(&zones, ""));
    assert_false(zone_is_known(&none, "UTC"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zones_and_links_sorted),
        cmocka_unit_test(test_factory_and_doubles_dropped),
        cmocka_unit_test(test_last_line_without_newline),
        cmocka_unit_test(test_length_is_obeyed),
        cmocka_unit_test(test_odd_lines_ignored),
        cmocka_unit_test(test_exact_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
