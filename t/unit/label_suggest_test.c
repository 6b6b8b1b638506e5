#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "rule/label_suggest.h"

static const struct label_name names[] = {
    {"Founder", "Founder"},
    {"Co-founder", "Co-founder"},
    {"Cofounder", "Co-founder"},
    {"CEO", "CEO"},
    {"Chief Executive Officer", "CEO"},
    {"CTO", "CTO"},
    {"Software engineer", "Software engineer"},
    {"Software developer", "Software engineer"},
    {"Data engineer", "Data engineer"},
    {"Data scientist", "Data scientist"},
    {"Product manager", "Product manager"},
    {"Head of Sales", "Head of Sales"},
    {"Research and development", "R&D"},
    {"D\xC3\xA9veloppeur", "D\xC3\xA9veloppeur"},
    {"Angel investor", "Investor"},
    {"Swift", "Swift"},
};

static const char *labels[LABEL_SUGGEST_MAX];

static size_t suggest(const char *text)
{
    return label_suggest(text, names, HW_COUNT(names), labels);
}

static void check_first(const char *text, const char *expected)
{
    if (suggest(text) == 0)
        fail_msg("nothing for \"%s\"", text);
    assert_string_equal(labels[0], expected);
}

static void test_slips(void **state)
{
    (void)state;
    check_first("Foundr", "Founder");
    check_first("foudner", "Founder");
    check_first("FOUNDERS", "Founder");
    check_first("Softwar Enginer", "Software engineer");
    check_first("co founder", "Co-founder");
    check_first("data scientits", "Data scientist");
    check_first("developpeur", "D\xC3\xA9veloppeur");
    check_first("CEOs", "CEO");
    check_first("Swfit", "Swift");
}

static void test_prefixes_and_words(void **state)
{
    (void)state;
    check_first("Prod", "Product manager");
    check_first("Founder & investor of things", "Founder");
    check_first("Sales head", "Head of Sales");
    check_first("Investor", "Investor");
    check_first("scientist", "Data scientist");
}

static void test_nothing_near(void **state)
{
    static const char *const texts[] = {"zzz",
                                        "",
                                        "a",
                                        "of",
                                        "and",
                                        "xy",
                                        "qqqq",
                                        "blorp",
                                        "1234",
                                        "the the the",
                                        "\xF0\x9F\xA6\x84"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(texts); i++)
        if (suggest(texts[i]) != 0)
            fail_msg("\"%s\" suggests %s", texts[i], labels[0]);
    assert_int_equal(label_suggest("Founder", NULL, 0, labels), 0);
}

static void test_best_first(void **state)
{
    (void)state;
    assert_int_equal(suggest("Fonder"), 1);
    assert_string_equal(labels[0], "Founder");
    assert_int_equal(suggest("Data enginer"), 2);
    assert_string_equal(labels[0], "Data engineer");
    assert_string_equal(labels[1], "Data scientist");
    assert_int_equal(suggest("engineer for data"), 3);
    assert_string_equal(labels[0], "Data engineer");
    assert_string_equal(labels[1], "Data scientist");
    assert_string_equal(labels[2], "Software engineer");
}

static void test_canonicals_are_distinct(void **state)
{
    (void)state;
    assert_int_equal(suggest("Co-founders"), 1);
    assert_string_equal(labels[0], "Co-founder");
    assert_int_equal(suggest("Software"), 1);
}

/* Whatever the order of the catalogue, the answer is the same. */
static void test_order_does_not_matter(void **state)
{
    static const struct label_name forth[] = {{"abcd", "D"}, {"abce", "E"}, {"abcf", "F"},
                                              {"abcg", "G"}, {"abch", "E"}, {"abxx", "X"}};
    struct label_name back[HW_COUNT(forth)];
    const char *again[LABEL_SUGGEST_MAX];

    (void)state;
    for (size_t i = 0; i < HW_COUNT(forth); i++)
        back[i] = forth[HW_COUNT(forth) - 1 - i];
    assert_int_equal(label_suggest("abcz", forth, HW_COUNT(forth), labels), 3);
    assert_int_equal(label_suggest("abcz", back, HW_COUNT(back), again), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(labels[i], again[i]);
    assert_string_equal(labels[0], "D");
    assert_string_equal(labels[1], "E");
    assert_string_equal(labels[2], "F");
}

/* A late name that is far better must come first, and push out the worst. */
static void test_late_best(void **state)
{
    static const struct label_name all[] = {
        {"engineering lead", "A"}, {"engineering head", "B"}, {"engineering chief", "C"},
        {"engineerinh", "D"},      {"engineering", "C"},
    };

    (void)state;
    assert_int_equal(label_suggest("enginering", all, HW_COUNT(all), labels), 2);
    assert_string_equal(labels[0], "C");
    assert_string_equal(labels[1], "D");
    assert_int_equal(label_suggest("engineering", all, HW_COUNT(all), labels), 3);
    assert_string_equal(labels[0], "C");
    assert_string_equal(labels[1], "D");
    assert_string_equal(labels[2], "A");
}

static void test_longest_names(void **state)
{
    char name[402], text[402];
    struct label_name one[] = {{name, "long"}};

    (void)state;
    memset(name, 'x', 400);
    memset(text, 'x', 401);
    name[400] = text[399] = '\0';
    assert_int_equal(label_suggest(text, one, 1, labels), 1);
    text[399] = 'x';
    text[200] = 'y';
    text[401] = '\0';
    assert_int_equal(label_suggest(text, one, 1, labels), 0);
    memset(name, 'x', 401);
    name[401] = text[300] = '\0';
    assert_int_equal(label_suggest(text, one, 1, labels), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slips),
        cmocka_unit_test(test_prefixes_and_words),
        cmocka_unit_test(test_nothing_near),
        cmocka_unit_test(test_best_first),
        cmocka_unit_test(test_canonicals_are_distinct),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_late_best),
        cmocka_unit_test(test_longest_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
