#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

static char path[64];
static struct secret secret;
static struct errmsg msg;

static int setup(void **state)
{
    int fd;

    (void)state;
    snprintf(path, sizeof path, "/tmp/secret_test.XXXXXX");
    fd = mkstemp(path);
    snprintf(secret.text, sizeof secret.text, "before");
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static enum err read_bytes(const char *bytes, size_t len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_TRUNC);

    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return secret_read(path, &secret, &msg);
}

static enum err read_text(const char *text)
{
    return read_bytes(text, strlen(text), 0600);
}

static void test_one_line(void **state)
{
    (void)state;
    assert_int_equal(read_text("sk_test_1"), ERR_OK);
    assert_string_equal(secret.text, "sk_test_1");
    assert_int_equal(read_text("sk_test_2\n"), ERR_OK);
    assert_string_equal(secret.text, "sk_test_2");
    assert_int_equal(read_text("sk_test_3\r\n"), ERR_OK);
    assert_string_equal(secret.text, "sk_test_3");
    assert_int_equal(read_text("!"), ERR_OK);
    assert_string_equal(secret.text, "!");
}

static void test_length(void **state)
{
    char text[300];

    (void)state;
    memset(text, 'k', sizeof text);
    memcpy(text + 255, "\r\n", 2);
    assert_int_equal(read_bytes(text, 257, 0600), ERR_OK);
    assert_int_equal(strlen(secret.text), 255);
    memset(text, 'k', sizeof text);
    assert_int_equal(read_bytes(text, 256, 0600), ERR_USAGE);
    assert_non_null(strstr(msg.text, "at most 255"));
    assert_int_equal(read_bytes(text, 258, 0600), ERR_USAGE);
    assert_int_equal(read_bytes(text, 300, 0600), ERR_USAGE);
    assert_int_equal(read_bytes(text, 0, 0600), ERR_USAGE);
    assert_int_equal(read_text("\n"), ERR_USAGE);
    assert_non_null(strstr(msg.text, "is empty"));
}

static void test_bytes(void **state)
{
    static const char *const bad[] = {"a b",  " a",  "a ",    "a\n\n",     "a\nb",   "a\nb\n",
                                      "a\tb", "\na", "a\x7F", "a\xC3\xA9", "a\r\r\n"};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(bad); i++)
        assert_int_equal(read_text(bad[i]), ERR_USAGE);
    assert_int_equal(read_bytes("a\0b", 3, 0600), ERR_USAGE);
    assert_int_equal(read_bytes("a\0", 2, 0600), ERR_USAGE);
}

static void test_message_keeps_the_secret(void **state)
{
    (void)state;
    assert_int_equal(read_text("hunter2 hunter3"), ERR_USAGE);
    assert_null(strstr(msg.text, "hunter"));
    assert_non_null(strstr(msg.text, path));
    assert_string_equal(secret.text, "before");
}

static void test_mode(void **state)
{
    static const mode_t good[] = {0400, 0600, 0640, 0440, 0700, 0750};
    static const mode_t bad[] = {0644, 0604, 0602, 0606, 0660, 0666, 0620, 0777};

    (void)state;
    for (size_t i = 0; i < HW_COUNT(good); i++) {
        assert_int_equal(read_bytes("k", 1, 0600), ERR_OK);
        assert_int_equal(chmod(path, good[i]), 0);
        assert_int_equal(secret_read(path, &secret, &msg), ERR_OK);
        assert_int_equal(chmod(path, 0600), 0);
    }
    for (size_t i = 0; i < HW_COUNT(bad); i++) {
        assert_int_equal(read_bytes("k", 1, bad[i]), ERR_USAGE);
        assert_non_null(strstr(msg.text, "chmod 0640 /tmp/secret_test."));
        assert_int_equal(chmod(path, 0600), 0);
    }
}

static void test_not_a_file(void **state)
{
    char fifo[80];

    (void)state;
    assert_int_equal(secret_read("/nonexistent/key", &secret, &msg), ERR_IO);
    assert_string_equal(msg.text, "Cannot read /nonexistent/key: No such file or directory.");
    assert_int_equal(secret_read("/tmp", &secret, &msg), ERR_USAGE);
    assert_int_equal(secret_read("/dev/zero", &secret, &msg), ERR_USAGE);
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(secret_read(fifo, &secret, &msg), ERR_USAGE);
    assert_non_null(strstr(msg.text, "not a regular file"));
    unlink(fifo);
}

/* A credential of the file's name stands for the file, even for one that is not there. */
static void test_credential(void **state)
{
    char folder[64], credential[128];
    int fd;

    (void)state;
    assert_int_equal(read_text("of_the_file"), ERR_OK);
    snprintf(folder, sizeof folder, "/tmp/secret_test.dir.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    assert_int_equal(secret_read(path, &secret, &msg), ERR_OK);
    assert_string_equal(secret.text, "of_the_file");

    snprintf(credential, sizeof credential, "%s/stripe.key", folder);
    fd = open(credential, O_WRONLY | O_CREAT | O_EXCL, 0400);
    assert_int_equal(write(fd, "handed_over\n", 12), 12);
    close(fd);
    assert_int_equal(secret_read("/nonexistent/stripe.key", &secret, &msg), ERR_OK);
    assert_string_equal(secret.text, "handed_over");
    assert_int_equal(secret_read("stripe.key", &secret, &msg), ERR_OK);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "relative", 1), 0);
    assert_int_equal(secret_read("/nonexistent/stripe.key", &secret, &msg), ERR_IO);

    unsetenv("CREDENTIALS_DIRECTORY");
    unlink(credential);
    rmdir(folder);
}

static void test_clear(void **state)
{
    static const struct secret empty;

    (void)state;
    assert_int_equal(read_text("sk_test_1"), ERR_OK);
    secret_clear(&secret);
    assert_memory_equal(&secret, &empty, sizeof secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_length, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_message_keeps_the_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mode, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_credential, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clear, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
