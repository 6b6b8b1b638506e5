/* remote/scrapebadger against the double in t/sandbox; started by t/12-client-scrapebadger.t. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/value.h"
#include "remote/scrapebadger.h"
#include "rule/lookup.h"
#include "t/unit/service_double.h"

struct fixture {
    struct service_double service;
    struct scrapebadger *client;
    int64_t retry_after_s; /* of the last find, like the next */
    bool has_answered;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct service_double *service = &fixture.service;

    service_double_init(service, "HW_SCRAPEBADGER_URL", "sb_live_0123456789");
    fixture.client = scrapebadger_new(service->http, service->url, &service->key);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    scrapebadger_free(fixture->client);
    service_double_clear(&fixture->service);
    return 0;
}

static struct lookup find_within(struct fixture *fixture, const char *handle, int64_t ms)
{
    struct lookup lookup = {.handle = handle};
    size_t failed = scrapebadger_find(fixture->client, fixture->service.arena, &lookup, 1,
                                      service_double_in_ms(ms), &fixture->retry_after_s,
                                      &fixture->has_answered);

    assert_int_equal(failed, lookup.outcome == LOOKUP_FAILED);
    assert_int_equal(lookup.why != NULL, lookup.outcome != LOOKUP_FOUND);
    return lookup;
}

static struct lookup find(struct fixture *fixture, const char *handle)
{
    return find_within(fixture, handle, 5000);
}

/* Looks up "ann" while the double answers with this fault. */
static struct lookup find_with_fault(struct fixture *fixture, const char *fault)
{
    service_double_control(&fixture->service, "reset", "");
    service_double_control(&fixture->service, "faults", fault);
    return find(fixture, "ann");
}

static int64_t request_count(struct fixture *fixture)
{
    struct value requests = service_double_read(&fixture->service, "requests");

    return value_find(&requests, "total")->integer;
}

static void test_found(void **state)
{
    struct lookup lookup = find(*state, "yongfook");
    int64_t id = lookup.profile.x_user_id;

    assert_int_equal(lookup.outcome, LOOKUP_FOUND);
    assert_true(id > INT64_C(1) << 53);
    assert_string_equal(lookup.profile.handle, "yongfook");
    assert_non_null(lookup.profile.name);
    assert_false(lookup.profile.is_protected);
    assert_int_equal(((struct fixture *)*state)->retry_after_s, 0);
    assert_true(((struct fixture *)*state)->has_answered);
    assert_true(find(*state, "YongFook").profile.x_user_id == id);
}

static void test_canonical_case(void **state)
{
    struct lookup lookup = find(*state, "cased_foo");

    assert_int_equal(lookup.outcome, LOOKUP_FOUND);
    assert_string_equal(lookup.profile.handle, "Cased_Foo");
}

static void test_protected(void **state)
{
    struct lookup lookup = find(*state, "protected_ann");

    assert_int_equal(lookup.outcome, LOOKUP_FOUND);
    assert_true(lookup.profile.is_protected);
}

static void test_missing(void **state)
{
    assert_int_equal(find(*state, "missing_ann").outcome, LOOKUP_MISSING);
    assert_int_equal(find(*state, "suspended_ann").outcome, LOOKUP_MISSING);
    assert_true(((struct fixture *)*state)->has_answered);
    assert_int_equal(find_with_fault(*state, "{\"kind\":\"invalid\"}").outcome, LOOKUP_MISSING);
}

static void test_renamed(void **state)
{
    struct fixture *fixture = *state;
    int64_t id = find(fixture, "ann").profile.x_user_id;

    service_double_control(&fixture->service, "rename", "{\"from\":\"ann\",\"to\":\"AnnaB\"}");
    assert_int_equal(find(fixture, "ann").outcome, LOOKUP_MISSING);
    assert_true(find(fixture, "annab").profile.x_user_id == id);
    assert_string_equal(find(fixture, "annab").profile.handle, "AnnaB");
}

/* 200 and 404 that are no answer to the question. */
static void test_nonsense(void **state)
{
    static const char *const handles[] = {
        "garbled_html_a",  "garbled_cut_a",   "garbled_empty_a",
        "garbled_blank_a", "garbled_error_a", "garbled_noid_a",
        "garbled_badid_a", "garbled_other_a", "garbled_list_a",
    };
    static const char *const bodies[] = {
        "{\"id\":\"12\"}",
        "{\"username\":\"ann\"}",
        "{\"id\":\"0\",\"username\":\"ann\"}",
        "{\"id\":\"-12\",\"username\":\"ann\"}",
        "{\"id\":-12,\"username\":\"ann\"}",
        "{\"id\":12.5,\"username\":\"ann\"}",
        "{\"id\":1e3,\"username\":\"ann\"}",
        "{\"id\":\"012\",\"username\":\"ann\"}",
        "{\"id\":\" 12\",\"username\":\"ann\"}",
        "{\"id\":\"\",\"username\":\"ann\"}",
        "{\"id\":\"12x\",\"username\":\"ann\"}",
        "{\"id\":\"9223372036854775808\",\"username\":\"ann\"}",
        "{\"id\":9223372036854775808,\"username\":\"ann\"}",
        "{\"id\":\"12\",\"username\":\"anna\"}",
        "{\"id\":\"12\",\"username\":12}",
        "{\"id\":\"12\",\"username\":\"ann\",\"protected\":\"true\"}",
        "{\"id\":true,\"username\":\"ann\"}",
        "{\"data\":{}}",
        "{\"data\":[]}",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < HW_COUNT(handles); i++)
        if (find(fixture, handles[i]).outcome != LOOKUP_FAILED)
            fail_msg("%s was believed", handles[i]);
    for (size_t i = 0; i < HW_COUNT(bodies); i++) {
        const char *fault =
            arena_printf(fixture->service.arena, "{\"status\":200,\"body\":%s}", bodies[i]);

        if (find_with_fault(fixture, fault).outcome != LOOKUP_FAILED)
            fail_msg("%s was believed", bodies[i]);
        assert_false(fixture->has_answered);
        assert_int_equal(request_count(fixture), 1);
    }
    assert_int_equal(
        find_with_fault(fixture, "{\"status\":404,\"raw\":\"<html>no route</html>\"}").outcome,
        LOOKUP_FAILED);
}

static void test_shapes(void **state)
{
    static const struct {
        const char *body;
        const char *name;
        int64_t id;
        bool is_protected;
    } rows[] = {
        {"{\"id\":9223372036854775807,\"username\":\"ANN\"}", NULL, INT64_MAX, false},
        {"{\"id\":\"9223372036854775807\",\"username\":\"Ann\"}", NULL, INT64_MAX, false},
        {"{\"id\":\"7\",\"username\":\"ann\",\"protected\":null,\"more\":[1]}", NULL, 7, false},
        {"{\"id\":7,\"username\":\"ann\",\"protected\":true,\"name\":null}", NULL, 7, true},
        {"{\"id\":7,\"username\":\"ann\",\"name\":\" A\\u0001n  n \"}", "A n n", 7, false},
        {"{\"id\":7,\"username\":\"ann\",\"name\":12}", NULL, 7, false},
        {"{\"data\":{\"id\":7,\"username\":\"ann\",\"name\":\"Ann\"}}", "Ann", 7, false},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < HW_COUNT(rows); i++) {
        struct lookup lookup =
            find_with_fault(fixture, arena_printf(fixture->service.arena,
                                                  "{\"status\":200,\"body\":%s}", rows[i].body));

        if (lookup.outcome != LOOKUP_FOUND)
            fail_msg("%s: %s", rows[i].body, lookup.why);
        assert_true(lookup.profile.x_user_id == rows[i].id);
        assert_int_equal(lookup.profile.is_protected, rows[i].is_protected);
        if (rows[i].name == NULL)
            assert_null(lookup.profile.name);
        else
            assert_string_equal(lookup.profile.name, rows[i].name);
    }
}

/* Each refusal fails at once, and says when to come back. */
static void test_refusals(void **state)
{
    static const struct {
        const char *fault;
        int64_t retry_after_s;
        int64_t requests;
        bool is_answer;
    } rows[] = {
        {"{\"kind\":\"unauthorized\",\"times\":null}", 60, 1, true},
        {"{\"kind\":\"no_credits\",\"times\":null}", 60, 1, true},
        {"{\"kind\":\"restricted\",\"times\":null}", 60, 1, true},
        {"{\"kind\":\"insufficient_scope\",\"times\":null}", 60, 1, true},
        {"{\"kind\":\"ip_not_allowed\",\"times\":null}", 60, 1, true},
        {"{\"status\":422,\"body\":{\"detail\":[{\"loc\":[\"query\",\"x\"]}]}}", 60, 1, true},
        {"{\"status\":429,\"headers\":{\"Retry-After\":\"17\"}}", 17, 1, true},
        {"{\"status\":429,\"headers\":{\"Retry-After\":\"9999\"}}", 300, 1, true},
        {"{\"status\":500,\"times\":null}", 5, 2, false},
        {"{\"status\":503,\"headers\":{\"Retry-After\":\"9\"},\"times\":null}", 9, 1, false},
        {"{\"status\":409}", 5, 1, true},
        {"{\"status\":302,\"headers\":{\"Location\":\"/\"}}", 5, 1, false},
        {"{\"status\":204,\"raw\":\"\"}", 5, 1, false},
        {"{\"drop\":\"before\",\"times\":null}", 5, -1, false},
        {"{\"drop\":\"body\",\"times\":null}", 5, -1, false},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < HW_COUNT(rows); i++) {
        struct lookup lookup = find_with_fault(fixture, rows[i].fault);

        if (lookup.outcome != LOOKUP_FAILED || fixture->retry_after_s != rows[i].retry_after_s)
            fail_msg("%s: outcome %d, retry after %d, %s", rows[i].fault, (int)lookup.outcome,
                     (int)fixture->retry_after_s, lookup.why);
        if (fixture->has_answered != rows[i].is_answer)
            fail_msg("%s: answered %d", rows[i].fault, fixture->has_answered);
        if (rows[i].requests > 0)
            assert_int_equal(request_count(fixture), rows[i].requests);
    }
}

/* Retry-After, else the header's window, else the body's, else a minute. */
static void test_rate_limit_pause(void **state)
{
    struct fixture *fixture = *state;
    int64_t now_s = clock_now_us() / CLOCK_S_US;
    const char *fault = arena_printf(
        fixture->service.arena,
        "{\"status\":429,\"headers\":{\"Retry-After\":null,\"X-RateLimit-Reset\":\"%lld\"}}",
        (long long)now_s + 40);

    find_with_fault(fixture, fault);
    assert_in_range(fixture->retry_after_s, 38, 40);
    fault = arena_printf(fixture->service.arena,
                         "{\"status\":429,\"headers\":{\"X-RateLimit-Reset\":\"1\"},"
                         "\"body\":{\"detail\":\"Rate limit exceeded\",\"reset_at\":%lld}}",
                         (long long)now_s + 50);
    find_with_fault(fixture, fault);
    assert_in_range(fixture->retry_after_s, 48, 50);
    find_with_fault(fixture, "{\"status\":429,\"headers\":{\"X-RateLimit-Reset\":\"junk\"},"
                             "\"body\":{\"detail\":\"Rate limit exceeded\",\"reset_at\":1}}");
    assert_int_equal(fixture->retry_after_s, 60);
}

static void test_second_try(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(find_with_fault(fixture, "{\"status\":502}").outcome, LOOKUP_FOUND);
    assert_int_equal(request_count(fixture), 2);
    assert_int_equal(fixture->retry_after_s, 0);
    assert_int_equal(find_with_fault(fixture, "{\"drop\":\"body\"}").outcome, LOOKUP_FOUND);
}

static void test_no_time_for_a_second_try(void **state)
{
    struct fixture *fixture = *state;

    service_double_control(&fixture->service, "faults", "{\"status\":502}");
    assert_int_equal(find_within(fixture, "ann", 600).outcome, LOOKUP_FAILED);
    assert_int_equal(request_count(fixture), 1);
}

static void test_deadline(void **state)
{
    struct fixture *fixture = *state;
    int64_t start_us = clock_monotonic_us();

    assert_int_equal(find_within(fixture, "slow_ann", 300).outcome, LOOKUP_FAILED);
    assert_false(fixture->has_answered);
    assert_in_range(clock_monotonic_us() - start_us, 250 * CLOCK_MS_US, 900 * CLOCK_MS_US);
    assert_int_equal(find_within(fixture, "slow_2_ann", 2000).outcome, LOOKUP_FOUND);
}

static void test_huge_body(void **state)
{
    struct fixture *fixture = *state;
    size_t size = 1100 * 1000;
    char *name = arena_alloc(fixture->service.arena, size + 1);

    memset(name, 'x', size);
    assert_int_equal(
        find_with_fault(fixture, arena_printf(fixture->service.arena,
                                              "{\"status\":200,\"times\":null,\"body\":{\"id\":7,"
                                              "\"username\":\"ann\",\"name\":\"%s\"}}",
                                              name))
            .outcome,
        LOOKUP_FAILED);
}

static void find_many(struct fixture *fixture, const char *prefix, size_t count, int64_t *ret_us)
{
    struct lookup lookups[50] = {{0}};
    int64_t start_us = clock_monotonic_us();

    for (size_t i = 0; i < count; i++)
        lookups[i].handle = arena_printf(fixture->service.arena, "%s%zu", prefix, i);
    assert_int_equal(scrapebadger_find(fixture->client, fixture->service.arena, lookups, count,
                                       service_double_in_ms(5000), &fixture->retry_after_s,
                                       &fixture->has_answered),
                     0);
    *ret_us = clock_monotonic_us() - start_us;
    for (size_t i = 0; i < count; i++)
        assert_string_equal(lookups[i].profile.handle, lookups[i].handle);
}

/* Fifty at once take little longer than one: each answers after a tenth of a second. */
static void test_fifty_at_once(void **state)
{
    int64_t one_us, fifty_us;

    find_many(*state, "slow_1_b", 1, &one_us);
    find_many(*state, "slow_1_a", 50, &fifty_us);
    printf("# one: %lld us, fifty: %lld us\n", (long long)one_us, (long long)fifty_us);
    assert_true(fifty_us < 4 * one_us);
}

/* One that fails makes the whole fail, and the others keep their outcome. */
static void test_mixed(void **state)
{
    struct fixture *fixture = *state;
    struct lookup lookups[] = {{.handle = "ann"},
                               {.handle = "limited_b"},
                               {.handle = "missing_c"},
                               {.handle = "broken_d"}};

    assert_int_equal(scrapebadger_find(fixture->client, fixture->service.arena, lookups, 4,
                                       service_double_in_ms(5000), &fixture->retry_after_s,
                                       &fixture->has_answered),
                     2);
    assert_true(fixture->has_answered);
    assert_int_equal(lookups[0].outcome, LOOKUP_FOUND);
    assert_int_equal(lookups[1].outcome, LOOKUP_FAILED);
    assert_int_equal(lookups[2].outcome, LOOKUP_MISSING);
    assert_int_equal(lookups[3].outcome, LOOKUP_FAILED);
    assert_int_equal(request_count(fixture), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_found),
        TEST(test_canonical_case),
        TEST(test_protected),
        TEST(test_missing),
        TEST(test_renamed),
        TEST(test_nonsense),
        TEST(test_shapes),
        TEST(test_refusals),
        TEST(test_rate_limit_pause),
        TEST(test_second_try),
        TEST(test_no_time_for_a_second_try),
        TEST(test_deadline),
        TEST(test_huge_body),
        TEST(test_fifty_at_once),
        TEST(test_mixed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
