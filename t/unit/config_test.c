#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/service_url.h"

static struct arena *arena;
static struct config config;
static struct errmsg msg;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    config_init(&config);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static enum err set(const char *section, const char *name, const char *value)
{
    return config_set(&config, arena, section, name, value, &msg);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_false(config.sandbox);
    assert_string_equal(config.zoneinfo_dir, "/usr/share/zoneinfo");
    assert_string_equal(config.log_level, "info");
    assert_string_equal(config.socket_path, "/run/headwater/headwater.sock");
    assert_string_equal(config.quick_socket_path, "/run/headwater/headwater-quick.sock");
    assert_string_equal(config.log_file, "");
    assert_string_equal(config.socket_group, "");
    assert_int_equal(config.worker_count, 8);
    assert_int_equal(config.backlog, 128);
    assert_int_equal(config.max_requests, 10000);
    assert_int_equal(config.deadline_ms, 20000);
    assert_int_equal(config.kill_ms, 45000);
    assert_int_equal(config.drain_ms, 30000);
    assert_int_equal(config.breaker_pause_ms, 15000);
    assert_string_equal(config.db_defaults_file, "/etc/headwater/db.cnf");
    assert_string_equal(config.db_group, "headwater");
    assert_string_equal(config.scrapebadger_url, "https://scrapebadger.com");
    assert_string_equal(config.scrapebadger_key_file, "/etc/headwater/scrapebadger.key");
    assert_int_equal(config.scrapebadger_deadline_ms, 5000);
    assert_int_equal(config.profile_max_age_s, 86400);
    assert_string_equal(config.stripe_url, "https://api.stripe.com");
    assert_string_equal(config.stripe_key_file, "/etc/headwater/stripe.key");
    assert_string_equal(config.stripe_version, "2026-07-29.dahlia");
    assert_string_equal(config.stripe_webhook_secret_file, "");
    assert_int_equal(config.stripe_timeout_ms, 8000);
    assert_int_equal(config_check(&config, &msg), ERR_OK);
}

/* Two rows for one field, a field without a row: both would be silent otherwise. */
static void test_table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];

        assert_int_equal(set(option->section, option->name, option->standard), ERR_OK);
        assert_int_equal(option->help[strlen(option->help) - 1], '.');
        assert_in_range(strlen(option->help), 10, 98);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(option->offset, config_options[j].offset);
            assert_false(strcmp(option->section, config_options[j].section) == 0 &&
                         strcmp(option->name, config_options[j].name) == 0);
        }
    }
    assert_int_equal(config_option_count, 26);
}

static void test_set(void **state)
{
    char value[] = "/tmp/x.sock";

    (void)state;
    assert_int_equal(set("server", "socket", value), ERR_OK);
    value[0] = 'X';
    assert_string_equal(config.socket_path, "/tmp/x.sock");
    assert_int_equal(set("headwater", "sandbox", "yes"), ERR_OK);
    assert_true(config.sandbox);
    assert_int_equal(set("headwater", "sandbox", "no"), ERR_OK);
    assert_false(config.sandbox);
    assert_int_equal(set("server", "workers", "256"), ERR_OK);
    assert_int_equal(config.worker_count, 256);
    assert_int_equal(set("server", "workers", "0001"), ERR_OK);
    assert_int_equal(config.worker_count, 1);
    assert_int_equal(set("server", "socket_group", ""), ERR_OK);
    assert_int_equal(set("server", "quick_socket", ""), ERR_OK);
    assert_string_equal(config.quick_socket_path, "");
}

static void test_bad_numbers(void **state)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "257",
                                      "-1",
                                      "+8",
                                      "8 ",
                                      " 8",
                                      "8x",
                                      "0x8",
                                      "8.0",
                                      "1e2",
                                      "eight",
                                      "99999999999999999999",
                                      "18446744073709551617"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++) {
        assert_int_equal(set("server", "workers", bad[i]), ERR_USAGE);
        assert_non_null(strstr(msg.text, "[server] workers"));
        assert_non_null(strstr(msg.text, "from 1 to 256"));
        assert_int_equal(config.worker_count, 8);
    }
}

static void test_bad_booleans(void **state)
{
    static const char *const bad[] = {"", "YES", "true", "1", "yes ", "on", "y"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++) {
        assert_int_equal(set("headwater", "sandbox", bad[i]), ERR_USAGE);
        assert_non_null(strstr(msg.text, "[headwater] sandbox must be yes or no"));
        assert_false(config.sandbox);
    }
}

static void test_bad_text(void **state)
{
    (void)state;
    assert_int_equal(set("server", "socket", ""), ERR_USAGE);
    assert_string_equal(msg.text, "[server] socket must not be empty.");
    assert_int_equal(set("stripe", "version", "a\rb"), ERR_USAGE);
    assert_int_equal(set("stripe", "version", "a\xFF"), ERR_USAGE);
    assert_string_equal(config.stripe_version, "2026-07-29.dahlia");
}

static void test_unknown(void **state)
{
    (void)state;
    assert_int_equal(set("server", "worker", "1"), ERR_USAGE);
    assert_string_equal(msg.text, "There is no option \"worker\" in [server]; there are socket, "
                                  "quick_socket, socket_group, workers, backlog, max_requests, "
                                  "deadline_ms, kill_ms, drain_ms, breaker_pause_ms.");
    assert_int_equal(set("Server", "workers", "1"), ERR_USAGE);
    assert_string_equal(msg.text, "There is no section [Server]; there are headwater, server, "
                                  "reconcile, database, scrapebadger, stripe.");
    assert_int_equal(set("", "", ""), ERR_USAGE);
}

static void check_urls(const char *const *urls, size_t count, bool sandbox, bool fine)
{
    for (size_t i = 0; i < count; i++) {
        const char *fault = service_url_fault(urls[i], sandbox);

        if ((fault == NULL) != fine)
            fail_msg("\"%s\" (sandbox %d): %s", urls[i], sandbox, fault == NULL ? "fine" : fault);
    }
}

static void test_urls_of_real_services(void **state)
{
    static const char *const fine[] = {
        "https://scrapebadger.com", "https://api.stripe.com",   "https://api.stripe.com:443",
        "https://a.b/v1",           "https://a.b/v1/x~y_z%20",  "https://a.b.",
        "https://127.0.0.1.nip.io", "https://10.example.com/v", "https://localhost.example.com",
    };
    static const char *const bad[] = {
        "",
        "https://",
        "https:///v1",
        "https://:443",
        "http://api.stripe.com",
        "HTTPS://api.stripe.com",
        "ftp://api.stripe.com",
        "api.stripe.com",
        "file:///etc/passwd",
        " https://api.stripe.com",
        "https://api.stripe.com/",
        "https://api.stripe.com?x",
        "https://api.stripe.com#x",
        "https://api.stripe.com/a b",
        "https://api.stripe.com\\@10.0.0.1",
        "https://user@api.stripe.com",
        "https://user:pw@api.stripe.com",
        "https://localhost",
        "https://LocalHost:8443",
        "https://localhost.",
        "https://x.localhost/v1",
        "https://127.0.0.1",
        "https://127.0.0.1./v1",
        "https://10.1.2.3:443",
        "https://8.8.8.8",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.1",
        "https://a.0X7f",
        "https://017700000001",
        "https://[::1]",
        "https://[fe80::1%25eth0]:443",
        "https://[::ffff:10.0.0.1]/v1",
        "https://%6cocalhost",
        "https://exa_mple.com",
        "https://.",
        "https://\xE2\x93\x81ocalhost",
    };

    (void)state;
    check_urls(fine, HW_COUNT(fine), false, true);
    check_urls(fine, HW_COUNT(fine), true, true);
    check_urls(bad, HW_COUNT(bad), false, false);
}

static void test_urls_of_the_sandbox(void **state)
{
    static const char *const fine[] = {"http://127.0.0.1:8080", "http://localhost:1/x",
                                       "http://[::1]:9", "https://10.0.0.1", "http://stub"};
    static const char *const bad[] = {"http://",        "http://u@127.0.0.1", "http://127.0.0.1/",
                                      "unix:/tmp/sock", "http://a?b",         "127.0.0.1:80"};

    (void)state;
    check_urls(fine, HW_COUNT(fine), true, true);
    check_urls(bad, HW_COUNT(bad), true, false);
}

static void test_check_urls(void **state)
{
    (void)state;
    config.stripe_url = "http://127.0.0.1:12111";
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_string_equal(msg.text,
                        "[stripe] url must begin with https:// (http:// only with sandbox = yes).");
    config.sandbox = true;
    assert_int_equal(config_check(&config, &msg), ERR_OK);
    config.sandbox = false;
    config.stripe_url = "https://api.stripe.com";
    config.scrapebadger_url = "https://192.168.1.1";
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_string_equal(msg.text,
                        "[scrapebadger] url must not name an IP address unless sandbox = yes.");
}

static void test_check_deadlines(void **state)
{
    (void)state;
    config.scrapebadger_deadline_ms = config.deadline_ms;
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_string_equal(
        msg.text,
        "[scrapebadger] deadline_ms (20000) must be less than [server] deadline_ms (20000).");
    config.scrapebadger_deadline_ms--;
    assert_int_equal(config_check(&config, &msg), ERR_OK);
    config.stripe_timeout_ms = config.deadline_ms + 1;
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    config.stripe_timeout_ms = 14500;
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "the billing lease"));
    config.stripe_timeout_ms = 14499;
    config.kill_ms = CONFIG_CLAIM_MS;
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "the claim on an idempotency key"));
    config.kill_ms = config.deadline_ms;
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "[server] kill_ms"));
}

static void test_check_sockets(void **state)
{
    (void)state;
    config.quick_socket_path = config.socket_path;
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_string_equal(msg.text, "[server] socket and quick_socket must differ.");
    config.quick_socket_path = "";
    assert_int_equal(config_check(&config, &msg), ERR_OK);
}

static void test_check_log_level(void **state)
{
    (void)state;
    config.log_level = "debug";
    assert_int_equal(config_check(&config, &msg), ERR_OK);
    config.log_level = "Debug";
    assert_int_equal(config_check(&config, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "error, warning, info or debug, not \"Debug\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_is_sound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_booleans, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
        cmocka_unit_test(test_urls_of_real_services),
        cmocka_unit_test(test_urls_of_the_sandbox),
        cmocka_unit_test_setup_teardown(test_check_urls, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_deadlines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_sockets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_log_level, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
