#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/config.h"
#include "edge/ini.h"

static struct arena *arena;
static char path[64];
static struct config config;
static struct errmsg msg;

static int setup(void **state)
{
    int fd;

    (void)state;
    arena = arena_new();
    snprintf(path, sizeof path, "/tmp/ini_test.XXXXXX");
    fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return unlink(path);
}

static enum err read_bytes(const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    memset(&config, 0x5A, sizeof config);
    return ini_read(path, arena, &config, &msg);
}

static enum err read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

/* The file must be refused with "path:LINE: " and a sentence that holds PART. */
static void check_refused(const char *text, int line, const char *part)
{
    char where[100];

    if (read_text(text) != ERR_USAGE)
        fail_msg("accepted: %s", text);
    snprintf(where, sizeof where, "%s:%d: ", path, line);
    if (strncmp(msg.text, where, strlen(where)) != 0 || strstr(msg.text, part) == NULL)
        fail_msg("expected line %d and \"%s\" in: %s", line, part, msg.text);
    assert_int_equal(*(unsigned char *)&config, 0x5A);
}

static void test_empty_is_all_defaults(void **state)
{
    static const char *const texts[] = {"",           "\n\n",    "# comment",
                                        "[server]\n", "; x\r\n", "\xEF\xBB\xBF# with a mark\n"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(texts); i++) {
        assert_int_equal(read_text(texts[i]), ERR_OK);
        assert_int_equal(config.worker_count, 8);
        assert_string_equal(config.stripe_url, "https://api.stripe.com");
    }
}

static void test_values(void **state)
{
    (void)state;
    assert_int_equal(read_text("[headwater]\nsandbox=yes\n\n[stripe]\n"
                               "  url   =   http://127.0.0.1:9/a;b  \r\n"
                               "# comment\n; another\n"
                               "[server]\nsocket_group =\nsocket = /tmp/a b.sock\nworkers: 3"),
                     ERR_OK);
    assert_string_equal(config.stripe_url, "http://127.0.0.1:9/a;b");
    assert_true(config.sandbox);
    assert_string_equal(config.socket_group, "");
    assert_string_equal(config.socket_path, "/tmp/a b.sock");
    assert_int_equal(config.worker_count, 3);
}

static void test_value_is_taken_whole(void **state)
{
    (void)state;
    assert_int_equal(read_text("[server]\nsocket = /tmp/a=b:c;d#e\"f\".sock\n"), ERR_OK);
    assert_string_equal(config.socket_path, "/tmp/a=b:c;d#e\"f\".sock");
}

/* A section may be taken up again, and all options given at once. */
static void test_every_option(void **state)
{
    char text[8192] = "";
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < config_option_count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "[%s]\n%s = %s\n",
                                config_options[i].section, config_options[i].name,
                                config_options[i].standard);
    assert_int_equal(read_text(text), ERR_OK);
    assert_int_equal(config.profile_max_age_s, 86400);
}

static void test_bad_lines(void **state)
{
    (void)state;
    check_refused("[server]\nworkers = 8\nnonsense\n", 3, "no \"name = value\"");
    check_refused("[server\nworkers = 8\n", 1, "no [section]");
    check_refused("\n\n= 8\n", 3, "below a [section]");
    check_refused("workers = 8\n[server]\n", 1, "below a [section]");
    check_refused("[server]\n= 8\n", 2, "no option \"\"");
    check_refused("[server]\nworkers\n", 2, "no \"name = value\"");
}

static void test_bad_options(void **state)
{
    (void)state;
    check_refused("[server]\nworkers = many\n", 2, "[server] workers must be a whole number");
    check_refused("# x\n[server]\n\nworker = 8", 4, "no option \"worker\"");
    check_refused("[servers]\nworkers = 8\n", 2, "no section [servers]");
    check_refused("[server]\nsocket =\n", 2, "must not be empty");
    check_refused("[server]\nWorkers = 8\n", 2, "no option \"Workers\"");
    check_refused("[stripe]\nversion = a\xFF\n", 2, "UTF-8");
}

static void test_twice(void **state)
{
    (void)state;
    check_refused("[server]\nworkers = 8\nbacklog = 9\nworkers = 8\n", 4, "already set");
    check_refused("[server]\nworkers = 8\n[stripe]\n[server]\nworkers = 9\n", 5, "already set");
    assert_int_equal(read_text("[server]\ndeadline_ms = 9000\n[scrapebadger]\ndeadline_ms = 9\n"),
                     ERR_USAGE);
    assert_null(strstr(msg.text, "already set"));
}

/* Only the first fault is told. */
static void test_first_fault(void **state)
{
    (void)state;
    check_refused("[server]\nworkers = x\nbacklog = y\nnonsense\n", 2, "workers");
    check_refused("[server]\nnonsense\nworkers = x\n", 2, "no \"name = value\"");
}

static void test_comment_behind_a_value(void **state)
{
    (void)state;
    check_refused("[server]\nworkers = 8 # eight\n", 2, "line of its own");
    check_refused("[server]\nsocket = /tmp/s ; here\n", 2, "line of its own");
    check_refused("[server]\nsocket_group = # none\n", 2, "line of its own");
}

/* An indented line is an option, not more of the value above it. */
static void test_no_continued_lines(void **state)
{
    (void)state;
    check_refused("[server]\nsocket = /tmp/a\n  b.sock\n", 3, "no \"name = value\"");
    assert_int_equal(read_text("[server]\nworkers = 2\n    backlog = 9\n"), ERR_OK);
    assert_int_equal(config.backlog, 9);
}

static void test_long_lines(void **state)
{
    char text[3000];
    int len = snprintf(text, sizeof text, "[server]\nsocket = /");

    (void)state;
    memset(text + len, 'a', sizeof text - (size_t)len);
    text[len + 900] = '\0';
    assert_int_equal(read_text(text), ERR_OK);
    assert_int_equal(strlen(config.socket_path), 901);
    text[len + 900] = 'a';
    text[sizeof text - 1] = '\0';
    check_refused(text, 2, "too long");
    text[9] = '#';
    check_refused(text, 2, "too long");
}

/* Up to 1021 bytes with the line end; every length around that is either whole or refused. */
static void test_edge_of_long_lines(void **state)
{
    (void)state;
    for (int count = 1000; count < 1040; count++) {
        char text[1200];
        int len = snprintf(text, sizeof text, "[server]\nsocket = ");

        memset(text + len, 'a', (size_t)count);
        snprintf(text + len + count, sizeof text - (size_t)(len + count), "\nbacklog = 9\n");
        if (read_text(text) == ERR_OK) {
            assert_int_equal(strlen(config.socket_path), count);
            assert_int_equal(config.backlog, 9);
            assert_true(count <= 1012);
        } else {
            assert_non_null(strstr(msg.text, "too long"));
            assert_true(count >= 1010);
        }
    }
}

static void test_nul(void **state)
{
    static const char text[] = "[server]\nworkers = 2\0\n";

    (void)state;
    assert_int_equal(read_bytes(text, sizeof text - 1), ERR_USAGE);
    assert_non_null(strstr(msg.text, ":2: "));
    assert_non_null(strstr(msg.text, "NUL"));
}

static void test_check_is_run(void **state)
{
    char expected[200];

    (void)state;
    assert_int_equal(read_text("[stripe]\nurl = http://127.0.0.1:1\n"), ERR_USAGE);
    snprintf(expected, sizeof expected,
             "%s: [stripe] url must begin with https:// (http:// only with sandbox = yes).", path);
    assert_string_equal(msg.text, expected);
}

static void test_unreadable(void **state)
{
    (void)state;
    assert_int_equal(ini_read("/nonexistent/x.conf", arena, &config, &msg), ERR_IO);
    assert_string_equal(msg.text, "Cannot read /nonexistent/x.conf: No such file or directory.");
    assert_int_equal(ini_read("/tmp", arena, &config, &msg), ERR_IO);
    assert_string_equal(msg.text, "Cannot read /tmp: Is a directory.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_empty_is_all_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_value_is_taken_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_option, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_fault, setup, teardown),
        cmocka_unit_test_setup_teardown(test_comment_behind_a_value, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_continued_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edge_of_long_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nul, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_is_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
