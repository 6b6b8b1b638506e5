#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* Standard error goes to a file while a line is written; what came is here. */
static char written[3 * LOG_LINE_BYTES];
static size_t written_len;
static FILE *file;
static int saved_stderr;

static void capture_begin(void)
{
    file = tmpfile();
    assert_non_null(file);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
}

static void capture_end(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    rewind(file);
    written_len = fread(written, 1, sizeof written - 1, file);
    written[written_len] = '\0';
    fclose(file);
}

static void capture_line(struct log_line *line)
{
    capture_begin();
    log_line_write(line);
    capture_end();
}

/* The end of a JSON string that starts at AT, or NULL. Strict as RFC 8259, and more: no control
 * character in any form but an escape. */
static const char *string_end(const char *at, const char *end)
{
    if (*at++ != '"')
        return NULL;
    while (at < end && *at != '"') {
        if (*at == '\\' && at[1] == 'u') {
            if (strspn(at + 2, "0123456789abcdef") < 4)
                return NULL;
            at += 6;
        } else if (*at == '\\') {
            if (at[1] != '"' && at[1] != '\\')
                return NULL;
            at += 2;
        } else {
            int32_t point = text_next(&at, end);

            if (point < 0x20 || (point >= 0x7F && point <= 0x9F))
                return NULL;
        }
    }
    return at < end ? at + 1 : NULL;
}

/* The end of a member, or NULL. */
static const char *member_end(const char *at, const char *end)
{
    at = string_end(at, end);
    if (at == NULL || *at++ != ':')
        return NULL;
    if (*at == '"')
        return string_end(at, end);
    if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0)
        return at + (*at == 't' ? 4 : 5);
    if (*at == '-')
        at++;
    return strspn(at, "0123456789") > 0 ? at + strspn(at, "0123456789") : NULL;
}

/* What was written must be one line, not too long: a flat JSON object and a newline. */
static void check_one_line(void)
{
    const char *end = written + written_len;
    const char *at = written + 1;

    assert_in_range(written_len, 2, LOG_LINE_BYTES);
    assert_ptr_equal(strchr(written, '\n'), end - 1);
    assert_int_equal(strlen(written), written_len);
    assert_int_equal(written[0], '{');
    while ((at = member_end(at, end)) != NULL && *at == ',')
        at++;
    if (at == NULL || strcmp(at, "}\n") != 0)
        fail_msg("not JSON: %s", written);
}

static bool holds(const char *part)
{
    return strstr(written, part) != NULL;
}

static void test_plain_line(void **state)
{
    struct log_line line;
    char pid[40];

    (void)state;
    log_line_init(&line, LOG_WARNING, "hello");
    log_line_add_text(&line, "route", "/v1/streams");
    log_line_add_text(&line, "nothing", NULL);
    log_line_add_int(&line, "status", 201);
    log_line_add_int(&line, "least", INT64_MIN);
    log_line_add_bool(&line, "yes", true);
    log_line_add_bool(&line, "no", false);
    capture_line(&line);
    check_one_line();
    snprintf(pid, sizeof pid, ",\"pid\":%d,\"message\":\"hello\",", (int)getpid());
    assert_memory_equal(written, "{\"time\":\"20", 11);
    assert_true(holds("Z\",\"level\":\"warning\""));
    assert_true(holds(pid));
    assert_true(holds(",\"route\":\"/v1/streams\",\"status\":201,"
                      "\"least\":-9223372036854775808,\"yes\":true,\"no\":false}\n"));
    assert_false(holds("nothing"));
}

static void test_levels(void **state)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    enum log_level level;

    (void)state;
    for (int highest = 0; highest < LOG__MAX; highest++) {
        assert_true(log_level_find(names[highest], &level));
        assert_int_equal(level, highest);
        log_set_level(level);
        for (int i = 0; i < LOG__MAX; i++) {
            struct log_line line;

            log_line_init(&line, (enum log_level)i, "x");
            capture_line(&line);
            assert_int_equal(written_len > 0, i <= highest);
            assert_true(written_len == 0 || holds(names[i]));
        }
    }
    log_set_level(LOG_INFO);
    assert_false(log_level_find("Info", &level));
    assert_false(log_level_find("", &level));
}

static void test_no_byte_breaks_a_line(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = {'a', (char)byte, 'z', '\0'};
        struct log_line line;

        log_line_init(&line, LOG_ERROR, text);
        log_line_add_text(&line, "also", text);
        capture_line(&line);
        check_one_line();
    }
}

static void test_forged_line(void **state)
{
    (void)state;
    capture_begin();
    log_write(LOG_ERROR, "%s", "x\"}\n{\"level\":\"error\",\"message\":\"forged\\\"");
    capture_end();
    check_one_line();
    assert_true(holds("\"message\":\"x\\\"}\\u000a{\\\"level\\\":"));
}

static void test_hidden_marks_are_escaped(void **state)
{
    struct log_line line;

    (void)state;
    log_line_init(&line, LOG_ERROR,
                  "\xE2\x80\xAE"
                  "a\xE2\x81\xA6"
                  "b\xE2\x80\xA8"
                  "c\xEF\xBB\xBF"
                  "d\xC2\x85"
                  "e\x7F"
                  "f\xE2\x80\x8B"
                  "g\xD8\x9C");
    capture_line(&line);
    check_one_line();
    assert_true(holds("\"\\u202ea\\u2066b\\u2028c\\ufeffd\\u0085e\\u007ff\\u200bg\\u061c\""));
}

static void test_visible_text_is_kept(void **state)
{
    struct log_line line;

    (void)state;
    log_line_init(&line, LOG_ERROR,
                  "Gr\xC3\xBC\xC3\x9F"
                  "e \xE6\xBC\xA2 \xF0\x9F\xA6\x84 /");
    capture_line(&line);
    check_one_line();
    assert_true(holds("\"Gr\xC3\xBC\xC3\x9F"
                      "e \xE6\xBC\xA2 \xF0\x9F\xA6\x84 /\""));
}

static void test_not_utf8(void **state)
{
    struct log_line line;

    (void)state;
    log_line_init(&line, LOG_ERROR,
                  "a\xFF"
                  "b\xC3"
                  "c\xED\xA0\x80"
                  "d\xF0\x9F\xA6");
    capture_line(&line);
    check_one_line();
    assert_true(holds("\"a\\ufffdb\\ufffdc\\ufffd\\ufffd\\ufffdd\\ufffd\\ufffd\\ufffd\""));
}

/* Fills the line with COUNT times PIECE and then tries to add more. */
static void check_cut(const char *piece, size_t count, const char *front)
{
    static char text[4 * LOG_LINE_BYTES];
    struct log_line line;
    size_t len = (size_t)snprintf(text, sizeof text, "%s", front);

    for (size_t i = 0; i < count && len + strlen(piece) < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s", piece);
    log_line_init(&line, LOG_ERROR, "m");
    log_line_add_text(&line, "value", text);
    log_line_add_int(&line, "number", INT64_MIN);
    log_line_add_text(&line, "tail", "tail");
    log_line_add_int(&line, "last", INT64_MAX);
    capture_line(&line);
    check_one_line();
}

static void test_every_cut_is_valid(void **state)
{
    static const char *const pieces[] = {
        "x",           "\"", "\\", "\n", "\xFF", "\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\xA6\x84",
        "\xE2\x80\xAE"};
    static const char *const fronts[] = {"", "1", "12", "123", "1234", "12345"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(pieces); i++)
        for (size_t j = 0; j < HW_COUNT(fronts); j++)
            check_cut(pieces[i], 5000, fronts[j]);
    for (size_t count = 3850; count < 4100; count++)
        check_cut("x", count, "");
}

static void test_many_members(void **state)
{
    struct log_line line;

    (void)state;
    for (size_t len = 0; len < 40; len++) {
        char value[48];

        memset(value, 'v', sizeof value);
        value[len] = '\0';
        log_line_init(&line, LOG_ERROR, value);
        for (int i = 0; i < 300; i++) {
            log_line_add_text(&line, "text", value);
            log_line_add_int(&line, "n", INT64_MIN);
        }
        capture_line(&line);
        check_one_line();
    }
}

static void test_long_message(void **state)
{
    char text[3000];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        for (size_t i = 0; i + 4 < sizeof text; i += 4)
            memcpy(text + i, "\xF0\x9F\xA6\x84", 5);
        memset(text, 'x', shift * 4);
        capture_begin();
        log_write(LOG_ERROR, "%s", text + 3 * shift);
        capture_end();
        check_one_line();
    }
}

static void test_closed_standard_error(void **state)
{
    int saved = dup(STDERR_FILENO);

    (void)state;
    close(STDERR_FILENO);
    log_write(LOG_ERROR, "nobody hears this");
    dup2(saved, STDERR_FILENO);
    close(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_line),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_no_byte_breaks_a_line),
        cmocka_unit_test(test_forged_line),
        cmocka_unit_test(test_hidden_marks_are_escaped),
        cmocka_unit_test(test_visible_text_is_kept),
        cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_every_cut_is_valid),
        cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_long_message),
        cmocka_unit_test(test_closed_standard_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
