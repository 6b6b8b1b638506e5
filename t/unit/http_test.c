/* edge/http against a peer that misbehaves on purpose (raw_server.c) and names that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "edge/http.h"
#include "edge/http_reply.h"
#include "t/unit/fake_names.h"
#include "t/unit/raw_server.h"

static const struct http_policy sandbox = {
    .sandbox = true,
    .user_agent = "headwater/test",
    .connect_timeout_ms = 1000,
    .body_max_bytes = 4096,
    .parallel_max = 64,
};

struct fixture {
    struct arena *arena;
    struct http *http;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture.arena = arena_new();
    fixture.http = http_new(&sandbox);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    http_free(fixture->http);
    arena_free(fixture->arena);
    return 0;
}

static int64_t in_ms(int64_t ms)
{
    return clock_monotonic_us() + ms * CLOCK_MS_US;
}

static const char *raw_url(struct fixture *fixture, const char *path)
{
    return arena_printf(fixture->arena, "http://127.0.0.1:%d%s", raw_server_port(), path);
}

/* One call, GET or POST, with two seconds of time. */
static struct http_reply run_one(struct fixture *fixture, const char *url, const char *body)
{
    struct http_call call = {.url = url, .body = body, .deadline_us = in_ms(2000)};
    struct http_reply reply;

    http_run(fixture->http, fixture->arena, &call, 1, &reply);
    assert_int_equal(reply.result == HTTP_OK, reply.why == NULL);
    return reply;
}

static void test_get(void **state)
{
    static const struct http_header headers[] = {{"x-api-key", "secret"}, {"Accept", "text/x"}};
    struct fixture *fixture = *state;
    struct http_call call = {.url = raw_url(fixture, "/echo?a=b"),
                             .headers = headers,
                             .header_count = 2,
                             .deadline_us = in_ms(2000)};
    struct http_reply reply;

    http_run(fixture->http, fixture->arena, &call, 1, &reply);
    assert_int_equal(reply.result, HTTP_OK);
    assert_int_equal(reply.status, 200);
    assert_true(reply.may_be_sent);
    assert_memory_equal(reply.body, "GET /echo?a=b HTTP/1.1\r\n", 24);
    assert_non_null(strstr(reply.body, "\r\nx-api-key: secret\r\n"));
    assert_non_null(strstr(reply.body, "\r\nAccept: text/x\r\n"));
    assert_non_null(strstr(reply.body, "\r\nUser-Agent: headwater/test\r\n"));
    assert_null(strstr(reply.body, "Accept-Encoding"));
    assert_null(strstr(reply.body, "Expect"));
}

static void test_post(void **state)
{
    struct http_reply reply = run_one(*state, raw_url(*state, "/echo"), "quantity=7");

    assert_int_equal(reply.result, HTTP_OK);
    assert_memory_equal(reply.body, "POST /echo HTTP/1.1\r\n", 21);
    assert_non_null(strstr(reply.body, "\r\nContent-Length: 10\r\n"));
    assert_non_null(strstr(reply.body, "\r\n\r\nquantity=7"));
    assert_null(strstr(reply.body, "Expect"));
}

static void test_get_after_post(void **state)
{
    assert_int_equal(run_one(*state, raw_url(*state, "/echo"), "a=b").result, HTTP_OK);
    assert_memory_equal(run_one(*state, raw_url(*state, "/echo"), NULL).body, "GET /", 5);
}

static void test_reply_headers(void **state)
{
    struct http_reply reply = run_one(*state, raw_url(*state, "/interim"), NULL);

    assert_int_equal(reply.status, 429);
    assert_int_equal(reply.retry_after_s, 7);
    assert_string_equal(http_reply_find_header(&reply, "request-id"), "req_1");
    assert_null(http_reply_find_header(&reply, "X-Interim"));
    assert_null(http_reply_find_header(&reply, "Absent"));
    assert_string_equal(reply.body, "{}");
}

static void test_too_many_headers(void **state)
{
    struct http_reply reply = run_one(*state, raw_url(*state, "/many-headers"), NULL);

    assert_int_equal(reply.result, HTTP_OK);
    assert_int_equal(reply.header_count, HTTP_REPLY_HEADER_MAX);
}

static void test_connection_is_kept(void **state)
{
    for (int i = 1; i <= 3; i++) {
        struct http_reply reply = run_one(*state, raw_url(*state, "/ok"), NULL);

        assert_int_equal(strtol(http_reply_find_header(&reply, "X-Nth"), NULL, 10), i);
    }
}

/* The peer closes a kept connection just as the next request comes. */
static void test_dead_connection(void **state)
{
    struct http_reply reply;

    assert_int_equal(run_one(*state, raw_url(*state, "/once"), NULL).result, HTTP_OK);
    assert_int_equal(run_one(*state, raw_url(*state, "/once"), NULL).result, HTTP_OK);
    reply = run_one(*state, raw_url(*state, "/once"), "quantity=7");
    assert_int_equal(reply.result, HTTP_FAILED);
    assert_true(reply.may_be_sent);
    assert_int_equal(run_one(*state, raw_url(*state, "/once"), "quantity=7").result, HTTP_OK);
}

static void test_broken_replies(void **state)
{
    static const char *const paths[] = {"/short",           "/huge-length", "/huge-chunked",
                                        "/endless-headers", "/nonsense",    "/silent-close"};

    for (size_t i = 0; i < HW_COUNT(paths); i++) {
        struct http_reply reply = run_one(*state, raw_url(*state, paths[i]), NULL);

        if (reply.result != HTTP_FAILED || !reply.may_be_sent)
            fail_msg("%s: result %d, %s", paths[i], (int)reply.result, reply.why);
        assert_null(reply.body);
    }
}

static void test_body_bound(void **state)
{
    struct http_reply reply = run_one(*state, raw_url(*state, "/exactly-4096"), NULL);

    assert_int_equal(reply.result, HTTP_OK);
    assert_int_equal(reply.len, 4096);
    reply = run_one(*state, raw_url(*state, "/huge-chunked"), NULL);
    assert_string_equal(reply.why, "the reply is too large");
}

static void test_redirect_is_an_answer(void **state)
{
    assert_int_equal(run_one(*state, raw_url(*state, "/redirect"), NULL).status, 302);
}

static void test_deadline(void **state)
{
    struct fixture *fixture = *state;
    int64_t start_us = clock_monotonic_us();
    struct http_call call = {.url = raw_url(fixture, "/stuck"), .deadline_us = in_ms(200)};
    struct http_reply reply;

    http_run(fixture->http, fixture->arena, &call, 1, &reply);
    assert_int_equal(reply.result, HTTP_TIMEOUT);
    assert_true(reply.may_be_sent);
    assert_in_range(clock_monotonic_us() - start_us, 150 * CLOCK_MS_US, 600 * CLOCK_MS_US);
    http_run(fixture->http, fixture->arena, &call, 1, &reply);
    assert_int_equal(reply.result, HTTP_TIMEOUT);
    assert_false(reply.may_be_sent);
}

static void test_nobody_listens(void **state)
{
    const char *url = arena_printf(((struct fixture *)*state)->arena, "http://127.0.0.1:%d/",
                                   raw_server_free_port());
    struct http_reply reply = run_one(*state, url, "quantity=7");

    assert_int_equal(reply.result, HTTP_FAILED);
    assert_false(reply.may_be_sent);
}

static void test_no_tls(void **state)
{
    const char *url =
        arena_printf(((struct fixture *)*state)->arena, "https://127.0.0.1:%d/", raw_server_port());
    struct http_reply reply = run_one(*state, url, NULL);

    assert_int_equal(reply.result, HTTP_FAILED);
    assert_false(reply.may_be_sent);
}

/* Each of these takes a tenth of a second. */
static void run_pauses(struct fixture *fixture, struct http *http, size_t count, int64_t *ret_us)
{
    struct http_call *calls = arena_array(fixture->arena, count, sizeof *calls);
    struct http_reply *replies = arena_array(fixture->arena, count, sizeof *replies);
    int64_t start_us = clock_monotonic_us();

    for (size_t i = 0; i < count; i++)
        calls[i] =
            (struct http_call){.url = raw_url(fixture, "/pause"), .deadline_us = in_ms(3000)};
    http_run(http, fixture->arena, calls, count, replies);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(replies[i].result, HTTP_OK);
    *ret_us = clock_monotonic_us() - start_us;
}

static void test_at_the_same_time(void **state)
{
    struct fixture *fixture = *state;
    int64_t took_us;

    run_pauses(fixture, fixture->http, 20, &took_us);
    assert_in_range(took_us, 100 * CLOCK_MS_US, 500 * CLOCK_MS_US);
}

static void test_parallel_max(void **state)
{
    struct http_policy policy = sandbox;
    struct http *http;
    int64_t took_us;

    policy.parallel_max = 3;
    http = http_new(&policy);
    run_pauses(*state, http, 9, &took_us);
    assert_in_range(took_us, 300 * CLOCK_MS_US, 900 * CLOCK_MS_US);
    http_free(http);
}

static void test_one_name_lookup_for_all(void **state)
{
    struct fixture *fixture = *state;
    struct http_call calls[20];
    struct http_reply replies[20];
    int before = fake_names_asked();

    for (size_t i = 0; i < HW_COUNT(calls); i++)
        calls[i] = (struct http_call){
            .url = arena_printf(fixture->arena, "http://loop.test:%d/ok", raw_server_port()),
            .deadline_us = in_ms(2000)};
    http_run(fixture->http, fixture->arena, calls, HW_COUNT(calls), replies);
    for (size_t i = 0; i < HW_COUNT(calls); i++)
        assert_int_equal(replies[i].result, HTTP_OK);
    assert_int_equal(fake_names_asked() - before, 1);
}

static void test_stuck_name_server(void **state)
{
    struct fixture *fixture = *state;
    int64_t start_us = clock_monotonic_us();
    struct http_call call = {.url = "http://stuck.test/", .deadline_us = in_ms(200)};
    struct http_reply reply;

    http_run(fixture->http, fixture->arena, &call, 1, &reply);
    assert_int_equal(reply.result, HTTP_TIMEOUT);
    assert_false(reply.may_be_sent);
    assert_true(clock_monotonic_us() - start_us < 800 * CLOCK_MS_US);
}

static void test_environment_is_ignored(void **state)
{
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    assert_int_equal(run_one(*state, raw_url(*state, "/ok"), NULL).result, HTTP_OK);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void test_schemes_in_sandbox(void **state)
{
    assert_int_equal(run_one(*state, "file:///etc/passwd", NULL).result, HTTP_FAILED);
    assert_int_equal(run_one(*state, "ftp://127.0.0.1/", NULL).result, HTTP_FAILED);
}

/* Outside a sandbox: TLS only, and no address that is not public, however it is written. */
static void test_production_guard(void **state)
{
    static const char *const urls[] = {
        "https://127.0.0.1:1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/",
        "https://[fd00:ec2::254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://loop.test/",
        "https://private.test/",
        "https://mixed.test/",
    };
    struct http_policy policy = sandbox;
    struct fixture fixture = {.arena = ((struct fixture *)*state)->arena};
    struct http_reply reply;

    policy.sandbox = false;
    fixture.http = http_new(&policy);
    for (size_t i = 0; i < HW_COUNT(urls); i++) {
        reply = run_one(&fixture, urls[i], NULL);
        if (reply.result != HTTP_REFUSED_ADDRESS || reply.may_be_sent)
            fail_msg("%s: result %d, %s", urls[i], (int)reply.result, reply.why);
    }
    reply = run_one(&fixture, raw_url(&fixture, "/ok"), NULL);
    assert_int_equal(reply.result, HTTP_FAILED);
    assert_false(reply.may_be_sent);
    http_free(fixture.http);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_get),
        TEST(test_post),
        TEST(test_get_after_post),
        TEST(test_reply_headers),
        TEST(test_too_many_headers),
        TEST(test_connection_is_kept),
        TEST(test_dead_connection),
        TEST(test_broken_replies),
        TEST(test_body_bound),
        TEST(test_redirect_is_an_answer),
        TEST(test_deadline),
        TEST(test_nobody_listens),
        TEST(test_no_tls),
        TEST(test_at_the_same_time),
        TEST(test_parallel_max),
        TEST(test_one_name_lookup_for_all),
        TEST(test_stuck_name_server),
        TEST(test_environment_is_ignored),
        TEST(test_schemes_in_sandbox),
        TEST(test_production_guard),
    };
    int failed;

    raw_server_start();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    raw_server_stop();
    return failed;
}
